import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countFacet } from '../../src/fleet/facets.ts';
import { select } from '../../src/fleet/select.ts';
import { allDevices } from '../../src/machines/device-scope.ts';
import type { Machine } from '../../src/machines/machine.ts';
import { compareKeys, orderKey, type PlainValue, valueOrders } from '../../src/machines/order.ts';
import {
  arbitraryFleetFilter,
  arbitraryMachine,
  arbitraryMachines,
  crowd,
  everyProperty,
} from '../support/arbitrary-machines.ts';
import { cases } from '../support/cases.ts';
import { plainLatest } from '../support/plain-devices.ts';
import { plainMatches, plainValues } from '../support/plain-machines.ts';
import { machinesById, readAt, snapshotOf } from '../support/snapshots.ts';

/** Thousands of fleets are built and compared. */
const timeout = 120_000;

describe('a facet', { timeout }, () => {
  it.each([
    { of: 'few values', others: [], numRuns: 2_000 },
    { of: 'many values', others: crowd, numRuns: 200 },
  ])(
    'counts the machines of each of $of under a filter, most frequent first, null behind its equals',
    (wide) => {
      fc.assert(
        fc.property(
          arbitraryMachines,
          arbitraryFleetFilter,
          fc.constantFrom(...everyProperty),
          (few, { filter, subnetTexts }, property) => {
            const machines = [...few, ...wide.others];
            const snapshot = snapshotOf(machines);
            const found = countFacet(snapshot, select(snapshot, filter), property);

            const counts = new Map<PlainValue | null, number>();
            const all = machinesById(machines);
            const latest = plainLatest(all, allDevices);
            const context = { filter, subnetTexts, readAtMs: Date.parse(readAt), latest };
            for (const machine of all.filter((each) => plainMatches(filter, each, context))) {
              const values = new Set(plainValues(machine, property));
              for (const value of values.size === 0 ? [null] : values)
                counts.set(value, (counts.get(value) ?? 0) + 1);
            }
            const byValue = (left: PlainValue | null, right: PlainValue | null): number => {
              if (left === null || right === null) return Number(left === null) - Number(right === null);
              const order = valueOrders[property];
              return compareKeys(orderKey(order, left), orderKey(order, right)) || (left < right ? -1 : 1);
            };
            const expected = [...counts]
              .map(([value, count]) => ({ value, count }))
              .sort((left, right) => right.count - left.count || byValue(left.value, right.value));
            expect(found).toEqual(expected);
          },
        ),
        { numRuns: cases(wide.numRuns) },
      );
    },
  );

  const machines = fc
    .sample(arbitraryMachine, { numRuns: 4, seed: 1 })
    .map((machine, index): Machine => ({ ...machine, id: String(index) }));
  const grouped = (...groups: readonly [number | null, string | null][]): readonly Machine[] =>
    groups.map(([rbacGroupId, rbacGroupName], index) => ({
      ...(machines[index] as Machine),
      rbacGroupId,
      rbacGroupName,
    }));

  it('names device groups, by machines that are selected alone', () => {
    const snapshot = snapshotOf(grouped([140, 'hidden'], [140, 'Europe'], [7, null], [140, null]));
    const selection = select(snapshot, {
      kind: 'condition',
      property: 'id',
      test: { operator: 'eq', value: '0', ignoreCase: false },
      negated: true,
    });
    expect(countFacet(snapshot, selection, 'rbacGroup')).toEqual([
      { value: 140, name: 'Europe', count: 2 },
      { value: 7, name: null, count: 1 },
    ]);
  });

  it('names each of many device groups', () => {
    const snapshot = snapshotOf(crowd);
    const found = countFacet(snapshot, select(snapshot, { kind: 'everything' }), 'rbacGroup');
    const names = new Map(found.map(({ value, name }) => [value, name]));
    expect(names.size).toBe(20);
    for (const { rbacGroupId } of crowd) {
      const known = crowd.find((each) => each.rbacGroupId === rbacGroupId && each.rbacGroupName !== null);
      expect(names.get(rbacGroupId)).toBe(known?.rbacGroupName);
    }
  });

  it('gives no more values than asked for, the most frequent ones', () => {
    const snapshot = snapshotOf(grouped([1, null], [2, null], [2, null], [null, null]));
    const everything = select(snapshot, { kind: 'everything' });
    expect(countFacet(snapshot, everything, 'rbacGroupId', 2)).toEqual([
      { value: 2, count: 2 },
      { value: 1, count: 1 },
    ]);
  });
});
