import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Machine } from '../../src/machines/machine.ts';
import {
  compareKeys,
  type MachineOrder,
  orderFields,
  orderKey,
  type PlainValue,
  type ValueOrder,
  valueOrders,
} from '../../src/machines/order.ts';
import { arbitraryMachine, arbitraryOrders } from '../support/arbitrary-machines.ts';
import { cases } from '../support/cases.ts';
import { plainOrder } from '../support/plain-machines.ts';

/** What the keys say of two machines. */
function compareMachines(left: Machine, right: Machine, orders: readonly MachineOrder[]): number {
  for (const { field, direction } of orders) {
    const property = orderFields[field];
    const found = compareValues(valueOrders[property], left[property], right[property], direction);
    if (found !== 0) return found;
  }
  return compareKeys(left.id, right.id);
}

function compareValues(
  order: ValueOrder,
  left: PlainValue | null,
  right: PlainValue | null,
  direction: MachineOrder['direction'],
): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  const ascending = compareKeys(orderKey(order, left), orderKey(order, right));
  return direction === 'ASC' ? ascending : -ascending;
}

describe('the order of machines', () => {
  it('is the one of a plain comparison', () => {
    fc.assert(
      fc.property(arbitraryMachine, arbitraryMachine, arbitraryOrders, (left, right, orders) => {
        expect(Math.sign(compareMachines(left, right, orders))).toBe(
          Math.sign(plainOrder(orders)(left, right)),
        );
      }),
      { numRuns: cases(5_000) },
    );
  });

  it('puts null last and ties by id, in both directions', () => {
    const [machine] = fc.sample(arbitraryMachine, 1);
    const fleet = [null, 2, 10, 2].map(
      (osBuild, index) => ({ ...machine, id: String(index), osBuild }) as never,
    );
    const idsBy = (direction: 'ASC' | 'DESC') =>
      fleet.toSorted((a, b) => compareMachines(a, b, [{ field: 'OS_BUILD', direction }])).map(({ id }) => id);
    expect(idsBy('ASC')).toEqual(['1', '3', '2', '0']);
    expect(idsBy('DESC')).toEqual(['2', '1', '3', '0']);
  });
});
