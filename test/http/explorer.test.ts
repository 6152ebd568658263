import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readTypeDefinitions } from '../../src/graphql/type-definitions.ts';
import { browserFiles } from '../../src/http/explorer/browser-files.ts';
import { exampleQueries } from '../../src/http/explorer/example-queries.ts';
import { compileSource } from '../support/compiled-source.ts';
import { runProgram } from '../support/program.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';

const paths = ['/explorer', '/explorer/tabs.json', ...browserFiles.map(({ name }) => `/explorer/${name}`)];

describe('/explorer', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runGateway();
  });
  afterAll(() => running.close());
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${running.gateway.url}${path}`, { headers });

  it('is a page that loads nothing but files of the gateway', async () => {
    const response = await get('/explorer');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await response.text();
    const addresses = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses).toEqual(['data:,', ...browserFiles.map(({ name }) => `explorer/${name}`)]);
    expect(page).not.toContain('<style');
    expect(page).not.toMatch(/<script(?![^>]* src=)/);
  });

  it('has a content security policy that allows nothing from other hosts and no inline script', async () => {
    const policy = (await get('/explorer')).headers.get('content-security-policy') ?? '';
    const directives = Object.fromEntries(
      policy.split('; ').map((each) => [each.slice(0, each.indexOf(' ')), each.slice(each.indexOf(' ') + 1)]),
    );
    expect(directives).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': expect.stringMatching(/^'self' 'nonce-[\w+/]{22}=='$/),
      'img-src': 'data:',
      'font-src': 'data:',
      'connect-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    });
  });

  it('has a nonce that is another one each time', async () => {
    const policies = await Promise.all([get('/explorer'), get('/explorer')]);
    const [first, second] = policies.map(({ headers }) => headers.get('content-security-policy'));
    expect(first).not.toBe(second);
  });

  it.each(paths)('guards %s against sniffing, framing and other origins', async (path) => {
    const { status, headers } = await get(path);
    expect(status).toBe(200);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it.each(browserFiles)('serves $name, which a browser need not load twice', async ({ name, type }) => {
    const first = await get(`/explorer/${name}`);
    expect(first.headers.get('content-type')).toBe(type);
    expect(first.headers.get('cache-control')).toBe('no-cache');
    expect((await first.arrayBuffer()).byteLength).toBeGreaterThan(50);
    const etag = first.headers.get('etag') ?? '';
    const again = await get(`/explorer/${name}`, { 'if-none-match': `"another", W/${etag}` });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    expect((await get(`/explorer/${name}`, { 'if-none-match': '"another"' })).status).toBe(200);
  });

  it('is led to from its address with a slash at the end', async () => {
    const response = await fetch(`${running.gateway.url}/explorer/`, { redirect: 'manual' });
    expect(response.status).toBe(308);
    const target = new URL(response.headers.get('location') ?? '', response.url);
    expect(target.href).toBe(`${running.gateway.url}/explorer`);
  });

  it.each([
    '/explorer/package.json',
    '/explorer/browser-files.ts',
    '/explorer/graphiql.LICENSE',
    '/explorer/../package.json',
    '/explorer/..%2f..%2f..%2fpackage.json',
    '/explorer/%2e%2e/%2e%2e/package.json',
    '/explorer/graphiql.js%00',
    '/explorer//etc/passwd',
  ])('serves nothing else: %s', async (path) => {
    const response = await get(path);
    expect([400, 404]).toContain(response.status);
    expect(await response.text()).not.toContain('machines-gateway');
  });

  it('has tabs with valid queries, each with its title', async () => {
    const tabs = (await (await get('/explorer/tabs.json')).json()) as { query: string; variables?: string }[];
    expect(tabs.map(({ query }) => query.split('\n')[0])).toEqual(
      exampleQueries(false).map(({ title }) => `# ${title}`),
    );
    const schema = buildSchema(readTypeDefinitions());
    for (const { query } of tabs) expect(validate(schema, parse(query)), query).toEqual([]);
    expect(tabs.map(({ variables }) => variables)).toContain('{\n  "after": null\n}');
  });

  it('has tabs whose queries the gateway answers by one upstream call at most, without a fleet too', async () => {
    for (const { query, variables } of exampleQueries(false)) {
      const { errors, extensions } = await running.ask(query, variables);
      expect(errors).toBeUndefined();
      expect(extensions.upstream.calls, query).toBeLessThanOrEqual(1);
    }
  });
});

describe('/explorer of a gateway that holds the fleet', () => {
  it('has tabs for order, counts and search beside them, which take no upstream call', async () => {
    const { gateway, emulator, ask, close } = await runGateway({ environment: { FLEET: 'on' } });
    onTestFinished(close);
    const tabs = (await (await fetch(`${gateway.url}/explorer/tabs.json`)).json()) as { query: string }[];
    expect(tabs).toHaveLength(exampleQueries(true).length);
    expect(tabs.length).toBeGreaterThan(exampleQueries(false).length);
    await ask('{ machines(first: 0, orderBy: [{ field: ID }]) { totalCount } }');
    emulator.clearRequests();
    for (const { query, variables } of exampleQueries(true)) {
      const { data, errors } = await ask(query, variables);
      expect(errors, query).toBeUndefined();
      expect(data.machines?.totalCount, query).not.toBeNull();
    }
    expect(emulator.requests()).toHaveLength(0);
  });
});

describe('EXPLORER', () => {
  it.each([
    ['off', { EXPLORER: 'off' }, 404],
    ['not set, in production', { NODE_ENV: 'production' }, 404],
    ['on, in production', { NODE_ENV: 'production', EXPLORER: 'on' }, 200],
  ])('%s', async (_, environment, status) => {
    const { gateway, close } = await runGateway({ environment });
    onTestFinished(close);
    for (const path of paths) expect((await fetch(`${gateway.url}${path}`)).status, path).toBe(status);
  });
});

describe('the explorer of the demo', () => {
  it('has the queries of the welcome as tabs', async () => {
    const demo = runProgram(['demo', '--port', '0', '--size', '10']);
    const [, url = ''] = await demo.says(/or (http:\S+)\/explorer/);
    await demo.says(/Stop with/);
    const tabs = (await (await fetch(`${url}/explorer/tabs.json`)).json()) as { query: string }[];
    const titles = [...demo.stdout().matchAll(/^\d\. (.+)$/gm)].map(([, title]) => `# ${title}`);
    expect(titles).toHaveLength(8);
    expect(tabs.map(({ query }) => query.split('\n')[0])).toEqual(titles);
  });
});

describe('the explorer of the build', () => {
  it('needs none of the packages that its files come from', async () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const image = mkdtempSync(join(tmpdir(), 'machines-gateway-'));
    onTestFinished(() => rmSync(image, { recursive: true }));
    cpSync(compileSource(), join(image, 'dist'), { recursive: true });
    for (const name of ['package.json', 'schema'])
      cpSync(join(root, name), join(image, name), { recursive: true });
    mkdirSync(join(image, 'node_modules'));
    for (const name of readdirSync(join(root, 'node_modules'))) {
      if (['graphiql', 'react', 'react-dom'].includes(name)) continue;
      symlinkSync(join(root, 'node_modules', name), join(image, 'node_modules', name));
    }
    const demo = runProgram(['demo', '--port', '0', '--size', '10'], {}, join(image, 'dist/main.js'));
    const [, url = ''] = await demo.says(/or (http:\S+)\/explorer/);
    for (const path of paths) expect((await fetch(`${url}${path}`)).status, path).toBe(200);
  });
});
