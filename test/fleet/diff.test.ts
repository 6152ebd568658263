import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffSnapshots } from '../../src/fleet/diff.ts';
import type { Machine } from '../../src/machines/machine.ts';
import { arbitraryMachine, arbitraryMachines } from '../support/arbitrary-machines.ts';
import { cases } from '../support/cases.ts';
import { machinesById, snapshotOf } from '../support/snapshots.ts';

/** Fleets of which the later one is the earlier one with some machines taken out, put in, or changed in places. */
const fleets = fc
  .tuple(arbitraryMachines, arbitraryMachines, fc.array(fc.tuple(fc.nat(), fc.nat(), arbitraryMachine)))
  .map(([earlier, others, changes]) => {
    const later = [...earlier];
    for (const [at, choice, donor] of changes) {
      const machine = later[at % Math.max(1, later.length)];
      if (machine === undefined) continue;
      const names = Object.keys(machine).filter((name) => name !== 'id') as (keyof Machine)[];
      const name = names[choice % names.length] as keyof Machine;
      later[at % later.length] = { ...machine, [name]: donor[name] };
    }
    return { earlier, later: [...later.slice(Math.min(2, later.length)), ...others.slice(0, 3)] };
  });

describe('the difference of two snapshots', () => {
  it('names what came, what went, and the properties that changed', () => {
    fc.assert(
      fc.property(fleets, fc.boolean(), ({ earlier, later }, isBuiltAfter) => {
        const before = snapshotOf(earlier, 's0');
        const after = snapshotOf(later, 's1', isBuiltAfter ? before : undefined);
        const was = machinesById(earlier);
        const is = machinesById(later);
        const old = new Map(was.map((machine) => [machine.id, machine]));
        const ids = new Set(is.map(({ id }) => id));
        const changed = is.flatMap((machine, row) => {
          const earlierOne = old.get(machine.id);
          if (earlierOne === undefined || earlierOne === machine) return [];
          const properties = (Object.keys(machine) as (keyof Machine)[]).filter(
            (name) => JSON.stringify(machine[name]) !== JSON.stringify(earlierOne[name]),
          );
          return properties.length === 0 ? [] : [{ row, properties: properties.sort() }];
        });

        const diff = diffSnapshots(before, after);
        expect(diff.added).toEqual(is.flatMap(({ id }, row) => (old.has(id) ? [] : [row])));
        expect(diff.removed).toEqual(was.flatMap(({ id }, row) => (ids.has(id) ? [] : [row])));
        expect(
          diff.changed.map(({ row, properties }) => ({ row, properties: [...properties].sort() })),
        ).toEqual(changed);
      }),
      { numRuns: cases(2_000) },
    );
  });
});
