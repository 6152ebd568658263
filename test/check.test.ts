import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { countedTransport } from '../src/check/counted-transport.ts';
import type { Finding } from '../src/check/finding.ts';
import { checkTenant } from '../src/check/tenant-check.ts';
import { startConnectProxy } from './support/connect-proxy.ts';
import { type Directory, registrations, signIn, startDirectory } from './support/entra-gateway.ts';
import { runProgram } from './support/program.ts';
import { freePort, hasRedisServer, type RedisServer, startRedisServer } from './support/redis-server.ts';
import { secrets } from './support/secrets.ts';
import { startUpstream } from './support/stand-in-upstream.ts';
import { until } from './support/until.ts';
import { watch } from './support/watched-log.ts';

let directory: Directory;
beforeAll(async () => {
  directory = await startDirectory('');
});
afterEach(() => {
  const { emulator } = directory;
  emulator.clearRequests();
  emulator.faults.clear();
  emulator.configure({ accept: { not: false }, pageCap: 10_000, latencyMs: 0 });
});
afterAll(() => directory.emulator.close());

type Settings = Readonly<Record<string, string>>;

const settings = (): Settings => ({
  ...signIn,
  MACHINES_API_URL: directory.emulator.url,
  MACHINES_API_SCOPE: directory.entra.scope,
  AZURE_AUTHORITY_HOST: new URL(directory.entra.url).host,
});

/** All that a check finds. */
async function check(change: Settings = {}): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const { signal } = new AbortController();
  const options = { environment: { ...settings(), ...change }, readFile: () => '', signal };
  for await (const finding of checkTenant({ ...options, ca: directory.entra.caCertificate }))
    findings.push(finding);
  watch(JSON.stringify(findings));
  return findings;
}

const calls = () => directory.emulator.requests().length;
const short = (findings: readonly Finding[]) => findings.map(({ check: what, outcome }) => [what, outcome]);
const failed = (findings: readonly Finding[]) => findings.filter(({ outcome }) => outcome === 'failed');
const of = (findings: readonly Finding[], what: string) =>
  findings.filter((finding) => finding.check === what);

describe('check, where all is well', () => {
  it('reports settings, sign-in, rights, forms and clock, and counts its own calls', async () => {
    const findings = await check();
    expect(short(findings)).toEqual([
      ['settings', 'ok'],
      ['sign-in', 'ok'],
      ['permission', 'ok'],
      ['Machines API', 'ok'],
      ['$top', 'ok'],
      ['order', 'ok'],
      ['$skip', 'ok'],
      ['lastSeen', 'ok'],
      ['$filter', 'ok'],
      ['clock', 'ok'],
      ['calls', 'ok'],
    ]);
    // One row, a page, $skip, two forms for machines without lastSeen, five filters.
    expect(calls()).toBe(10);
    expect(of(findings, 'calls')[0]?.found).toContain('10 calls were made, of the 1500 an hour');
    expect(of(findings, 'sign-in')[0]?.found).toContain(registrations.withSecret);
    expect(of(findings, 'sign-in')[0]?.found).toContain(signIn.AZURE_TENANT_ID);
    expect(of(findings, 'permission')[0]?.found).toContain('Machine.Read.All');
  });

  it('names no device', async () => {
    const text = JSON.stringify(await check());
    for (const { id, computerDnsName } of directory.emulator.rows()) {
      expect(text).not.toContain(String(id));
      if (typeof computerDnsName === 'string' && computerDnsName !== '')
        expect(text).not.toContain(computerDnsName);
    }
  });

  it('says which form brings machines without lastSeen, and that a fleet is read by ranges', async () => {
    directory.emulator.configure({ accept: { not: true }, pageCap: 50 });
    const findings = await check({ UPSTREAM_WINDOW_ROWS: '50' });
    expect(of(findings, 'lastSeen')[0]?.found).toContain('not (lastSeen ge 0002-01-01T00:00:00Z)');
    expect(of(findings, '$top')[0]?.found).toContain('$top=50 brings 50 machines, and there are more');
    expect(calls()).toBe(9);
  });
});

