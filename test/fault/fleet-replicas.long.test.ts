import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RawMachine } from '../../src/emulator/emulator.ts';
import {
  type FleetReplicas,
  refreshMs,
  risksOf,
  rules,
  startFleetReplicas,
  times,
} from '../support/fleet-replicas.ts';
import { hasRedisServer, redisHarms } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const size = 450;
/** For what this machine itself takes when it is busy. */
const slackMs = 15_000;

/** For all generations: `lastSeen` never goes back, or a reading under way could miss a machine. */
const start = Date.now() - 3_600_000;

/** Machines that all bear the risk of their generation, so that a row of another one is seen. */
function machinesOf(risk: string): RawMachine[] {
  return Array.from({ length: size }, (_, index) => ({
    id: `${(Math.imul(index, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')}${index}`,
    lastSeen: new Date(start - index * 60_000).toISOString(),
    riskScore: risk,
    machineTags: [],
  }));
}

const truthOf = (machines: readonly RawMachine[]): string[] =>
  machines.map(({ id, riskScore }) => `${id} ${String(riskScore).toUpperCase()}`).sort();

describe.skipIf(!hasRedisServer)('three replicas that share the fleet', () => {
  let running: FleetReplicas;
  const before = machinesOf('Low');
  const after = machinesOf('High');

  beforeEach(async () => {
    running = await startFleetReplicas(3, before);
  });
  afterEach(() => running.close());

  const all = (holds: (index: number) => boolean): Promise<unknown> =>
    until(() => expect([0, 1, 2].every(holds)).toBe(true));
  const newestOf = (index: number) => running.replicas[index]?.fleet.current();
  const allHold = (machines: readonly RawMachine[]): Promise<unknown> => {
    const truth = truthOf(machines).join();
    return all((index) => {
      const newest = newestOf(index);
      return newest !== undefined && risksOf(newest).join() === truth;
    });
  };
  const published = () => running.reports.filter(({ outcome }) => outcome === 'published');

  /** No snapshot has a row that was not there, lacks one that was, or mixes more than what changed while it was read. */
  function expectOnlyTruth(): void {
    const [low, high] = [truthOf(before), truthOf(after)];
    const ids = low.map((each) => each.split(' ')[0]);
    const known = new Set([...low, ...high]);
    for (const { shown } of running.replicas) {
      for (const snapshot of shown) {
        const rows = risksOf(snapshot);
        expect(rows.map((each) => each.split(' ')[0])).toEqual(ids);
        expect(rows.filter((each) => !known.has(each))).toEqual([]);
      }
      // Time does not go back: once a replica has shown what changed, it shows nothing older.
      const moments = shown.map(({ readAt }) => Date.parse(readAt));
      expect(moments).toEqual([...moments].sort((a, b) => a - b));
    }
  }

  function expectQuotaHeld(): void {
    const sent = running.emulator.requests().map(({ time }) => time);
    for (const { windowMs, calls } of rules.windows) {
      for (const from of sent) {
        expect(sent.filter((at) => at >= from && at < from + windowMs).length).toBeLessThanOrEqual(calls);
      }
    }
  }

  it('read it once a refresh between them, and all show it', async () => {
    await allHold(before);
    const readings = published().length;
    const start = Date.now();
    running.emulator.clearRequests();
    await until(() => expect(published().length).toBeGreaterThanOrEqual(readings + 4));
    const lastId = newestOf(published().at(-1)?.replica ?? 0)?.id;
    const idsUpToLast = (index: number): string[] => {
      const ids = (running.replicas[index]?.shown ?? []).map(({ id }): string => id);
      return ids.slice(0, ids.indexOf(String(lastId)) + 1);
    };
    await all((index) => idsUpToLast(index).length > 0);
    const counted = running.reports.filter(({ at }) => at >= start);
    expect(counted.every(({ outcome }) => outcome === 'published')).toBe(true);
    expect(counted.length).toBeLessThanOrEqual((Date.now() - start) / refreshMs + 1);
    expect(running.emulator.requests().length).toBeLessThanOrEqual(
      counted.reduce((sum, { calls }) => sum + calls, 0) + 10,
    );
    // What one has adopted after that, the others may not have yet.
    const [first, second, third] = [0, 1, 2].map((index) => new Set(idsUpToLast(index)));
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    expectOnlyTruth();
    expectQuotaHeld();
  });

  it('keep together to the share of the quota that reading may take', async () => {
    await running.close();
    // A reading every eight seconds, say, though the refresh time is three.
    running = await startFleetReplicas(3, before, { callsPerHour: 9_600 });
    await until(() => expect(published().length).toBeGreaterThanOrEqual(3));
    const [first, second, third] = published();
    const intervalMs = (calls = 0): number => (calls / 4_800) * 3_600_000;
    expect(intervalMs(second?.calls)).toBeGreaterThan(refreshMs + 500);
    const passedMs = (third?.at ?? 0) - (first?.at ?? 0);
    expect(passedMs).toBeGreaterThan(intervalMs(first?.calls) + intervalMs(second?.calls) - 1_500);
  });

  it('let queries wait for the first reading, whichever replica reads it', async () => {
    await running.close();
    running = await startFleetReplicas(3, before, { latencyMs: 300, refreshMs: 80_000 });
    await until(() => expect(running.emulator.requests().length).toBeGreaterThan(0));
    const wait = { signal: new AbortController().signal, patienceMs: 15_000 };
    const ready = await Promise.all(running.replicas.map(({ fleet }) => fleet.ready(wait)));
    expect(new Set(ready.map(({ id }) => id)).size).toBe(1);
  });

  it('show what changed after one refresh, all the same', async () => {
    await allHold(before);
    running.emulator.replaceFleet({ kind: 'rows', rows: after });
    const changedAt = Date.now();
    await allHold(after);
    expect(Date.now() - changedAt).toBeLessThan(2 * refreshMs + slackMs);
    expectOnlyTruth();
  });

  it('lose none of it when one leaves and another takes its place', async () => {
    await allHold(before);
    const reader = published().at(-1)?.replica ?? 0;
    await running.replicas[reader]?.fleet.close();
    running.emulator.replaceFleet({ kind: 'rows', rows: after });
    const truth = truthOf(after).join();
    await all((index) => {
      const newest = newestOf(index);
      return index === reader || (newest !== undefined && risksOf(newest).join() === truth);
    });
    expectQuotaHeld();
  });

  it.each(redisHarms)(
    'show nothing wrong and are at most one refresh late while Redis %s',
    async (_, harm, mend) => {
      const { redis, emulator } = running;
      await allHold(before);
      // In the middle of a reading.
      emulator.configure({ latencyMs: 60 });
      const sent = emulator.requests().length;
      await until(() => expect(emulator.requests().length).toBeGreaterThan(sent + 1));
      await harm(redis);
      emulator.replaceFleet({ kind: 'rows', rows: after });
      const changedAt = Date.now();
      // Each by itself, where it has to be: a refresh that is due, and one that is late.
      await allHold(after);
      expect(Date.now() - changedAt).toBeLessThan(3 * refreshMs + times.leaseMs + slackMs);
      await mend(redis);
      emulator.replaceFleet({ kind: 'rows', rows: before });
      await allHold(before);
      // Together again.
      const from = Date.now();
      await until(() => {
        const since = running.replicas.map(({ fleet }) => fleet.current()?.id);
        expect(new Set(since).size).toBe(1);
        expect(published().some(({ at }) => at > from)).toBe(true);
      });
      for (const { shown } of running.replicas) {
        const ids = new Set(shown.map((snapshot) => risksOf(snapshot).length));
        expect(ids).toEqual(new Set([size]));
      }
      expectOnlyTruth();
      expectQuotaHeld();
    },
  );
});
