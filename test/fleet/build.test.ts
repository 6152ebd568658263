import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { machineAt, rowOf } from '../../src/fleet/machine-at.ts';
import { arraysOf } from '../../src/fleet/snapshot-arrays.ts';
import { momentOfTicks } from '../../src/machines/ticks.ts';
import { arbitraryMachine, arbitraryMachines } from '../support/arbitrary-machines.ts';
import { cases } from '../support/cases.ts';
import { bytesTogether, machinesById, snapshotOf } from '../support/snapshots.ts';

const machinesOf = (snapshot: ReturnType<typeof snapshotOf>) =>
  Array.from({ length: snapshot.rows }, (_, row) => machineAt(snapshot, row));

describe('a snapshot', () => {
  it('gives back each machine as it was put in, by id, and of those with the same id the last one', () => {
    fc.assert(
      fc.property(arbitraryMachines, (machines) => {
        deepStrictEqual(machinesOf(snapshotOf(machines)), machinesById(machines));
      }),
      { numRuns: cases(2_000, 1 / 16) },
    );
  });

  it('is the same whether or not it was built after another one', () => {
    fc.assert(
      fc.property(arbitraryMachines, arbitraryMachines, (earlier, later) => {
        const alone = snapshotOf(later);
        const after = snapshotOf(later, 's1', snapshotOf(earlier, 's0'));
        deepStrictEqual(machinesOf(after), machinesById(later));
        deepStrictEqual(arraysOf(after.columns), arraysOf(alone.columns));
      }),
      { numRuns: cases(500, 1 / 16) },
    );
  });

  it('finds the row of an id, and none for an id that no machine has', () => {
    fc.assert(
      fc.property(arbitraryMachines, fc.string(), (machines, other) => {
        const snapshot = snapshotOf(machines);
        const ids = machinesById(machines).map(({ id }) => id);
        expect(ids.map((id) => rowOf(snapshot, id))).toEqual(ids.map((_, row) => row));
        expect(rowOf(snapshot, other)).toBe(ids.includes(other) ? ids.indexOf(other) : undefined);
      }),
      { numRuns: cases(500, 1 / 16) },
    );
  });

  it('lies in shared memory', () => {
    const [machine] = fc.sample(arbitraryMachine, 1);
    const snapshot = snapshotOf(machine === undefined ? [] : [machine]);
    for (const array of arraysOf(snapshot.columns).values())
      expect(array.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('shares with an earlier one what did not change', () => {
    const machines = fc.sample(arbitraryMachine, { numRuns: 200, seed: 7 });
    const earlier = snapshotOf(machines, 's0');
    const same = snapshotOf(machines, 's1', earlier);
    expect(bytesTogether([earlier, same])).toBe(earlier.bytes);

    const changed = machines.map((machine, index) =>
      index === 3 ? { ...machine, isExcluded: machine.isExcluded !== true } : machine,
    );
    const later = snapshotOf(changed, 's2', earlier);
    expect(bytesTogether([earlier, later])).toBeLessThanOrEqual(earlier.bytes + later.rows + 16);
  });

  it('takes more values than two bytes count', () => {
    const [machine] = fc.sample(arbitraryMachine, 1);
    if (machine === undefined) throw new Error('no machine');
    const machines = Array.from({ length: 70_000 }, (_, index) => ({
      ...machine,
      id: String(index).padStart(6, '0'),
      computerDnsName: `Host-${index}`,
      osBuild: index,
      firstSeen: momentOfTicks(BigInt(index) * 1_234_567_890_123n - 40_000_000_000_000_000n),
    }));
    const snapshot = snapshotOf(machines);
    for (const row of [0, 254, 255, 256, 65_535, 65_536, 69_999]) {
      expect(machineAt(snapshot, row)).toEqual(machines[row]);
    }
  });
});