describe('check, where something is wrong', () => {
  it('reports all problems of settings at once, and goes on as far as it can', async () => {
    const findings = await check({ CALLER_AUTH: '', MAX_PAGE_SIZE: '77', MACHINES_API_URLS: 'https://a' });
    expect(failed(findings)).toEqual([
      expect.objectContaining({
        check: 'settings',
        found: expect.stringContaining('CALLER_AUTH is not set'),
      }),
    ]);
    expect(of(findings, 'settings')[1]).toMatchObject({
      outcome: 'warning',
      found: expect.stringContaining('MACHINES_API_URL may be meant'),
    });
    expect(short(findings)).toContainEqual(['Machines API', 'ok']);
  });

  it('makes no call where nothing could be asked with the settings', async () => {
    const findings = await check({ AZURE_TENANT_ID: '', QUOTA_PER_HOUR: 'many' });
    expect(failed(findings).map(({ found }) => found.split(' ')[0])).toEqual(
      expect.arrayContaining(['AZURE_TENANT_ID', 'QUOTA_PER_HOUR']),
    );
    expect(findings.every(({ check: what }) => what === 'settings')).toBe(true);
    expect(calls()).toBe(0);
  });

  it('ends with the sign-in where the secret is wrong', async () => {
    const findings = await check({ AZURE_CLIENT_SECRET: 'another' });
    expect(failed(findings)).toEqual([
      {
        check: 'sign-in',
        outcome: 'failed',
        found: expect.stringContaining('AADSTS7000215'),
        next: expect.stringContaining('its value, not its id'),
      },
    ]);
    expect(calls()).toBe(0);
  });

  it('names the missing role, and shows what the API says to it', async () => {
    const findings = await check({ AZURE_CLIENT_ID: registrations.powerless });
    expect(short(failed(findings))).toEqual([
      ['permission', 'failed'],
      ['Machines API', 'failed'],
    ]);
    const [permission, api] = failed(findings);
    expect(permission).toMatchObject({
      found: expect.stringContaining('only the roles Machine.Isolate'),
      next: expect.stringMatching(/Machine\.Read\.All.*admin consent/),
    });
    expect(api?.found).toContain('Status 403.');
    expect(api?.next).toMatch(/Machine\.Read\.All/);
    expect(calls()).toBe(1);
  });

  it('names the address where something else answers: 404 with a page', async () => {
    const page = await startUpstream((_, response) => {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not here</h1>');
    });
    onTestFinished(page.close);
    const findings = await check({ MACHINES_API_URL: page.url });
    expect(failed(findings)).toEqual([
      expect.objectContaining({
        check: 'Machines API',
        found: expect.stringContaining('404'),
        next: expect.stringContaining('Check MACHINES_API_URL'),
      }),
    ]);
    expect(page.requests).toHaveLength(1);
  });

  it('warns where the API shows no machine, as a wrong address may do', async () => {
    directory.emulator.faults.next(1, { kind: 'status', status: 404 });
    const findings = await check();
    expect(of(findings, 'Machines API')).toEqual([
      expect.objectContaining({
        outcome: 'warning',
        next: expect.stringContaining('Check MACHINES_API_URL'),
      }),
    ]);
    expect(calls()).toBe(1);
  });

  it('names the proxy that rejects', async () => {
    const proxy = await startConnectProxy({ refusal: 403 });
    onTestFinished(proxy.close);
    const findings = await check({ HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url });
    expect(failed(findings)).toEqual([
      expect.objectContaining({
        check: 'sign-in',
        found: expect.stringContaining('the proxy refused to connect'),
        next: expect.stringContaining('HTTPS_PROXY'),
      }),
    ]);
    const token = {
      MACHINES_API_TOKEN: secrets.token,
      AZURE_TENANT_ID: '',
      AZURE_CLIENT_ID: '',
      AZURE_CLIENT_SECRET: '',
    };
    const later = await check({
      ...token,
      HTTP_PROXY: proxy.url,
      MACHINES_API_SCOPE: '',
      AZURE_AUTHORITY_HOST: '',
    });
    expect(failed(later)).toEqual([
      expect.objectContaining({
        check: 'Machines API',
        found: expect.stringContaining('the proxy refused to connect'),
        next: expect.stringContaining('HTTPS_PROXY'),
      }),
    ]);
    expect(calls()).toBe(0);
  });

  it('says which forms are rejected, and what that costs', async () => {
    // One row and a page come; all that follows is rejected.
    const { emulator } = directory;
    const upstream = await startUpstream((request, response) => {
      const { searchParams } = new URL(request.url ?? '', upstream.url);
      const isPlain = !searchParams.has('$skip') && !searchParams.has('$filter');
      const rows = emulator.rows().slice(0, Math.min(3, Number(searchParams.get('$top'))));
      if (isPlain) response.end(JSON.stringify({ value: rows }));
      else response.writeHead(400).end(JSON.stringify({ error: { code: 'BadRequest', message: 'No.' } }));
    });
    onTestFinished(upstream.close);
    const findings = await check({ MACHINES_API_URL: upstream.url });
    expect(failed(findings)).toEqual([]);
    expect(findings.filter(({ outcome }) => outcome === 'warning').map(({ check: what }) => what)).toEqual([
      '$skip',
      'lastSeen',
      '$filter',
    ]);
    for (const { outcome, next } of findings) if (outcome !== 'ok') expect(next).toMatch(/\w.*\./);
  });

  it('signs in and calls nothing where upstream is asked in the name of callers', async () => {
    const findings = await check({
      CALLER_AUTH: 'entra',
      CALLER_SCOPES: 'Machines.Read',
      UPSTREAM_IDENTITY: 'caller',
    });
    expect(short(findings)).toEqual([
      ['settings', 'ok'],
      ['sign-in', 'ok'],
      ['Machines API', 'warning'],
    ]);
    expect(calls()).toBe(0);
  });
});

