import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { listIds, MIDNIGHT, runningEmulator } from './running-emulator.ts';

const SEEN = {
  fleet: {
    kind: 'rows',
    rows: [
      { id: 'never', lastSeen: null },
      { id: 'old', lastSeen: '2026-09-01T00:00:00Z' },
      { id: 'newest', lastSeen: '2026-09-08T00:00:00.0000002Z' },
      { id: 'newer', lastSeen: '2026-09-08T00:00:00.0000001Z' },
      { id: 'missing' },
      { id: 'year 1', lastSeen: '0001-01-01T00:00:00Z' },
    ],
  },
} as const;

const SEEDED = { kind: 'seeded', size: 500, seed: 3, now: MIDNIGHT } as const;

describe('the order of rows', () => {
  it('is that of insertion by default', async () => {
    const emulator = await runningEmulator(SEEN);
    expect(await listIds(emulator)).toEqual(['never', 'old', 'newest', 'newer', 'missing', 'year 1']);
  });

  it('newest-seen has the latest report first, to the tick, and machines without one last', async () => {
    const emulator = await runningEmulator({ ...SEEN, order: 'newest-seen' });
    expect(await listIds(emulator)).toEqual(['newest', 'newer', 'old', 'year 1', 'never', 'missing']);
  });

  it('oldest-seen is the reverse', async () => {
    const emulator = await runningEmulator({ ...SEEN, order: 'oldest-seen' });
    expect(await listIds(emulator)).toEqual(['missing', 'never', 'year 1', 'old', 'newer', 'newest']);
  });

  it('unstable is another one on every call, and complete on each', async () => {
    const emulator = await runningEmulator({ fleet: SEEDED, order: 'unstable' });
    const first = await listIds(emulator);
    const second = await listIds(emulator);
    expect(first).not.toEqual(second);
    expect(first.toSorted()).toEqual(second.toSorted());
    expect(new Set(first).size).toBe(500);
  });

  it('is the one rows() shows', async () => {
    const emulator = await runningEmulator({ ...SEEN, order: 'newest-seen' });
    expect(emulator.rows().map(({ id }) => id)).toEqual(await listIds(emulator));
  });
});

const byId = (left: { id: string }, right: { id: string }) => (left.id < right.id ? -1 : 1);

