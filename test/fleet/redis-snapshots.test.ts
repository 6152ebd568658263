import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Delta, deltaOf } from '../../src/fleet/changes/delta.ts';
import { machineAt } from '../../src/fleet/machine-at.ts';
import { type RedisSnapshotsOptions, redisSnapshots } from '../../src/fleet/redis-snapshots.ts';
import type { Snapshot, SnapshotId } from '../../src/fleet/snapshot.ts';
import { type SnapshotExchange, unsharedSnapshots } from '../../src/fleet/snapshot-exchange.ts';
import { wireVersion } from '../../src/fleet/wire.ts';
import type { Machine } from '../../src/machines/machine.ts';
import { momentOf } from '../../src/machines/moment.ts';
import { systemTimers } from '../../src/timers.ts';
import { arbitraryMachine } from '../support/arbitrary-machines.ts';
import { buildSnapshot } from '../support/build-snapshot.ts';
import { addressOf, hasRedisServer, type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { until } from '../support/until.ts';
import { watchedLog } from '../support/watched-log.ts';
import { itSharesSnapshots, leaseOf, patient } from './exchange-suite.ts';

const prefix = 'machines-gateway:fleet:1:test';
const state = `{${prefix}}:state`;
const midnight = Date.UTC(2026, 8, 8);
const times = {
  leaseMs: 1_500,
  commandMs: 500,
  chunkMs: 2_000,
  adoptMs: 10_000,
  pollMs: 30,
  reconnectMs: { first: 20, longest: 100 },
};

const machines = fc.sample(arbitraryMachine, { numRuns: 60, seed: 5 });

/** @param minute at which it was read */
function snapshotAt(minute: number, of: readonly Machine[] = machines, previous?: Snapshot): Snapshot {
  const id = `s${minute}` as SnapshotId;
  return buildSnapshot(of, { id, readAt: momentOf(midnight + minute * 60_000), previous });
}

const machinesOf = (snapshot: Snapshot | undefined): Machine[] | undefined =>
  snapshot && Array.from({ length: snapshot.rows }, (_, row) => machineAt(snapshot, row));

const first = snapshotAt(1);

describe('replicas that share nothing', () => {
  itSharesSnapshots(() => unsharedSnapshots(1), first);
});

describe.skipIf(!hasRedisServer)('snapshots that are shared through Redis', () => {
  let redis: RedisServer;
  const opened: SnapshotExchange[] = [];
  const { log, lines } = watchedLog();

  beforeEach(async () => {
    redis = await startRedisServer();
  });
  afterEach(async () => {
    redis.resume();
    await Promise.all(opened.splice(0).map((exchange) => exchange.close()));
    await redis.kill();
  });

  function open(change: Partial<RedisSnapshotsOptions> = {}): SnapshotExchange {
    const exchange = redisSnapshots({
      address: addressOf(redis.url),
      prefix,
      replicas: 3,
      maxMachines: 100_000,
      keepMs: 3_600_000,
      keepChanges: { keepMs: 86_400_000, maxBytes: 2 ** 26 },
      clock: systemTimers,
      log,
      times,
      ...change,
    });
    opened.push(exchange);
    return exchange;
  }

  const publish = async (exchange: SnapshotExchange, snapshot: Snapshot): Promise<boolean> => {
    const lease = await leaseOf(exchange);
    const isPublished = await lease.publish({ snapshot, calls: 11 }, patient);
    await lease.release();
    return isPublished;
  };
  const adopt = async (exchange: SnapshotExchange, known?: Snapshot): Promise<Snapshot | undefined> =>
    (await exchange.newest(known, patient))?.snapshot;
  const keysOf = async (): Promise<string[]> =>
    (await redis.send('KEYS', '*')).split('\r\n').filter((line) => line.startsWith('{'));
  const chunksOf = async (): Promise<string[]> => (await keysOf()).filter((key) => key.includes(':chunk:'));
  const ttlOf = async (key: string): Promise<number> =>
    Number((await redis.send('PTTL', key)).replace(':', ''));
  const field = async (name: string): Promise<string> =>
    (await redis.send('HGET', state, name)).split('\r\n')[1] ?? '';
  const untilTrue = (holds: () => unknown): Promise<void> => until(() => expect(holds()).toBeTruthy());

  itSharesSnapshots(open, first);

  it('are adopted as they were published, with the calls that they took', async () => {
    expect(await publish(open(), first)).toBe(true);
    const adopted = await open().newest(undefined, patient);
    expect(adopted?.calls).toBe(11);
    expect(adopted?.snapshot).toMatchObject({ id: first.id, rows: first.rows, readAt: first.readAt });
    expect(machinesOf(adopted?.snapshot)).toEqual(machinesOf(first));
  });

  it('are put together from many chunks', async () => {
    const [machine] = machines;
    if (machine === undefined) throw new Error('There is no machine.');
    const many = Array.from({ length: 60_000 }, (_, index) => ({
      ...machine,
      id: index.toString(16).padStart(60, '0') as Machine['id'],
    }));
    const snapshot = snapshotAt(2, many);
    await publish(open(), snapshot);
    const adopted = await adopt(open());
    expect(adopted?.rows).toBe(60_000);
    expect(adopted?.bytes).toBe(snapshot.bytes);
    for (const row of [0, 34_567, 59_999]) {
      expect(adopted && machineAt(adopted, row)).toEqual(machineAt(snapshot, row));
    }
  });

  it('share with the snapshot before what did not change, in Redis and in memory', async () => {
    const [reader, other] = [open(), open()];
    await publish(reader, first);
    const before = await adopt(other);
    const chunks = new Set(await chunksOf());
    const changed = machines.map((machine, index) =>
      index === 0 ? { ...machine, agentVersion: '99.1' } : machine,
    );
    const second = snapshotAt(2, changed, first);
    await publish(reader, second);
    expect((await chunksOf()).filter((key) => !chunks.has(key)).length).toBeLessThanOrEqual(6);
    const after = await adopt(other, before);
    expect(machinesOf(after)).toEqual(machinesOf(second));
    if (before === undefined || after === undefined) throw new Error('Nothing was adopted.');
    expect(after.columns.computerDnsName.codes.buffer).toBe(before.columns.computerDnsName.codes.buffer);
    expect(after.columns.agentVersion.codes.buffer).not.toBe(before.columns.agentVersion.codes.buffer);
  });

  it('leave Redis: replaced ones within a minute, the newest when it is not renewed', async () => {
    const reader = open();
    await publish(reader, first);
    const old = await chunksOf();
    await publish(reader, snapshotAt(2, machines.slice(0, 20)));
    const ttls = new Map(
      await Promise.all((await chunksOf()).map(async (key) => [key, await ttlOf(key)] as const)),
    );
    const kept = [...ttls.values()].filter((ttl) => ttl > 60_000);
    expect(kept.length).toBeGreaterThan(10);
    expect(Math.max(...kept)).toBeLessThanOrEqual(3_600_000);
    expect(old.some((key) => (ttls.get(key) ?? 0) > 0 && (ttls.get(key) ?? 0) <= 60_000)).toBe(true);
    for (const key of await keysOf()) expect(await ttlOf(key)).toBeGreaterThan(0);
  });

  it('show no device in the names of keys', async () => {
    await publish(open(), first);
    for (const key of await keysOf()) {
      expect(key).toMatch(/^\{machines-gateway:fleet:1:test\}:(state|chunk:[\w-]{43})$/);
    }
  });

  it('are read by one at a time, and by the next when it is done', async () => {
    const [one, other] = [open(), open()];
    const lease = await leaseOf(one);
    expect(await other.lease(patient)).toBeUndefined();
    await lease.release();
    await leaseOf(other);
    expect(await one.lease(patient)).toBeUndefined();
  });

  it('are read on by the one that renews its lease, for longer than a lease lasts', async () => {
    const leaseMs = 3_000;
    const [one, other] = [open({ times: { ...times, leaseMs } }), open({ times: { ...times, leaseMs } })];
    const lease = await leaseOf(one);
    const start = performance.now();
    while (performance.now() - start < 1.5 * leaseMs) {
      expect(await other.lease(patient)).toBeUndefined();
      expect(lease.lost.aborted).toBe(false);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  it('are read by another one, notified at once, when the reader has died', async () => {
    const [reader, other] = [open(), open()];
    await leaseOf(reader);
    let calls = 0;
    other.onPublished(() => {
      calls += 1;
    });
    const diedAt = performance.now();
    // Gone without a word, as by SIGKILL: closing gives no lease back.
    await reader.close();
    await untilTrue(() => calls > 0);
    await leaseOf(other);
    expect(performance.now() - diedAt).toBeLessThan(times.leaseMs + 20_000);
  });

  it('are read again though the clock of Redis was set back, which a lease would then outlast by far', async () => {
    await leaseOf(open());
    await redis.send('HSET', state, 'until', String(Date.now() + 86_400_000));
    await leaseOf(open());
  });

  it('notify other replicas of a publication, and not the one itself', async () => {
    const [reader, other] = [open(), open()];
    const told: string[] = [];
    reader.onPublished(() => told.push('reader'));
    const stop = other.onPublished(() => told.push('other'));
    await publish(reader, first);
    await untilTrue(() => told.includes('other'));
    stop();
    await publish(reader, snapshotAt(2));
    await publish(other, snapshotAt(3));
    await untilTrue(() => told.includes('reader'));
    expect(told.filter((name) => name === 'other')).toHaveLength(1);
  });

  describe('when the reader is late', () => {
    const overtaken: [string, () => Promise<unknown>][] = [
      ['its lease has ended', () => redis.send('HSET', state, 'until', '0')],
      ['Redis was flushed', () => redis.send('FLUSHALL')],
    ];
    it.each(overtaken)('are not published by it where another one reads by now: %s', async (_, end) => {
      const [old, next] = [open(), open()];
      const late = await leaseOf(old);
      await end();
      const lease = await leaseOf(next);
      expect(await late.publish({ snapshot: first, calls: 1 }, patient)).toBe(false);
      expect(await adopt(open())).toBeUndefined();
      expect(await lease.publish({ snapshot: snapshotAt(2), calls: 1 }, patient)).toBe(true);
      expect(await late.publish({ snapshot: first, calls: 1 }, patient)).toBe(false);
      expect((await adopt(open()))?.id).toBe('s2');
      await untilTrue(() => late.lost.aborted);
    });

    it('number their leases ever higher', async () => {
      const exchange = open();
      for (const number of [1, 2, 3]) {
        const lease = await leaseOf(exchange);
        expect(await field('lease')).toMatch(new RegExp(`^${number}:`));
        await lease.release();
      }
    });

    it('are published by it while no other one reads', async () => {
      const lease = await leaseOf(open());
      await redis.send('HSET', state, 'until', '0');
      expect(await lease.publish({ snapshot: first, calls: 1 }, patient)).toBe(true);
      expect((await adopt(open()))?.id).toBe('s1');
    });
  });

  describe('are not adopted', () => {
    it('where they are older than the own one', async () => {
      const [reader, other] = [open(), open()];
      await publish(reader, first);
      expect(await adopt(other, snapshotAt(2))).toBeUndefined();
      expect((await adopt(other, snapshotAt(0)))?.id).toBe('s1');
    });

    const alterations: [string, (manifest: string) => string][] = [
      ['of another version', (manifest) => manifest.replace(`"version":${wireVersion}`, '"version":1')],
      [
        'of a machine of another byte order',
        (manifest) => manifest.replace(/"byteOrder":"[LB]E"/, '"byteOrder":"?"'),
      ],
      ['no JSON', (manifest) => manifest.slice(1)],
      ['of other rows', (manifest) => manifest.replace(`"rows":${first.rows}`, `"rows":${first.rows + 1}`)],
      ['of a part that is too long', (manifest) => manifest.replace(/"bytes":\d+/, '"bytes":64')],
      [
        'of far more bytes than machines take',
        (manifest) => manifest.replace(/"bytes":\d+/, '"bytes":60000000'),
      ],
      ['of no moment', (manifest) => manifest.replace(first.readAt, 'yesterday')],
    ];
    it.each(alterations)('where their description is %s', async (_, alter) => {
      const snapshot = snapshotAt(1);
      await publish(open(), snapshot);
      const manifest = (await field('manifest')).replace(/\r\n$/, '');
      expect(alter(manifest)).not.toBe(manifest);
      await redis.send('HSET', state, 'manifest', alter(manifest));
      expect(await adopt(open())).toBeUndefined();
      await redis.send('HSET', state, 'manifest', manifest);
      expect((await adopt(open()))?.id).toBe('s1');
    });

    it('where they have more machines than the settings allow', async () => {
      await publish(open(), first);
      expect(await adopt(open({ maxMachines: first.rows - 1 }))).toBeUndefined();
      expect(await adopt(open({ maxMachines: first.rows }))).toBeDefined();
    });

    const harms: [string, (key: string) => Promise<unknown>][] = [
      ['is missing', (key) => redis.send('DEL', key)],
      ['was altered', (key) => redis.send('SETRANGE', key, '1', 'altered')],
      ['was cut off', (key) => redis.send('SET', key, 'x')],
    ];
    it.each(harms)('where a chunk %s, and are when they were published again', async (_, harm) => {
      const reader = open();
      await publish(reader, first);
      const [key = ''] = await chunksOf();
      await harm(key);
      const other = open();
      expect(await adopt(other)).toBeUndefined();
      expect(lines.at(-1)?.msg).toBe('snapshot in Redis rejected');
      await publish(reader, snapshotAt(2));
      const adopted = await adopt(other);
      expect(adopted?.id).toBe('s2');
      expect(machinesOf(adopted)).toEqual(machinesOf(first));
    });
  });

  describe('when Redis', () => {
    it('was never there, are not waited for', async () => {
      await redis.kill();
      const exchange = open();
      expect(await adopt(exchange)).toBeUndefined();
      const lease = await leaseOf(exchange);
      expect(exchange.readers()).toBe(3);
      expect(await lease.publish({ snapshot: first, calls: 1 }, patient)).toBe(true);
    });

    it('goes away, are waited for as long as a lease lasts, and then read by each for itself', async () => {
      const exchange = open();
      await adopt(exchange);
      expect(exchange.readers()).toBe(1);
      await redis.kill();
      await untilTrue(() => exchange.readers() === 3);
      const lostAt = performance.now();
      expect(await exchange.lease(patient)).toBeUndefined();
      await until(() => leaseOf(exchange));
      expect(performance.now() - lostAt).toBeGreaterThan(times.leaseMs - 200);
      await redis.start();
      await untilTrue(() => exchange.readers() === 1);
      expect(await publish(exchange, first)).toBe(true);
      expect((await adopt(open()))?.id).toBe('s1');
    });

    it('is paused, lose their lease when it has ended, and keep their snapshot', async () => {
      const exchange = open();
      const lease = await leaseOf(exchange);
      redis.pause();
      const pausedAt = performance.now();
      await untilTrue(() => lease.lost.aborted);
      expect(performance.now() - pausedAt).toBeLessThan(times.leaseMs + 20_000);
      expect(await lease.publish({ snapshot: first, calls: 1 }, patient)).toBe(true);
      redis.resume();
      await untilTrue(() => exchange.readers() === 1);
    });

    it('is full, stay with the one that read them, and take no room', async () => {
      const exchange = open();
      const lease = await leaseOf(exchange);
      const before = await chunksOf();
      await redis.send('CONFIG', 'SET', 'maxmemory', '1');
      expect(await lease.publish({ snapshot: first, calls: 1 }, patient)).toBe(true);
      expect(exchange.readers()).toBe(3);
      expect(await chunksOf()).toEqual(before);
      // Room alone does not bring everybody back at once: it may be gone with the first snapshot.
      await redis.send('CONFIG', 'SET', 'maxmemory', '0');
      await untilTrue(() => lines.at(-1)?.msg === 'the fleet is shared through Redis');
      expect(exchange.readers()).toBe(3);
    });

    it('lets a user do too little, are read by each for itself, and the log says why', async () => {
      await redis.send('ACL', 'SETUSER', 'poor', 'on', 'nopass', '~*', '+@all', '-set');
      const exchange = open({ address: addressOf(redis.url.replace('redis://', 'redis://poor:x@')) });
      expect(await publish(exchange, first)).toBe(true);
      expect(exchange.readers()).toBe(3);
      expect(lines.findLast(({ why }) => why !== undefined)?.why).toContain('NOPERM');
    });

    it('grants the commands that docs/cache-and-quota.md lists, are shared', async () => {
      const granted =
        'info|time|eval|evalsha|hget|hset|hincrby|hdel|pexpire|exists|set|get|del|zadd|zrange|zrem|zremrangebyscore'.split(
          '|',
        );
      await redis.send(
        ...['ACL', 'SETUSER', 'listed', 'on', 'nopass', '~{machines-gateway:*', '-@all'],
        ...granted.map((name) => `+${name}`),
      );
      const address = addressOf(redis.url.replace('redis://', 'redis://listed:x@'));
      expect(await publish(open({ address }), first)).toBe(true);
      expect((await adopt(open({ address })))?.id).toBe('s1');
    });
  });

  describe('with the changes between them', () => {
    const dayMs = 86_400_000;
    const chain = [1, 2, 3, 4].map((minute) =>
      snapshotAt(
        minute,
        machines.map((machine, at) => (at % 5 < minute ? { ...machine, version: `${minute}` } : machine)),
      ),
    );
    const deltas = chain.slice(1).map((later, index) => deltaOf(chain[index] as Snapshot, later));
    const [second, third, fourth] = deltas as [Delta, Delta, Delta];
    const publishWith = async (exchange: SnapshotExchange, at: number, back: readonly Delta[]) => {
      const lease = await leaseOf(exchange);
      const isPublished = await lease.publish(
        { snapshot: chain[at] as Snapshot, calls: 1, deltas: back },
        patient,
      );
      await lease.release();
      return isPublished;
    };
    const deltaKeys = async (): Promise<string[]> =>
      (await keysOf()).filter((key) => key.includes(':delta:')).sort();

    it('give the others the delta from each to the one before', async () => {
      const exchange = open();
      await publishWith(exchange, 1, [second]);
      await publishWith(exchange, 2, [third, second]);
      const other = open();
      expect(await other.deltaTo(third.to.id, patient)).toEqual(third);
      expect(await other.deltaTo(second.to.id, patient)).toEqual(second);
      expect(await other.deltaTo(second.from.id, patient)).toBeUndefined();
      for (const key of await deltaKeys()) {
        expect(await ttlOf(key)).toBeGreaterThan(dayMs - 60_000);
        expect(await ttlOf(key)).toBeLessThanOrEqual(dayMs);
      }
    });

    it('send what Redis has not, all of it where Redis has lost its data', async () => {
      const exchange = open();
      await publishWith(exchange, 1, [second]);
      const before = await deltaKeys();
      await publishWith(exchange, 2, [third, second]);
      expect(await deltaKeys()).toHaveLength(2 * before.length);
      await redis.send('FLUSHALL');
      await publishWith(exchange, 3, [fourth, third, second]);
      for (const delta of deltas) expect(await exchange.deltaTo(delta.to.id, patient)).toEqual(delta);
    });

    it('drop the oldest where all take too much', async () => {
      const maxBytes = third.bytes + fourth.bytes;
      const exchange = open({ keepChanges: { keepMs: dayMs, maxBytes } });
      await publishWith(exchange, 1, [second]);
      await publishWith(exchange, 2, [third, second]);
      await publishWith(exchange, 3, [fourth, third, second]);
      expect(await exchange.deltaTo(second.to.id, patient)).toBeUndefined();
      expect(await exchange.deltaTo(third.to.id, patient)).toEqual(third);
      expect((await deltaKeys()).some((key) => key.includes(second.to.id))).toBe(false);
    });

    it('drop those whose time is up', async () => {
      const exchange = open({ keepChanges: { keepMs: 300, maxBytes: 2 ** 20 } });
      await publishWith(exchange, 1, [second]);
      await until(async () => expect(await deltaKeys()).toEqual([]));
      expect(await exchange.deltaTo(second.to.id, patient)).toBeUndefined();
    });

    it('are not believed where they were altered', async () => {
      const exchange = open();
      await publishWith(exchange, 1, [second]);
      const [head = '', piece = ''] = await deltaKeys();
      await redis.send('SET', piece, 'altered');
      expect(await exchange.deltaTo(second.to.id, patient)).toBeUndefined();
      await redis.send('SET', head, '{}');
      expect(await exchange.deltaTo(second.to.id, patient)).toBeUndefined();
    });

    it('are none of a reader who lost the lease', async () => {
      const slow = open({ times: { ...times, leaseMs: 50 } });
      const lease = await leaseOf(slow);
      await redis.send('HINCRBY', state, 'fence', '1');
      await redis.send('HSET', state, 'lease', '99:other');
      const late = await lease.publish(
        { snapshot: chain[1] as Snapshot, calls: 1, deltas: [second] },
        patient,
      );
      expect(late).toBe(false);
      for (const key of await deltaKeys()) expect(await ttlOf(key)).toBeLessThanOrEqual(600_000);
    });
  });

  it('end with the exchange: no connection stays, and no callback follows', async () => {
    const exchange = open();
    let calls = 0;
    exchange.onPublished(() => {
      calls += 1;
    });
    await leaseOf(exchange);
    await exchange.close();
    await publish(open({ times: { ...times, leaseMs: 10 } }), first).catch(() => undefined);
    await until(async () => {
      expect(await redis.send('CLIENT', 'LIST')).not.toMatch(/id=\d+ addr=.*id=\d+ addr=.*id=\d+ addr=/s);
    });
    expect(calls).toBe(0);
  });
});
