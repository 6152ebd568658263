import type { Row } from '../fleet/row.ts';
import { sortableDateTime } from './date-time-offset.ts';
import type { OrderByItem } from './query-options.ts';

/** Sorts rows by `$orderby`: null before any value when ascending, as OData says; equal rows stay as they were. */
export function orderRows(rows: readonly Row[], items: readonly OrderByItem[]): readonly Row[] {
  return rows.toSorted((left, right) => {
    for (const { property, descending } of items) {
      const order = compare(sortValue(left, property), sortValue(right, property));
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}

type SortValue = string | number | null;

function sortValue(row: Row, property: string): SortValue {
  const value = row.machine[property];
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return null;
  return property === 'firstSeen' || property === 'lastSeen' ? (sortableDateTime(value) ?? null) : value;
}

function compare(left: SortValue, right: SortValue): number {
  if (left === right) return 0;
  if (left === null) return -1;
  if (right === null) return 1;
  // Mixed types have no order of their own; numbers come first, so that sorting stays consistent.
  if (typeof left !== typeof right) return typeof left === 'number' ? -1 : 1;
  return left < right ? -1 : 1;
}