describe('churn', () => {
  async function churning(perMinute: number) {
    const clock = { now: MIDNIGHT };
    const emulator = await runningEmulator({
      fleet: SEEDED,
      now: () => clock.now,
      churnPerMinute: perMinute,
    });
    return { emulator, clock };
  }

  const snapshot = (emulator: Emulator) => JSON.stringify(emulator.rows());

  it('changes nothing while the clock stands still', async () => {
    const { emulator } = await churning(600);
    expect(snapshot(emulator)).toBe(snapshot(emulator));
  });

  it('makes as many machines report, come and go as the rate says', async () => {
    const { emulator, clock } = await churning(600);
    const before = new Map(emulator.rows().map((row) => [row.id, row]));
    clock.now += 30_000;
    const after = emulator.rows();
    const added = after.filter(({ id }) => !before.has(id)).length;
    const removed = before.size - (after.length - added);
    const reported = after.filter((row) => before.has(row.id) && before.get(row.id) !== row).length;
    expect(added).toBeGreaterThan(0);
    expect(removed).toBeGreaterThan(0);
    // Some of the 300 events fall to one machine, or to one that goes afterwards.
    expect(reported).toBeGreaterThan(150);
    expect(reported + added + removed).toBeLessThanOrEqual(300);
  });

  it('dates reports within the time that went by', async () => {
    const { emulator, clock } = await churning(600);
    const before = new Map(emulator.rows().map((row) => [row.id, row]));
    clock.now += 60_000;
    const reported = emulator.rows().filter(({ id, lastSeen }) => before.get(id)?.lastSeen !== lastSeen);
    const seen = reported.map(({ lastSeen }) => Date.parse(String(lastSeen)));
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(MIDNIGHT);
    expect(Math.max(...seen)).toBeLessThanOrEqual(clock.now);
  });

  it('changes risk, tags and group of some without moving their last report', async () => {
    const { emulator, clock } = await churning(600);
    const before = new Map(emulator.rows().map((row) => [row.id, row]));
    clock.now += 60_000;
    const still = emulator.rows().filter(({ id, lastSeen }) => before.get(id)?.lastSeen === lastSeen);
    for (const property of ['riskScore', 'machineTags', 'rbacGroupId']) {
      const changed = still.filter((row) => row[property] !== before.get(row.id)?.[property]);
      expect(changed.length, property).toBeGreaterThan(0);
    }
  });

  it('is noted: which machines were there throughout, and which ever were', async () => {
    const { emulator, clock } = await churning(600);
    const before = new Set(emulator.rows().map(({ id }) => id));
    const presence = emulator.watch();
    clock.now += 60_000;
    const after = new Set(emulator.rows().map(({ id }) => id));
    expect(presence.throughout()).toEqual(new Set([...before].filter((id) => after.has(id))));
    expect(presence.throughout().size).toBeLessThan(before.size);
    expect([...after].filter((id) => !presence.everThere().has(id))).toEqual([]);
    expect(presence.everThere().size).toBeGreaterThan(before.size);
    emulator.replaceFleet({ kind: 'rows', rows: [{ id: 'other' }] });
    expect(presence.throughout()).toEqual(new Set());
    expect(presence.everThere().has('other')).toBe(true);
  });

  it('depends on seed and clock alone, not on how often the fleet is looked at', async () => {
    const [looked, unseen] = [await churning(600), await churning(600)];
    for (let second = 0; second < 60; second++) {
      looked.clock.now += 1_000;
      looked.emulator.rows();
    }
    unseen.clock.now += 60_000;
    expect(snapshot(looked.emulator)).toBe(snapshot(unseen.emulator));
  });

  it('starts when it is switched on, and stops when it is switched off', async () => {
    const { emulator, clock } = await churning(0);
    const still = snapshot(emulator);
    clock.now += 60_000;
    emulator.configure({ churnPerMinute: 600 });
    expect(snapshot(emulator)).toBe(still);
    clock.now += 60_000;
    emulator.configure({ churnPerMinute: 0 });
    const moved = snapshot(emulator);
    expect(moved).not.toBe(still);
    clock.now += 60_000;
    expect(snapshot(emulator)).toBe(moved);
  });

  it('keeps the newest-seen order true', async () => {
    const { emulator, clock } = await churning(600);
    emulator.configure({ order: 'newest-seen' });
    for (let step = 0; step < 20; step++) {
      clock.now += step * 1_000;
      const rows = emulator.rows();
      const seen = rows.map(({ lastSeen }) =>
        typeof lastSeen === 'string' ? Date.parse(lastSeen) : -Infinity,
      );
      expect(seen).toEqual(seen.toSorted((left, right) => right - left));
      emulator.configure({ order: 'insertion' });
      expect(emulator.rows().toSorted(byId)).toEqual(rows.toSorted(byId));
      emulator.configure({ order: 'newest-seen' });
    }
  });

  it('bears a clock that jumps by a year', async () => {
    const { emulator, clock } = await churning(60_000);
    clock.now += 365 * 86_400_000;
    expect(emulator.rows().length).toBeGreaterThan(0);
  });

  it('goes on when every machine is gone', async () => {
    const clock = { now: MIDNIGHT };
    const emulator = await runningEmulator({
      fleet: { kind: 'rows', rows: [] },
      now: () => clock.now,
      churnPerMinute: 600,
    });
    clock.now += 60_000;
    expect(emulator.rows().length).toBeGreaterThan(0);
  });
});

describe('replacing the fleet', () => {
  it('takes effect at once', async () => {
    const emulator = await runningEmulator(SEEN);
    emulator.replaceFleet({ kind: 'rows', rows: [{ id: 'other' }] });
    expect(await listIds(emulator)).toEqual(['other']);
  });

  it('refuses a size out of bounds and keeps the old one', async () => {
    const emulator = await runningEmulator(SEEN);
    expect(() => emulator.replaceFleet({ kind: 'seeded', size: 200_001, seed: 1 })).toThrow(/1 to 200000/);
    expect(emulator.rows()).toHaveLength(6);
  });
});
