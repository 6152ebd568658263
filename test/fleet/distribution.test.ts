import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distributionOf, idsNeverSeen } from '../../src/fleet/distribution.ts';
import { trendCounter } from '../../src/fleet/trend.ts';
import { momentOfTicks, ticksOf } from '../../src/machines/ticks.ts';
import { arbitraryMachine, arbitraryMachines } from '../support/arbitrary-machines.ts';
import { cases } from '../support/cases.ts';
import { machinesById, snapshotOf } from '../support/snapshots.ts';

/** How often each value comes, in the order of its first coming. */
function counted<Value>(values: readonly Value[]): Map<Value, number> {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

const noTurn = async (): Promise<void> => undefined;

describe('how machines are spread over lastSeen', () => {
  it('has each instant, and machines without one apart', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryMachines, async (machines) => {
        const snapshot = snapshotOf(machines);
        const held = machinesById(machines);
        const { ticks, rows } = await distributionOf(snapshot, noTurn);
        const instants = held.flatMap(({ lastSeen }) => (lastSeen === null ? [] : [ticksOf(lastSeen) ?? 0n]));
        const counts = [...counted(instants)].sort(([left], [right]) => (left < right ? -1 : 1));
        expect([...ticks]).toEqual(counts.map(([instant]) => instant));
        expect([...rows]).toEqual(counts.map(([, count]) => count));
        expect(idsNeverSeen(snapshot)).toEqual(
          held.filter(({ lastSeen }) => lastSeen === null).map(({ id }) => id),
        );
      }),
      { numRuns: cases(320) },
    );
  });

  it('has fewer steps for a large fleet, and leaves out no machine', async () => {
    const [machine] = fc.sample(arbitraryMachine, 1);
    if (machine === undefined) throw new Error('no machine');
    const machines = Array.from({ length: 50_001 }, (_, index) => ({
      ...machine,
      id: String(index).padStart(6, '0'),
      lastSeen: momentOfTicks(BigInt(index) * 10_000n),
    }));
    const { ticks, rows } = await distributionOf(snapshotOf(machines), noTurn);
    expect(ticks.length).toBeLessThanOrEqual(20_000);
    // Each step stands for the instants up to the next.
    ticks.forEach((at, index) => {
      const next = ticks[index + 1] ?? 50_001n * 10_000n;
      expect(BigInt(rows[index] ?? 0)).toBe((next - at) / 10_000n);
    });
    expect(rows.reduce((sum, count) => sum + count, 0)).toBe(50_001);
  });

  it('leaves the event loop to others each 20,000 rows', async () => {
    const [machine] = fc.sample(arbitraryMachine, 1);
    if (machine === undefined) throw new Error('no machine');
    const turnsFor = async (size: number): Promise<number> => {
      let turns = 0;
      const machines = Array.from({ length: size }, (_, index) => ({ ...machine, id: String(index) }));
      await distributionOf(snapshotOf(machines), async () => {
        turns += 1;
      });
      return turns;
    };
    expect(await turnsFor(50_001)).toBe(3);
    expect(await turnsFor(20_000)).toBe(0);
  });
});

describe('the trend of a snapshot', () => {
  it('counts machines by risk and exposure, those without one aside', () => {
    fc.assert(
      fc.property(arbitraryMachines, (machines) => {
        const held = machinesById(machines);
        const countsOf = (values: readonly (string | null)[]) =>
          Object.fromEntries(counted(values.filter((value) => value !== null)));
        const count = trendCounter();
        expect(count(snapshotOf(machines))).toEqual({
          risk: countsOf(held.map(({ riskScore }) => riskScore)),
          exposure: countsOf(held.map(({ exposureLevel }) => exposureLevel)),
        });
      }),
      { numRuns: cases(320) },
    );
  });
});
