import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { bareRows } from '../support/machine-pages.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { type SetClock, setClock } from '../support/set-clock.ts';

const list = '{ machines(first: 3) { nodes { id } } }';

let running: RunningGateway;
let clock: SetClock;
afterEach(async () => {
  await running?.close();
});

async function open(environment: Record<string, string>): Promise<void> {
  clock = setClock();
  running = await runGateway({ clock, rows: bareRows(5), environment });
}
const post = async (query: string): Promise<string | null> =>
  (await running.ask(query)).headers.get('cache-control');
const get = (query: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${running.gateway.url}/graphql?query=${encodeURIComponent(query)}`, { headers });

describe('CACHE_CONTROL=private', () => {
  it('lets answers be kept for as long as their rows are fresh, out of a plan as executed', async () => {
    await open({ CACHE_CONTROL: 'private' });
    expect(await post(list)).toBe('private, max-age=60, must-revalidate');
    clock.advance(20_500);
    for (const _ of [1, 2, 3]) expect(await post(list)).toBe('private, max-age=39, must-revalidate');
    clock.advance(39_000);
    expect(await post(list)).toBe('no-store');
    expect(running.emulator.requests()).toHaveLength(1);
  });

  it('goes by the oldest of the rows, and by what was asked for them', async () => {
    await open({ CACHE_CONTROL: 'private' });
    await post(list);
    clock.advance(15_000);
    const two =
      '{ machines(first: 3) { nodes { id } } other: machines(filter: { rbacGroupId: { eq: 7 } }) { nodes { id } } }';
    expect(await post(two)).toBe('private, max-age=45, must-revalidate');
    const bounded = '{ machines(first: 3, maxAgeSeconds: 20) { nodes { id } } }';
    for (const _ of [1, 2, 3]) expect(await post(bounded)).toBe('private, max-age=5, must-revalidate');
    expect(await post('{ machine(id: "m1", maxAgeSeconds: 15) { id } }')).toBe('no-store');
    expect(await post('{ machine(id: "m1") { id } }')).toBe('private, max-age=45, must-revalidate');
  });

  it('names what an answer depends on, so that no cache hands it to another caller', async () => {
    await open({ CACHE_CONTROL: 'private' });
    await get(list);
    const answers = [await get(list), (await running.ask(list)).headers];
    for (const answer of answers) {
      const headers = answer instanceof Response ? answer.headers : answer;
      expect(headers.get('vary')).toMatch(/\baccept\b/);
      expect(headers.get('vary')).toMatch(/\bauthorization\b/);
    }
  });

  it('says with 304 how long the answer may be kept from now on', async () => {
    await open({ CACHE_CONTROL: 'private' });
    await get(list);
    const tag = (await get(list)).headers.get('etag') ?? '';
    clock.advance(10_000);
    const known = await get(list, { 'if-none-match': tag });
    expect([known.status, known.headers.get('cache-control')]).toEqual([
      304,
      'private, max-age=50, must-revalidate',
    ]);
    clock.advance(50_000);
    const late = await get(list, { 'if-none-match': tag });
    expect(late.headers.get('cache-control')).toBe('private, no-cache');
  });

  it.each([
    ['an error', '{ machines(first: -1) { totalCount } }'],
    ['rows and an error', '{ machines { nodes { id } } none: machines(first: -1) { totalCount } }'],
    ['the state of the quota', '{ machines { nodes { id } } upstreamQuota { gate } }'],
    ['the state of the fleet', '{ machines { nodes { id } } fleet { state } }'],
    ['no rows', '{ __typename }'],
    ['what cannot be read', '{'],
  ])('lets nobody keep %s', async (_, query) => {
    await open({ CACHE_CONTROL: 'private' });
    expect(await post(query)).toBe('no-store');
  });

  it('lets references of other subgraphs be kept', async () => {
    await open({ CACHE_CONTROL: 'private' });
    const query =
      '{ _entities(representations: [{ __typename: "Machine", id: "m1" }]) { ... on Machine { id } } }';
    expect(await post(query)).toBe('private, max-age=60, must-revalidate');
  });
});

describe('CACHE_CONTROL', () => {
  it('lets no cache keep answers by default', async () => {
    await open({});
    for (const _ of [1, 2, 3]) expect(await post(list)).toBe('no-store');
  });

  it('lets every cache keep them where it is public and callers are not checked', async () => {
    await open({ CACHE_CONTROL: 'public' });
    for (const _ of [1, 2, 3]) expect(await post(list)).toBe('public, max-age=60, must-revalidate');
  });

  const checked = {
    CALLER_AUTH: 'oidc',
    CALLER_ISSUER: 'https://id.example',
    CALLER_AUDIENCES: 'gateway',
    CALLER_SCOPES: 'Machines.Read',
    MACHINES_API_TOKEN: 'token',
  };
  const read = (environment: Record<string, string>) => () =>
    readConfig({ ...checked, ...environment }, () => '{ "rules": [] }');

  it('is rejected as public where callers are checked, unless it says so by name', () => {
    expect(read({ CACHE_CONTROL: 'public' })).toThrow(/CACHE_CONTROL is public, .*public-to-all-callers/);
    expect(read({ CACHE_CONTROL: 'public-to-all-callers' })().cache.scope).toBe('public');
    expect(read({ CACHE_CONTROL: 'private' })().cache.scope).toBe('private');
  });

  it('is rejected as public where callers see different machines', () => {
    expect(read({ CACHE_CONTROL: 'public-to-all-callers', ROW_RULES_PATH: '/rules.json' })).toThrow(
      /CACHE_CONTROL cannot be public-to-all-callers with ROW_RULES_PATH/,
    );
  });
});
