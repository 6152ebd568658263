import fc from 'fast-check';
import type { Machine } from '../../src/machines/machine.ts';
import type { Moment } from '../../src/machines/moment.ts';
import { arbitraryMachine, arbitraryMachines } from './arbitrary-machines.ts';
import { machinesById } from './snapshots.ts';

/** A fleet at one reading. */
export interface PlainReading {
  readonly machines: readonly Machine[];
  readonly readAt: Moment;
}

type Step = readonly [
  leaves: readonly number[],
  comes: readonly Machine[],
  changes: readonly (readonly [at: number, choice: number, donor: Machine])[],
  returns: boolean,
  passesDays: number,
];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.array(fc.nat(), { maxLength: 3 }),
  arbitraryMachines.map((machines) => machines.slice(0, 3)),
  fc.array(fc.tuple(fc.nat(), fc.nat(), arbitraryMachine), { maxLength: 6 }),
  fc.boolean(),
  fc.constantFrom(0, 0, 1, 400),
);

const firstMs = Date.UTC(2026, 8, 8);

/** Readings of one fleet, one after the other: machines come, go, come back, change, and change back. */
export const arbitraryHistory = (readings: number): fc.Arbitrary<readonly PlainReading[]> =>
  fc
    .tuple(arbitraryMachines, fc.array(step, { minLength: readings - 1, maxLength: readings - 1 }))
    .map(([first, steps]) => {
      const history: PlainReading[] = [{ machines: machinesById(first), readAt: momentOf(firstMs) }];
      let ms = firstMs;
      for (const taken of steps) {
        ms += taken[4] * 86_400_000 + 300_000;
        history.push({ machines: next(history, taken), readAt: momentOf(ms) });
      }
      return history;
    });

const momentOf = (ms: number): Moment => new Date(ms).toISOString() as Moment;

function next(history: readonly PlainReading[], [leaves, comes, changes, returns]: Step): readonly Machine[] {
  const machines = [...(history.at(-1)?.machines ?? [])];
  for (const [at, choice, donor] of changes) {
    const machine = machines[at % Math.max(1, machines.length)];
    if (machine === undefined) continue;
    const names = Object.keys(machine).filter((name) => name !== 'id') as (keyof Machine)[];
    const name = names[choice % names.length] as keyof Machine;
    machines[at % machines.length] = { ...machine, [name]: donor[name] };
  }
  const gone = new Set(leaves.map((each) => each % Math.max(1, machines.length)));
  const kept = machines.filter((_, index) => !gone.has(index));
  // Some are as they were at first, others come back.
  const returned = returns ? (history[0]?.machines ?? []).slice(0, 4) : [];
  return machinesById([...kept, ...comes, ...returned]);
}
