import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { systemTimers as clock } from '../../../src/timers.ts';
import { defaultRules } from '../../../src/upstream/quota/options.ts';
import type { LedgerKind, Quota } from '../../../src/upstream/quota/quota.ts';
import { redisLedger } from '../../../src/upstream/quota/redis-ledger.ts';
import { createQuota } from '../../../src/upstream/quota/scheduler.ts';
import { addressOf, hasRedisServer, type RedisServer, startRedisServer } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';
import { mostWithin } from './sliding-count.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const windows = [
  { windowMs: 150, calls: 30 },
  { windowMs: 1_000, calls: 90 },
];

/** Calls last 30 ms; where a busy machine halts this process, they seem to be sent later, and to last longer. */
const maxCallMs = 1_500;

interface Call {
  readonly replica: number;
  readonly ledger: LedgerKind;
  readonly sentAt: number;
  endedAt: number;
}

/** Three replicas on one Redis, each with callers that want the next call as soon as they have one. */
class Replicas {
  readonly calls: Call[] = [];
  /** What each replica was told of its ledger. */
  readonly told: LedgerKind[][] = [[], [], []];
  readonly #quotas: Quota[] = [];
  readonly #callers: Promise<void>[] = [];

  constructor(urls: readonly string[]) {
    for (const [replica, url] of urls.entries()) this.start(replica, url);
  }

  /** Starts a process in the place of that replica, which knows nothing of an earlier one. */
  start(replica: number, url: string): void {
    const quota = createQuota({
      clock,
      ledger: redisLedger({
        address: addressOf(url),
        prefix: 'quota',
        replicas: 3,
        rules: { ...defaultRules, windows, maxCallMs },
        clock,
        commandMs: 200,
        heartbeatMs: 25,
        presenceMs: 300,
        reconnectMs: { first: 10, longest: 40 },
      }),
      events: { onLedger: (ledger) => this.told[replica]?.push(ledger) },
    });
    this.#quotas[replica] = quota;
    for (let caller = 0; caller < 8; caller++) {
      this.#callers.push(this.#call(quota, replica, `caller ${caller}`));
    }
  }

  async stop(replica: number): Promise<void> {
    await this.#quotas[replica]?.close();
  }