describe('the clock of upstream', () => {
  it.each([0, 90_000, -600_000])('is measured by the Date of an answer: %d ms', async (aheadMs) => {
    const clock = { wall: () => Date.UTC(2026, 8, 8), monotonic: () => 0 };
    const date = new Date(clock.wall() + aheadMs).toUTCString();
    const transport = countedTransport(
      {
        get: async () => ({ status: 200, headers: { date }, body: undefined as never }),
        close: async () => undefined,
      },
      clock,
    );
    await transport.get('/', { headers: {}, signal: new AbortController().signal });
    // In the middle of the second that it names.
    expect(transport.clockOffsetMs()).toBe(aheadMs + 500);
    expect(transport.calls()).toBe(1);
  });
});

describe.skipIf(!hasRedisServer)('check of a Redis (skipped where there is no redis-server)', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedisServer();
  });
  afterAll(() => redis.kill());

  it('is fine where it can be reached and its user may use INFO', async () => {
    const [finding] = of(await check({ REDIS_URL: redis.url }), 'Redis');
    expect(finding).toMatchObject({ outcome: 'ok', found: expect.stringMatching(/version \d+\.\d+/) });
  });

  it('warns of a user without INFO, and of a policy that drops what is shared', async () => {
    await redis.send('ACL', 'SETUSER', 'narrow', 'on', '>word', '~*', '+@all', '-info');
    const narrow = redis.url.replace('//', '//narrow:word@');
    expect(of(await check({ REDIS_URL: narrow }), 'Redis')).toEqual([
      expect.objectContaining({ outcome: 'warning', next: expect.stringContaining('command info') }),
    ]);
    await redis.send('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    expect(of(await check({ REDIS_URL: redis.url }), 'Redis').at(-1)).toMatchObject({
      outcome: 'warning',
      found: expect.stringContaining('allkeys-lru'),
    });
  });

  it('fails where it is away, and checks the rest all the same', async () => {
    const findings = await check({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
    expect(failed(findings)).toEqual([
      expect.objectContaining({ check: 'Redis', next: expect.stringContaining('Check REDIS_URL') }),
    ]);
    expect(short(findings)).toContainEqual(['Machines API', 'ok']);
  });
});

describe('the command check', () => {
  const run = (args: readonly string[], change: Settings = {}) => {
    const certificate = join(mkdtempSync(join(tmpdir(), 'check-')), 'ca.pem');
    writeFileSync(certificate, directory.entra.caCertificate);
    return runProgram(['check', ...args], { ...settings(), NODE_EXTRA_CA_CERTS: certificate, ...change });
  };

  it('prints a line for each finding, and ends with 0 where nothing failed', async () => {
    const program = run([]);
    expect(await program.ended).toBe(0);
    const lines = program.stdout().trim().split('\n');
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines) expect(line).toMatch(/^(ok|warning|failed) +\S.{10,}/);
    expect(program.stderr()).toBe('');
  });

  it('ends by SIGINT while it waits, as a shell has it, and counts that as no failure', async () => {
    directory.emulator.configure({ latencyMs: 600_000 });
    const program = run([]);
    await until(() => expect(calls()).toBe(1));
    program.signal('SIGINT');
    expect(await program.ended).toBe(130);
    expect(program.stdout()).not.toMatch(/^failed/m);
    expect(program.stderr()).toBe('');
  });

  it('prints one JSON object with --json, and ends with 1 where something failed', async () => {
    const program = run(['--json'], { AZURE_CLIENT_SECRET: 'another' });
    expect(await program.ended).toBe(1);
    const report = JSON.parse(program.stdout());
    expect(report.ok).toBe(false);
    expect(report.findings.at(-1)).toMatchObject({ check: 'sign-in', outcome: 'failed' });
    expect(program.stderr()).toBe('');
  });
});
