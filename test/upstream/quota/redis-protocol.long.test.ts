import { describe, expect, it, onTestFinished } from 'vitest';
import { systemTimers, type Timers } from '../../../src/timers.ts';
import type { Ledger } from '../../../src/upstream/quota/ledger.ts';
import { defaultRules } from '../../../src/upstream/quota/options.ts';
import { type RedisLedgerOptions, redisLedger } from '../../../src/upstream/quota/redis-ledger.ts';
import { addressOf, hasRedisServer, type RedisServer, startRedisServer } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** A ledger with what it told. */
type Told = Ledger & { readonly told: readonly string[] };

/** A system clock that shows another time, and can be set. */
function skewedClock(): Timers & { aheadMs: number } {
  return {
    aheadMs: 0,
    now() {
      return systemTimers.now() + this.aheadMs;
    },
    setTimer: systemTimers.setTimer,
  };
}

/**
 * Each step of what redis-ledger.ts argues with, by itself. Calls are left in flight, so that they count throughout. Of
 * 24 calls, one of three replicas owns 4, and 12 are the pool; one of two owns 6, one alone 12.
 */
describe.skipIf(!hasRedisServer)('the protocol with a redis-server (skipped where there is none)', () => {
  const startServer = async (...options: string[]): Promise<{ server: RedisServer; proxy: TcpProxy }> => {
    const server = await startRedisServer(options);
    const proxy = await startTcpProxy(server.port);
    onTestFinished(server.kill);
    onTestFinished(proxy.close);
    return { server, proxy };
  };

  const open = (port: number, replicas: number, options: Partial<RedisLedgerOptions> = {}): Told => {
    const told: string[] = [];
    const nothing = (): void => undefined;
    const ledger = redisLedger({
      address: addressOf(`redis://127.0.0.1:${port}`),
      prefix: 'quota',
      replicas,
      rules: { ...defaultRules, windows: [{ windowMs: 10_000, calls: 24 }], maxCallMs: 20_000 },
      clock: systemTimers,
      commandMs: 400,
      heartbeatMs: 30,
      presenceMs: 500,
      reconnectMs: { first: 10, longest: 40 },
      ...options,
    })({
      onChange: nothing,
      onGate: nothing,
      onForeignUse: nothing,
      onLedger: (kind, why) => told.push(`${kind}: ${why}`),
    });
    onTestFinished(() => ledger.close());
    return Object.assign(ledger, { told });
  };

  const joined = (ledger: Ledger): Promise<void> => until(() => expect(ledger.kind()).toBe('redis'));
  const join = async (...how: Parameters<typeof open>): Promise<Told> => {
    const ledger = open(...how);
    await joined(ledger);
    return ledger;
  };

  /** It was there, has lost Redis, and is back. */
  const rejoined = (ledger: Told): Promise<void> =>
    until(() => {
      const kinds = ledger.told.map((line) => line.slice(0, 5));
      expect(kinds.lastIndexOf('share')).toBeGreaterThan(kinds.indexOf('redis'));
      expect(kinds.at(-1)).toBe('redis');
    });

  /** As many as there may be: the pool is open, and each has its own part. */
  const joinAll = async (
    port: number,
    replicas: number,
    options: Partial<RedisLedgerOptions> = {},
  ): Promise<Told[]> => {
    const ledgers = Array.from({ length: replicas }, () => open(port, replicas, options));
    await until(() => {
      for (const ledger of ledgers) expect(limitOf(ledger)).toBe(24 / (2 * replicas) + 12);
    });
    return ledgers;
  };

  /** What the replica may call, by what it knows. */
  const limitOf = (ledger: Ledger): number => {
    const { book, now } = ledger.outlook();
    return book.windows(now)[0]?.limit ?? 0;
  };

  /** Admits until no more is let through; gives the number. */
  const exhaust = async (ledger: Ledger, most = 100): Promise<number> => {
    let admitted = 0;
    let refusals = 0;
    while (admitted < most) {
      const admission = await ledger.admit('interactive');
      if (admission.kind === 'admitted') admitted++;
      else if (++refusals > 60) return admitted;
      else await new Promise<void>((resolve) => systemTimers.setTimer(5, resolve));
    }
    return admitted;
  };

  it('gives each replica its own part and all together the pool', async () => {
    const { server } = await startServer();
    const [first, second, third] = await joinAll(server.port, 3);
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('There are three.');
    expect(await exhaust(first)).toBe(16);
    expect(await exhaust(second)).toBe(4);
    expect(await exhaust(third)).toBe(4);
  });

  it('keeps to the quota where the clocks of replicas are hours apart', async () => {
    const { server } = await startServer();
    const clocks = [-7_200_000, 0, 7_200_000].map((aheadMs) => Object.assign(skewedClock(), { aheadMs }));
    const ledgers = clocks.map((clock) => open(server.port, 3, { clock }));
    await until(() => {
      for (const ledger of ledgers) expect(limitOf(ledger)).toBe(16);
    });
    const admitted = await Promise.all(ledgers.map((ledger) => exhaust(ledger)));
    expect(admitted.reduce((sum, count) => sum + count)).toBe(24);
  });

  it('opens the pool of a new Redis to fewer than all only when nothing of before can count', async () => {
    const { server } = await startServer();
    const rules = { ...defaultRules, windows: [{ windowMs: 3_000, calls: 24 }], maxCallMs: 500 };
    const startedAt = performance.now();
    const ledger = await join(server.port, 3, { rules });
    await until(() => expect(limitOf(ledger)).toBe(4));
    expect(await exhaust(ledger)).toBe(4);
    await until(() => expect(limitOf(ledger)).toBe(16));
    expect(performance.now() - startedAt).toBeGreaterThan(3_500);
  });

  it.each<[string, (server: RedisServer) => Promise<unknown>]>([
    ['is flushed', (server) => server.send('FLUSHALL')],
    ['crashes and is restarted empty', (server) => server.kill().then(server.start)],
    ['crashes', (server) => server.kill()],
    ['refuses writes', (server) => server.send('CONFIG', 'SET', 'min-replicas-to-write', '1')],
  ])(
    'lets each of two, with three configured, go on with its own part at once when Redis %s',
    async (_, harm) => {
      const { server } = await startServer();
      const ledgers = [await join(server.port, 3), await join(server.port, 3)];
      await until(() => {
        for (const ledger of ledgers) expect(limitOf(ledger)).toBe(4);
      });
      for (const ledger of ledgers) expect((await ledger.admit('interactive')).kind).toBe('admitted');
      await harm(server);
      const at = performance.now();
      for (const ledger of ledgers) {
        await until(() => expect(ledger.told.join()).toContain('share'));
        expect(await exhaust(ledger, 3)).toBe(3);
      }
      expect(performance.now() - at).toBeLessThan(9_000);
      expect(await exhaust(ledgers[0] as Ledger)).toBe(0);
    },
  );

  it('brings the calls that each replica made back to a Redis that has forgotten them', async () => {
    const { server } = await startServer();
    const ledgers = await joinAll(server.port, 2);
    let admitted = await exhaust(ledgers[0] as Ledger, 10);
    await server.send('FLUSHALL');
    await until(() => {
      for (const ledger of ledgers)
        expect(ledger.told.filter((line) => line.startsWith('redis')).length).toBeGreaterThan(1);
    });
    for (const ledger of ledgers) admitted += await exhaust(ledger);
    expect(admitted).toBe(24);
  });

  it('brings back what one called that has crashed since, by the copies of the others', async () => {
    const { server, proxy } = await startServer();
    const crashing = open(proxy.port, 3);
    const others = [open(server.port, 3), open(server.port, 3)];
    await until(() => {
      for (const ledger of [crashing, ...others]) expect(limitOf(ledger)).toBe(16);
    });
    let admitted = await exhaust(crashing, 10);
    proxy.cut();
    await crashing.close();
    const newcomer = await join(server.port, 3);
    await until(() => expect(newcomer.outlook().book.pool.entries).toHaveLength(6));
    await server.send('FLUSHALL');
    for (const ledger of [newcomer, ...others]) await rejoined(ledger);
    await until(() => expect(limitOf(newcomer)).toBe(12));
    for (const ledger of [newcomer, ...others]) admitted += await exhaust(ledger);
    expect(admitted).toBe(24);
  });

  it('keeps the pool closed where one of those who come to a new Redis was never in the one before', async () => {
    const { server, proxy } = await startServer();
    const gone = open(proxy.port, 2);
    const staying = open(server.port, 2);
    await until(() => {
      for (const ledger of [gone, staying]) expect(limitOf(ledger)).toBe(18);
    });
    proxy.cut();
    await gone.close();
    await server.send('FLUSHALL');
    await rejoined(staying);
    const newcomer = await join(server.port, 2);
    await new Promise<void>((resolve) => systemTimers.setTimer(600, resolve));
    expect(await exhaust(newcomer, 1)).toBe(0);
    expect(await exhaust(staying)).toBe(6);
  });

  it('gives one that takes the place of one that crashed the pool alone until nothing of before can count', async () => {
    const { server, proxy } = await startServer();
    const crashing = open(proxy.port, 3);
    const others = [open(server.port, 3), open(server.port, 3)];
    await until(() => {
      for (const ledger of [crashing, ...others]) expect(limitOf(ledger)).toBe(16);
    });
    let admitted = await exhaust(crashing, 10);
    proxy.cut();
    await crashing.close();
    const newcomer = await join(server.port, 3);
    expect(limitOf(newcomer)).toBe(12);
    for (const ledger of [newcomer, ...others]) admitted += await exhaust(ledger);
    expect(admitted).toBe(24);
    expect(newcomer.outlook().book.own.entries).toEqual([]);
  });

  it('gives one that takes the place of one that stopped its own part, with the calls that were made on it', async () => {
    const { server } = await startServer();
    const [leaving, staying] = await joinAll(server.port, 2);
    let admitted = await exhaust(leaving as Ledger, 4);
    await (leaving as Ledger).close();
    const newcomer = await join(server.port, 2);
    await until(() => expect(limitOf(newcomer)).toBe(18));
    expect(newcomer.outlook().book.own.entries).toHaveLength(4);
    for (const ledger of [newcomer, staying as Ledger]) admitted += await exhaust(ledger);
    expect(admitted).toBe(24);
  });

  it('gives the part of one that stopped to no second one after a newcomer took its place without Redis', async () => {
    const { server, proxy } = await startServer();
    const toNewcomer = await startTcpProxy(server.port);
    onTestFinished(toNewcomer.close);
    const leaving = open(server.port, 2);
    const crashing = open(proxy.port, 2);
    await until(() => {
      for (const ledger of [leaving, crashing]) expect(limitOf(ledger)).toBe(18);
    });
    await leaving.close();
    toNewcomer.cut();
    const newcomer = open(toNewcomer.port, 2);
    await until(() => expect(limitOf(newcomer)).toBe(6));
    expect(await exhaust(newcomer, 1)).toBe(1);
    toNewcomer.heal();
    await joined(newcomer);
    expect(await exhaust(crashing, 6)).toBe(6);
    proxy.cut();
    await crashing.close();
    const second = await join(server.port, 2);
    expect(limitOf(second)).toBe(12);
    expect(await exhaust(second)).toBe(12);
  });

  it('sends the calls of the pool to a Redis that has lost them', async () => {
    const { server } = await startServer();
    const [leaving, staying] = await joinAll(server.port, 2);
    let admitted = await exhaust(leaving as Ledger, 12);
    await (leaving as Ledger).close();
    const newcomer = await join(server.port, 2);
    await until(() => expect(limitOf(newcomer)).toBe(18));
    await server.kill();
    await server.start();
    await rejoined(newcomer);
    await joined(staying as Ledger);
    for (const ledger of [newcomer, staying as Ledger]) admitted += await exhaust(ledger);
    expect(admitted).toBe(24);
  });

  it('holds with more replicas than were configured', async () => {
    const { server } = await startServer();
    const ledgers = await joinAll(server.port, 2);
    const more = [await join(server.port, 2), await join(server.port, 2), await join(server.port, 2)];
    let admitted = 0;
    for (const ledger of [...more, ...ledgers]) admitted += await exhaust(ledger);
    expect(admitted).toBe(24);
  });

  it('counts a call whose admission was lost on the way, and admits no other in its place', async () => {
    const { proxy } = await startServer();
    const ledger = await join(proxy.port, 1);
    await until(() => expect(limitOf(ledger)).toBe(24));
    let admitted = await exhaust(ledger, 12);
    proxy.loseAnswerTo('"op":"admit"');
    expect((await ledger.admit('interactive')).kind).toBe('refused');
    proxy.heal();
    await joined(ledger);
    admitted += await exhaust(ledger);
    expect(admitted).toBe(24);
  });

  it('does nothing with a command that lay waiting while Redis was paused', async () => {
    const { server } = await startServer();
    const ledger = await join(server.port, 1);
    await until(() => expect(limitOf(ledger)).toBe(24));
    expect(await exhaust(ledger, 12)).toBe(12);
    server.pause();
    expect((await ledger.admit('interactive')).kind).toBe('refused');
    await until(() => expect(ledger.kind()).toBe('share'));
    await new Promise<void>((resolve) => systemTimers.setTimer(250, resolve));
    server.resume();
    await joined(ledger);
    // The epoch alone: the call was not written.
    expect(await server.send('ZCARD', '{quota}:log')).toBe(':1\r\n');
  });

  it('counts what it called by a clock of Redis that was set an hour ahead', async () => {
    const { server } = await startServer();
    const clock = skewedClock();
    const ledger = await join(server.port, 1, { clock });
    await until(() => expect(limitOf(ledger)).toBe(24));
    const before = await exhaust(ledger, 20);
    // To the replica it is the same whether Redis' clock was set ahead or its own back.
    clock.aheadMs = -3_600_000;
    await until(() => expect(ledger.told).toContain('share: The clock of Redis was set.'));
    await joined(ledger);
    expect(before + (await exhaust(ledger))).toBe(24);
  });

  it('keeps the gate shut across a restart', async () => {
    const { server } = await startServer();
    const ledger = await join(server.port, 1);
    await until(() => expect(limitOf(ledger)).toBe(24));
    const admission = await ledger.admit('interactive');
    if (admission.kind === 'refused') throw new Error('It was refused.');
    ledger.end(admission.id, { kind: 'limited', retryAfterMs: 60_000 });
    await until(() => expect(ledger.outlook().book.gate.kind).toBe('shut'));
    await server.kill();
    await server.start();
    await rejoined(ledger);
    const refusal = await ledger.admit('interactive');
    expect(refusal).toMatchObject({ kind: 'refused', by: 'gate' });
    expect(refusal.kind === 'refused' ? refusal.waitMs : 0).toBeGreaterThan(50_000);
  });

  it('shows a gate that one replica found to all, calls on own parts included', async () => {
    const { server } = await startServer();
    const [one, other] = (await joinAll(server.port, 2)) as [Told, Told];
    const admission = await one.admit('interactive');
    if (admission.kind === 'refused') throw new Error('It was refused.');
    one.end(admission.id, { kind: 'limited', retryAfterMs: 60_000 });
    expect(await other.admit('interactive')).toMatchObject({ kind: 'refused', by: 'gate' });
    expect(other.outlook().book.share).toMatchObject({ startedWith: expect.closeTo(0.5, 2), lowered: 1 });
  });

  it('sends one probe for all when the gate has opened', async () => {
    const { server } = await startServer();
    const [one, other] = (await joinAll(server.port, 2)) as [Told, Told];
    const admission = await one.admit('interactive');
    if (admission.kind === 'refused') throw new Error('It was refused.');
    one.end(admission.id, { kind: 'limited', retryAfterMs: 50 });
    let admitted = 0;
    await until(async () => {
      admitted += await exhaust(other, 1);
      expect(admitted).toBe(1);
    });
    expect(await exhaust(one)).toBe(0);
    expect(await exhaust(other)).toBe(0);
  });

  describe('a failover', () => {
    it('that connections survive leads to the new primary', async () => {
      const { server: old, proxy } = await startServer();
      const { server: replica } = await startServer('--replicaof', `127.0.0.1 ${old.port}`);
      const ledgers = await joinAll(proxy.port, 2);
      let admitted = await exhaust(ledgers[0] as Ledger, 12);
      await until(async () => expect(await replica.send('ZCARD', '{quota}:log')).toBe(':7\r\n'));
      await replica.send('REPLICAOF', 'NO', 'ONE');
      proxy.leadTo(replica.port);
      await old.send('REPLICAOF', '127.0.0.1', String(replica.port));
      for (const ledger of ledgers) {
        await until(() => expect(ledger.told.join()).toContain('READONLY. It is a replica'));
        await joined(ledger);
      }
      expect(await replica.send('ZCARD', '{quota}:seen')).toBe(':3\r\n');
      await until(() => expect(limitOf(ledgers[1] as Ledger)).toBe(18));
      for (const ledger of ledgers) admitted += await exhaust(ledger);
      expect(admitted).toBe(24);
    });

    it('is waited for on a replica that has lost its primary', async () => {
      const { server: cutOff, proxy } = await startServer('--replica-serve-stale-data', 'no');
      const { server: primary } = await startServer();
      await cutOff.send('REPLICAOF', '127.0.0.1', '1');
      const ledger = open(proxy.port, 1);
      await until(() => expect(ledger.told.join()).toContain('MASTERDOWN. It is a replica'));
      proxy.leadTo(primary.port);
      await joined(ledger);
    });
  });

  describe('a user of Redis', () => {
    const commands =
      '+evalsha +eval +time +hget +hset +hincrby +zadd +zrem +zcount +zrange +zscore +zremrangebyscore +rpush +ltrim +lpop +del +pexpire';
    const startUser = async (
      ...rights: string[]
    ): Promise<{ server: RedisServer; address: RedisLedgerOptions['address'] }> => {
      const { server } = await startServer();
      await server.send('ACL', 'SETUSER', 'gateway', 'on', '>p@ss', ...rights);
      return { server, address: addressOf(`redis://gateway:p%40ss@127.0.0.1:${server.port}`) };
    };

    it('needs no more than these commands, on keys of the quota', async () => {
      const { server, address } = await startUser('~{quota}:*', '+info', ...commands.split(' '));
      const ledger = await join(server.port, 1, { address });
      await until(() => expect(limitOf(ledger)).toBe(24));
      expect(await exhaust(ledger)).toBe(24);
      expect(ledger.told).toEqual(['redis: Redis is there.']);
    });

    it('that may not read INFO shares the quota, and logs once what that costs', async () => {
      const { server, address } = await startUser('~*', '+@all', '-info');
      const ledgers = await joinAll(server.port, 2, { address });
      let admitted = await exhaust(ledgers[0] as Ledger, 10);
      await server.send('CLIENT', 'KILL', 'TYPE', 'normal');
      await until(() => {
        for (const ledger of ledgers) expect(ledger.told.length).toBeGreaterThan(2);
      });
      await until(() => {
        for (const ledger of ledgers) expect(limitOf(ledger)).toBe(18);
      });
      for (const ledger of ledgers) {
        admitted += await exhaust(ledger);
        expect(ledger.told[0]).toContain('redis: Redis is there, but its user may not read INFO.');
        expect(ledger.told.filter((line) => line.includes('INFO'))).toHaveLength(1);
      }
      expect(admitted).toBe(24);
    });

    it('that may not run the script is logged, and each replica goes on with its own part', async () => {
      const { server, address } = await startUser('~*', '+@all', '-evalsha');
      const ledger = open(server.port, 3, { address });
      expect(await exhaust(ledger, 1).then(async (count) => count + (await exhaust(ledger, 1)))).toBeLessThan(
        3,
      );
      await until(() => expect(limitOf(ledger)).toBe(4));
      await new Promise<void>((resolve) => systemTimers.setTimer(300, resolve));
      expect(ledger.told).toEqual([expect.stringContaining('share: Redis failed at EVALSHA: NOPERM.')]);
    });
  });
});