  async #call(quota: Quota, replica: number, turn: string): Promise<void> {
    try {
      for (;;) {
        const { signal } = new AbortController();
        const permit = await quota.acquire({ lane: 'interactive', turn, patienceMs: 60_000, signal });
        const sentAt = clock.now();
        const call = { replica, ledger: quota.state().ledger, sentAt, endedAt: Number.POSITIVE_INFINITY };
        this.calls.push(call);
        await new Promise<void>((resolve) => clock.setTimer(Math.random() * 30, resolve));
        call.endedAt = clock.now();
        permit.done({ kind: 'answered' });
      }
    } catch {
      // Closed: nobody wants more.
    }
  }

  ledgers(): LedgerKind[] {
    return this.#quotas.map((quota) => quota.state().ledger);
  }

  /** Goes on when each of the replicas has made a call by that ledger since now. */
  async called(ledger: LedgerKind, replicas = [0, 1, 2]): Promise<void> {
    const since = this.calls.length;
    await until(() => {
      const callers = new Set(
        this.calls
          .slice(since)
          .filter((call) => call.ledger === ledger)
          .map(({ replica }) => replica),
      );
      expect([...callers].toSorted()).toEqual(expect.arrayContaining(replicas));
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#quotas.map((quota) => quota.close()));
    await Promise.all(this.#callers);
  }

  /** The most calls in any window, wherever between its sending and its end upstream counts each one. */
  expectWithinQuota(): void {
    const places = [() => 0, () => 1, () => Math.random(), () => Math.round(Math.random())];
    for (const { windowMs, calls } of windows) {
      for (const place of places) {
        // No call lasts longer than the bound; where this process was halted, it noted the end late.
        const lasted = ({ sentAt, endedAt }: Call): number => Math.min(endedAt - sentAt, maxCallMs);
        const instants = this.calls.map((call) => call.sentAt + place() * lasted(call));
        expect(mostWithin(instants, windowMs), `calls within ${windowMs} ms`).toBeLessThanOrEqual(calls);
      }
    }
  }
}

const all = (ledger: LedgerKind): LedgerKind[] => [ledger, ledger, ledger];

/** They mostly wait, so they run side by side. */
describe
  .skipIf(!hasRedisServer)
  .concurrent('three replicas with a redis-server (skipped where there is none)', () => {
    const start = async (
      { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
      urlOfLast?: (server: RedisServer) => Promise<string>,
    ) => {
      const directory = await mkdtemp(join(tmpdir(), 'quota-'));
      const server = await startRedisServer(['--dir', directory]);
      onTestFinished(() => rm(directory, { recursive: true }));
      onTestFinished(server.kill);
      const replicas = new Replicas([server.url, server.url, (await urlOfLast?.(server)) ?? server.url]);
      onTestFinished(() => replicas.close());
      await until(() => expect(replicas.ledgers()).toEqual(all('redis')));
      // So that the longer window is full when the fault comes.
      await until(() => expect(replicas.calls.length).toBeGreaterThanOrEqual(90));
      return { server, replicas };
    };

    /** Goes on when every replica has left the pool and is back, and has made a call. */
    const returned = async (replicas: Replicas): Promise<void> => {
      await until(() => {
        for (const told of replicas.told) expect(told).toContain('share');
        expect(replicas.ledgers()).toEqual(all('redis'));
      });
      await replicas.called('redis');
    };

    it('use the whole quota together, and no more', async (context) => {
      const { replicas } = await start(context);
      const most = (): number =>
        mostWithin(
          replicas.calls.map(({ sentAt }) => sentAt),
          1_000,
        );
      await until(() => expect(replicas.calls.length).toBeGreaterThanOrEqual(180));
      await until(() => expect(most()).toBe(90));
      await replicas.close();
      replicas.expectWithinQuota();
    });

    it.for<[string, (server: RedisServer) => Promise<unknown>, (server: RedisServer) => Promise<unknown>]>([
      ['is killed and comes back empty', (server) => server.kill(), (server) => server.start()],
      ['is paused and goes on', async (server) => server.pause(), async (server) => server.resume()],
    ])(
      'live on their shares while Redis %s, return, and never exceed the quota',
      async ([, breaks, mends], context) => {
        const { server, replicas } = await start(context);
        await breaks(server);
        await until(() => expect(replicas.ledgers()).toEqual(all('share')));
        await replicas.called('share');
        await mends(server);
        await returned(replicas);
        await replicas.close();
        replicas.expectWithinQuota();
      },
    );

    it.for<[string, (server: RedisServer) => Promise<unknown>]>([
      ['is flushed', (server) => server.send('FLUSHALL')],
      ['is restarted at once, empty', (server) => server.kill().then(server.start)],
      ['evicts the log', (server) => server.send('DEL', '{quota}:log')],
      ['evicts whom it has seen', (server) => server.send('DEL', '{quota}:seen')],
      ['evicts its state', (server) => server.send('DEL', '{quota}:state')],
    ])('do not get the quota twice when Redis %s', async ([, breaks], context) => {
      const { server, replicas } = await start(context);
      await breaks(server);
      await returned(replicas);
      await replicas.close();
      replicas.expectWithinQuota();
    });

    it('do not get the quota twice when one restarts and is the first at an empty Redis', async (context) => {
      const { server, replicas } = await start(context);
      await replicas.stop(2);
      await server.kill();
      await server.start();
      replicas.start(2, server.url);
      await until(() => expect(replicas.told[2]?.at(-1)).toBe('redis'));
      await until(() => expect(replicas.ledgers()).toEqual(all('redis')));
      await replicas.called('redis');
      await replicas.close();
      replicas.expectWithinQuota();
    });

    it('go on in Redis while it is out of memory, newcomers too', async (context) => {
      const { server, replicas } = await start(context);
      await server.send('CONFIG', 'SET', 'maxmemory', '1');
      expect(await server.send('SET', 'anything', 'more')).toMatch(/OOM/);
      await server.send('CLIENT', 'KILL', 'TYPE', 'normal');
      await returned(replicas);
      await replicas.close();
      replicas.expectWithinQuota();
    });

    it('do not get the quota twice when Redis is restarted with what it had a while ago', async (context) => {
      const { server, replicas } = await start(context);
      await server.send('SAVE');
      await replicas.called('redis');
      await server.kill();
      await server.start();
      await returned(replicas);
      await replicas.close();
      replicas.expectWithinQuota();
    });

    it('keep the quota while one of them is cut off, which lives on its share while the others go on in Redis', async (context) => {
      let proxy: TcpProxy | undefined;
      const { replicas } = await start(context, async (server) => {
        proxy = await startTcpProxy(server.port);
        context.onTestFinished(proxy.close);
        return `redis://127.0.0.1:${proxy.port}`;
      });
      proxy?.cut();
      await until(() => expect(replicas.ledgers()).toEqual(['redis', 'redis', 'share']));
      await Promise.all([replicas.called('redis', [0, 1]), replicas.called('share', [2])]);
      proxy?.heal();
      await until(() => expect(replicas.ledgers()).toEqual(all('redis')));
      await replicas.called('redis');
      await replicas.close();
      replicas.expectWithinQuota();
    });

    it('keep the quota when Redis dies while one of them was cut off already', async (context) => {
      let proxy: TcpProxy | undefined;
      const { server, replicas } = await start(context, async (running) => {
        proxy = await startTcpProxy(running.port);
        context.onTestFinished(proxy.close);
        return `redis://127.0.0.1:${proxy.port}`;
      });
      proxy?.cut();
      await replicas.called('share', [2]);
      await replicas.called('redis', [0, 1]);
      await server.kill();
      await until(() => expect(replicas.ledgers()).toEqual(all('share')));
      await replicas.called('share');
      await server.start();
      proxy?.heal();
      await returned(replicas);
      await replicas.close();
      replicas.expectWithinQuota();
    });
  });

describe('a gateway that has never reached Redis', () => {
  it('lives on its share and says so', async () => {
    const told: string[] = [];
    const quota = createQuota({
      clock,
      ledger: redisLedger({
        address: addressOf('redis://127.0.0.1:1'),
        prefix: 'quota',
        replicas: 3,
        rules: { ...defaultRules, windows },
        clock,
        commandMs: 20,
        heartbeatMs: 10,
        presenceMs: 40,
      }),
      events: { onLedger: (ledger, why) => told.push(`${ledger}: ${why}`) },
    });
    const { signal } = new AbortController();
    const permit = await quota.acquire({ lane: 'interactive', turn: 'p', patienceMs: 5_000, signal });
    permit.done({ kind: 'answered' });
    expect(quota.state()).toMatchObject({ ledger: 'share', windows: [{ limit: 5 }, { limit: 15 }] });
    expect(told).toEqual(['share: Redis failed at a connection: ECONNREFUSED.']);
    await quota.close();
  });
});

describe.skipIf(!hasRedisServer)(
  'a replica that is the first to return to a Redis that has lost its data',
  () => {
    it('lets callers wait for the others to return, rather than reject them', async () => {
      const server = await startRedisServer();
      const proxy = await startTcpProxy(server.port);
      const told: LedgerKind[] = [];
      const [first, second] = [server.url, `redis://127.0.0.1:${proxy.port}`].map((url) =>
        createQuota({
          clock,
          ledger: redisLedger({
            address: addressOf(url),
            prefix: 'quota',
            replicas: 2,
            rules: defaultRules,
            clock,
            // Long enough for a machine that is busy with other things.
            commandMs: 1_500,
            heartbeatMs: 300,
            presenceMs: 3_000,
          }),
          events: { onLedger: (ledger) => url === server.url && told.push(ledger) },
        }),
      );
      if (first === undefined || second === undefined) throw new Error('There are two.');
      try {
        const ledgers = (): LedgerKind[] => [first.state().ledger, second.state().ledger];
        await until(() => expect(ledgers()).toEqual(['redis', 'redis']));
        // A quarter is its own, half is the pool.
        await until(() => expect(first.state().windows[0]?.limit).toBe(75));
        const acquire = (quota: Quota) =>
          quota.acquire({
            lane: 'interactive',
            turn: 'app',
            patienceMs: 10_000,
            signal: new AbortController().signal,
          });
        proxy.cut();
        await server.send('FLUSHALL');
        await until(() => expect(told).toContain('share'));
        await until(() => expect(first.state().ledger).toBe('redis'));
        // Its own part is used up; the pool opens when the other is back.
        for (let call = 0; call < 25; call++) await acquire(first);
        expect(first.state().windows[0]?.remaining).toBe(0);
        const permit = acquire(first);
        permit.catch(() => undefined);
        await until(() => expect(first.state().waiting.interactive).toBe(1));
        proxy.heal();
        await expect(permit).resolves.toMatchObject({ waitedMs: expect.any(Number) });
      } finally {
        await Promise.all([first.close(), second.close()]);
        await proxy.close();
        await server.kill();
      }
    });
  },
);
