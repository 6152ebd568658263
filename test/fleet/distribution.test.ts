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

describe('how machines are spread over lastSeen', () => {
  it('has each instant, and machines without one apart', () => {
    fc.assert(
      fc.property(arbitraryMachines, (machines) => {
        const snapshot = snapshotOf(machines);
        const held = machinesById(machines);
        const { ticks, rows } = distributionOf(snapshot);
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

  it('has fewer steps for a large fleet, and leaves out no machine', () => {
    const [machine] = fc.sample(arbitraryMachine, 1);
    if (machine === undefined) throw new Error('no machine');
    const machines = Array.from({ length: 50_001 }, (_, index) => ({
      ...machine,
      id: String(index).padStart(6, '0'),
      lastSeen: momentOfTicks(BigInt(index) * 10_000n),
    }));
    const { ticks, rows } = distributionOf(snapshotOf(machines));
    expect(ticks.length).toBeLessThanOrEqual(20_000);
    // Each step stands for the instants up to the next.
    ticks.forEach((at, index) => {
      const next = ticks[index + 1] ?? 50_001n * 10_000n;
      expect(BigInt(rows[index] ?? 0)).toBe((next - at) / 10_000n);
    });
    expect(rows.reduce((sum, count) => sum + count, 0)).toBe(50_001);
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
