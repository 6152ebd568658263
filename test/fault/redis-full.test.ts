import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ListingId } from '../../src/machines/cursor.ts';
import { momentOf } from '../../src/machines/moment.ts';
import type { Principal } from '../../src/machines/source.ts';
import { Secret } from '../../src/secret.ts';
import { type List, listOf } from '../../src/upstream/windows/list.ts';
import { createRedisWindows } from '../../src/upstream/windows/redis-windows.ts';
import type { SharedWindow, SharedWindows } from '../../src/upstream/windows/shared-windows.ts';
import { idsFrom, windowOf } from '../support/plain-source.ts';
import { hasRedisServer, type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';

describe.skipIf(!hasRedisServer)('a Redis that fills up', () => {
  let server: RedisServer;
  let shared: SharedWindows;
  let told: string[];
  let lists: number;
  /** Room for what Redis needs for itself, and for a few windows. */
  const maxMemory = '2500kb';

  beforeAll(async () => {
    server = await startRedisServer(['--maxmemory', maxMemory, '--maxmemory-policy', 'noeviction']);
  });
  afterAll(() => server.kill());
  beforeEach(async () => {
    await server.send('CONFIG', 'SET', 'maxmemory', maxMemory);
    await server.send('FLUSHALL');
    await server.send('CONFIG', 'RESETSTAT');
    told = [];
    lists = 0;
    shared = createRedisWindows({
      url: new Secret(server.url),
      prefix: 'full',
      keepMs: 3_600_000,
      onState: (state, why) => told.push(`${state}: ${why}`),
    });
  });
  afterEach(() => shared.close());

  const reading = { id: 'abc' as ListingId, openedAt: momentOf(1) };
  /** Ids that gzip cannot make small. */
  const window: SharedWindow = {
    ...windowOf(idsFrom(2_000).map((id) => `${id}-${Math.random()}-${Math.random()}`)),
    hidden: [],
  };
  const keepAnother = async (): Promise<List | undefined> => {
    lists += 1;
    const list = listOf('app' as Principal, undefined);
    const another = { ...list, key: `${list.key}${lists}` as List['key'] };
    return (await shared.keep(another.key, reading, 0, window)) ? another : undefined;
  };
  /** Keeps windows until one is refused, and gives back the last that was not. */
  const fill = async (): Promise<List> => {
    let last: List | undefined;
    for (let list = await keepAnother(); list !== undefined; list = await keepAnother()) last = list;
    if (last === undefined) throw new Error('Not even one window was kept.');
    return last;
  };
  /** Scripts, of which each brings a window, that were refused. */
  const refusals = async (): Promise<number> =>
    Number(/cmdstat_eval:.*failed_calls=(\d+)/.exec(await server.send('INFO', 'commandstats'))?.[1] ?? 0);

  it('is still read, while nothing is written and no lock is waited for', async () => {
    const list = await fill();
    expect(shared.state()).toBe('reading');
    expect((await shared.window(list.key, reading.id, 0))?.block.ids).toEqual(window.block.ids);
    expect((await shared.newest(list.key))?.id).toBe(reading.id);
    const { signal } = new AbortController();
    expect(
      await shared.once(
        'work',
        signal,
        async () => undefined,
        async () => 'done',
      ),
    ).toBe('done');
    expect(told).toEqual(['reading: Redis refused a command: OOM.']);
  });

  it('is offered windows ever more seldom, with a word when it changes and not else', {
    timeout: 30_000,
  }, async () => {
    const list = await fill();
    const before = await refusals();
    // Pauses of 1, 2 and 4 s, half of each left to chance: at most at 0.5, 1.5, 3.5 and 7.5 s.
    const until = performance.now() + 5_000;
    while (performance.now() < until) {
      expect(await keepAnother()).toBeUndefined();
      expect(await shared.reading(list.key, reading.id)).toEqual(reading);
    }
    const tries = (await refusals()) - before;
    expect(tries).toBeGreaterThanOrEqual(1);
    expect(tries).toBeLessThanOrEqual(3);
    expect(told).toHaveLength(1);

    await server.send('CONFIG', 'SET', 'maxmemory', '0');
    await vi.waitFor(async () => expect(await keepAnother()).toBeDefined(), { timeout: 20_000 });
    expect(shared.state()).toBe('whole');
    expect(told.slice(1)).toEqual(['whole: Redis takes windows again.']);
  });
});

describe.skipIf(!hasRedisServer)('a gateway before a Redis that is full', () => {
  let server: RedisServer;
  let running: RunningGateway;
  beforeAll(async () => {
    server = await startRedisServer();
    running = await runGateway({ environment: { REDIS_URL: server.url } });
  });
  afterAll(async () => {
    await running.close();
    await server.kill();
  });

  it('goes on by itself, says so once, and shows it in its metrics', async () => {
    const ask = (name: string) =>
      running.ask(
        'query ($name: String) { machines(filter: { computerDnsName: { ne: $name } }) { nodes { id } } }',
        {
          name,
        },
      );
    const state = async (): Promise<string | undefined> =>
      /^machines_gateway_shared_cache_available (.*)$/m.exec(
        await (await fetch(`${running.gateway.url}/metrics`)).text(),
      )?.[1];
    await ask('before');
    expect(await state()).toBe('1');
    await server.send('CONFIG', 'SET', 'maxmemory', '1');
    for (let list = 0; list < 20; list += 1) {
      expect(await ask(`list ${list}`)).toMatchObject({ errors: undefined });
    }
    expect(await state()).toBe('0.5');
    const lines = running.lines.filter(({ msg }) => msg === 'the shared cache has turned');
    expect(lines).toEqual([
      expect.objectContaining({ state: 'reading', why: 'Redis refused a command: OOM.' }),
    ]);
  });
});
