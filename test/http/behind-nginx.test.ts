import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FollowedFleet, numbered, runFollowedFleet } from '../support/followed-fleet.ts';
import { hasNginx, type Nginx, startNginx } from '../support/nginx.ts';
import { ask } from '../support/running-gateway.ts';
import { openEvents, openSocket, subscribe } from '../support/subscriber.ts';

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const subscription = 'subscription { machineChanges { kind id } }';

/** The blocks of docs/operating.md: what stands in `http`, and in `server` for each of the two ways. */
const [inHttp = '', takesOff = '', passesOn = ''] = [
  ...readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8').matchAll(
    /^```nginx\n([\s\S]*?)^```$/gm,
  ),
].map(([, block = '']) => block);

describe.skipIf(!hasNginx).each([
  { way: 'that takes the prefix off', environment: {}, inServer: takesOff, named: '/graphql' },
  {
    way: 'that passes the prefix on, with PATH_PREFIX',
    environment: { PATH_PREFIX: '/defender' },
    inServer: passesOn,
    named: '/defender/graphql',
  },
])('a gateway under /defender/ of an nginx $way', ({ environment, inServer, named }) => {
  let fleet: FollowedFleet;
  let nginx: Nginx;
  let url: string;
  beforeAll(async () => {
    fleet = await runFollowedFleet({ environment });
    const gateway = new URL(fleet.gateway.url).host;
    nginx = await startNginx(inServer.replaceAll('127.0.0.1:4000', gateway), inHttp);
    url = `${nginx.url}/defender`;
  });
  afterAll(async () => {
    await nginx.close();
    await fleet.close();
  });

  const links = async (path: string): Promise<readonly string[]> => {
    const page = await fetch(`${url}${path}`, { headers: browser });
    expect([path, page.status]).toEqual([path, 200]);
    return [...(await page.text()).matchAll(/(?:href|src)="([^"]+)"/g)]
      .map(([, link = '']) => link)
      .filter((link) => !link.startsWith('data:'))
      .map((link) => new URL(link, page.url).href);
  };
  const statusOf = async (address: string): Promise<number> =>
    (await fetch(address, { headers: browser })).status;

  it('answers queries', async () => {
    const { status, data } = await ask(url, '{ machines(first: 1) { totalCount } }');
    expect([status, data]).toEqual([200, { machines: { totalCount: 20 } }]);
    const byGet = await fetch(`${url}/graphql?query={fleet{machines}}`);
    expect(await byGet.json()).toMatchObject({ data: { fleet: { machines: 20 } } });
  });

  it('leads from the bare prefix to the start page, whose links all lead to pages under it', async () => {
    const bare = await fetch(url, { redirect: 'manual', headers: browser });
    expect([bare.status, bare.headers.get('location')]).toEqual([308, '/defender/']);
    const found = await links('');
    expect(found).toEqual(['explorer', 'graphql', 'healthz', 'readyz'].map((path) => `${url}/${path}`));
    for (const link of found) expect([link, await statusOf(link)]).toEqual([link, 200]);
  });

  it('has an explorer that loads all its files from under it', async () => {
    const found = await links('/explorer');
    expect(found.length).toBeGreaterThan(4);
    for (const link of found) {
      expect(link).toContain(`${url}/explorer/`);
      expect([link, await statusOf(link)]).toEqual([link, 200]);
    }
    // What its script asks for, relative to the page.
    expect(await statusOf(`${url}/explorer/tabs.json`)).toBe(200);
    const withSlash = await fetch(`${url}/explorer/`, { headers: browser });
    expect([withSlash.status, withSlash.url]).toEqual([200, `${url}/explorer`]);
  });

  it('names its paths as callers reach them, where it knows the prefix', async () => {
    const places = (await (await fetch(`${url}/`)).json()) as { readonly graphql: string };
    expect(places.graphql).toBe(named);
  });

  it('keeps the paths outside of the prefix for others', async () => {
    expect(await statusOf(`${nginx.url}/graphql`)).toBe(404);
    expect(await statusOf(`${url}s/healthz`)).toBe(404);
  });

  it('sends changes over WebSocket and by server-sent events, as they happen', async () => {
    const socket = await openSocket(url);
    await subscribe(socket, subscription);
    const events = await openEvents(url, subscription);
    await fleet.become(numbered(21));
    const change = { kind: 'ADDED', id: 'machine-0020' };
    await expect
      .poll(() => socket.messages.filter(({ type }) => type === 'next').map(({ payload }) => payload.data))
      .toEqual([{ machineChanges: change }]);
    await expect
      .poll(() => events.events.filter((event) => event.startsWith('event: next')).join())
      .toContain(JSON.stringify(change));
    socket.webSocket.close();
    events.leave();
    await fleet.become(numbered(20));
  });

  it('opens a WebSocket for pages of its own address, and for no other', async () => {
    const own = await openSocket(url, { origin: nginx.url });
    own.webSocket.close();
    await expect(openSocket(url, { origin: 'https://evil.example' })).rejects.toThrow('403');
  });
});

describe('a gateway with PATH_PREFIX', () => {
  it('answers without the prefix too, as probes ask, and measures both as one path', async () => {
    const fleet = await runFollowedFleet({ environment: { PATH_PREFIX: '/defender' } });
    try {
      const { url } = fleet.gateway;
      for (const path of ['/healthz', '/defender/healthz']) {
        expect((await fetch(`${url}${path}`)).status).toBe(200);
      }
      expect(await (await fetch(`${url}/metrics`)).text()).toMatch(
        /http_request_seconds_count\{route="\/healthz",status="200"\} 2/,
      );
      expect((await fetch(`${url}/defender/defender/healthz`)).status).toBe(404);
    } finally {
      await fleet.close();
    }
  });
});
