import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageOf } from '../../src/fleet/page.ts';
import { Permutations } from '../../src/fleet/permutations.ts';
import { sortKeyOf } from '../../src/fleet/row-order.ts';
import { select } from '../../src/fleet/select.ts';
import { allDevices } from '../../src/machines/device-scope.ts';
import type { FleetPageRequest, SortKey } from '../../src/machines/fleet-view.ts';
import { orderFields } from '../../src/machines/order.ts';
import {
  arbitraryFleetFilter,
  arbitraryMachine,
  arbitraryMachines,
  arbitraryOrders,
} from '../support/arbitrary-machines.ts';
import { cases } from '../support/cases.ts';
import { plainLatest } from '../support/plain-devices.ts';
import { plainMatches, plainOrder } from '../support/plain-machines.ts';
import { machinesById, readAt, snapshotOf } from '../support/snapshots.ts';

const kept = [
  ['by one pass', () => undefined],
  ['along sorted rows', () => new Permutations(1_000_000)],
] as const;

/** A machine whose key is a place, or none. It may be one of the fleet or not. */
const place = fc.option(fc.oneof(arbitraryMachine, fc.nat({ max: 69 })), { nil: undefined });

describe.each(kept)('a page found %s', (_, permutations) => {
  it('holds the rows that sorting all machines gives', () => {
    fc.assert(
      fc.property(
        arbitraryMachines,
        fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, arbitraryFleetFilter),
        arbitraryOrders,
        fc.record({
          from: fc.constantFrom('front' as const, 'back' as const),
          size: fc.nat({ max: 12 }),
          after: place,
          before: place,
        }),
        (machines, chosen, orders, { from, size, after, before }) => {
          const snapshot = snapshotOf(machines);
          const { filter, subnetTexts } = chosen ?? {
            filter: { kind: 'everything' as const },
            subnetTexts: new Map(),
          };
          const all = machinesById(machines);
          const machineOf = (chosenPlace: typeof after) =>
            typeof chosenPlace === 'number' ? all[chosenPlace] : chosenPlace;
          const keyOf = (chosenPlace: typeof after): SortKey | undefined => {
            const machine = machineOf(chosenPlace);
            return (
              machine && { values: orders.map(({ field }) => machine[orderFields[field]]), id: machine.id }
            );
          };
          const request: FleetPageRequest = { from, size, after: keyOf(after), before: keyOf(before) };
          const found = pageOf(snapshot, select(snapshot, filter), orders, request, permutations());

          const compare = plainOrder(orders);
          const latest = plainLatest(all, allDevices);
          const context = { filter, subnetTexts, readAtMs: Date.parse(readAt), latest };
          const listed = all.filter((machine) => plainMatches(filter, machine, context)).sort(compare);
          const first = machineOf(after);
          const last = machineOf(before);
          const low = first === undefined ? 0 : listed.filter((each) => compare(each, first) <= 0).length;
          const end =
            last === undefined ? listed.length : listed.filter((each) => compare(each, last) < 0).length;
          const high = Math.max(low, end);
          const begin = from === 'front' ? low : Math.max(low, high - size);
          const stop = from === 'front' ? Math.min(high, low + size) : high;
          expect(found.rows.map((row) => all[row]?.id)).toEqual(
            listed.slice(begin, stop).map(({ id }) => id),
          );
          expect([found.hasPrevious, found.hasNext]).toEqual([begin > 0, stop < listed.length]);
        },
      ),
      { numRuns: cases(2_000) },
    );
  });
});

describe('a walk by sort keys', () => {
  it('meets each machine once, in both directions', () => {
    fc.assert(
      fc.property(
        arbitraryMachines,
        arbitraryOrders,
        fc.integer({ min: 1, max: 20 }),
        (machines, orders, size) => {
          const snapshot = snapshotOf(machines);
          const everything = select(snapshot, { kind: 'everything' });
          const sorted = machinesById(machines)
            .map((machine, row) => ({ machine, row }))
            .sort((left, right) => plainOrder(orders)(left.machine, right.machine))
            .map(({ row }) => row);
          const permutations = new Permutations(1_000_000);
          const forwards: number[] = [];
          for (let after: SortKey | undefined; ; ) {
            const page = pageOf(snapshot, everything, orders, { from: 'front', size, after }, permutations);
            forwards.push(...page.rows);
            if (!page.hasNext) break;
            after = sortKeyOf(snapshot, page.rows.at(-1) ?? -1, orders);
          }
          const backwards: number[] = [];
          for (let before: SortKey | undefined; ; ) {
            const page = pageOf(snapshot, everything, orders, { from: 'back', size, before }, permutations);
            backwards.unshift(...page.rows);
            if (!page.hasPrevious) break;
            before = sortKeyOf(snapshot, page.rows[0] ?? -1, orders);
          }
          expect(forwards).toEqual(sorted);
          expect(backwards).toEqual(sorted);
        },
      ),
      { numRuns: cases(500) },
    );
  });
});
