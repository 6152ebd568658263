import type { SortKey } from '../machines/fleet-view.ts';
import { type MachineOrder, orderFields, type PlainValue } from '../machines/order.ts';
import { type Dictionary, keyAt, lowerBound, rankOf, type SearchKey, searchKey } from './dictionary.ts';
import { scalarAt } from './machine-at.ts';
import type { Codes, Snapshot } from './snapshot.ts';

/** The rows of one snapshot in one order. */
export interface RowOrder {
  /** Below 0 where `left` comes before `right`. */
  readonly compare: (left: number, right: number) => number;
  /** Below 0 where the row comes before the place, 0 where it is the row of the place. */
  readonly compareWith: (row: number, place: Place) => number;
  readonly placeOf: (key: SortKey) => Place;
}

interface Field {
  readonly codes: Codes;
  readonly ordinals: Ordinals;
}

export function rowOrder(snapshot: Snapshot, orders: readonly MachineOrder[]): RowOrder {
  const fields = orders.map(({ field, direction }): Field => {
    const { codes, dictionary } = snapshot.columns[orderFields[field]];
    return { codes, ordinals: ordinalsOf(dictionary, direction) };
  });
  return {
    compare: (left, right) => {
      for (const { codes, ordinals } of fields) {
        const leftCode = codes[left] ?? 0;
        const rightCode = codes[right] ?? 0;
        if (leftCode === rightCode) continue;
        const found = ordinals.of(leftCode) - ordinals.of(rightCode);
        if (found !== 0) return found;
      }
      return left - right;
    },
    compareWith: (row, place) => {
      for (let index = 0; index < fields.length; index++) {
        const field = fields[index];
        if (field === undefined) break;
        const found = field.ordinals.of(field.codes[row] ?? 0) - (place.ordinals[index] ?? 0);
        if (found !== 0) return found;
      }
      return row - place.row;
    },
    placeOf: (key) =>
      placeOf(
        snapshot,
        key,
        fields.map(({ ordinals }) => ordinals),
      ),
  };
}

export function sortKeyOf(snapshot: Snapshot, row: number, orders: readonly MachineOrder[]): SortKey {
  const { columns } = snapshot;
  return {
    values: orders.map(({ field }) => scalarAt(columns[orderFields[field]], row)),
    id: String(scalarAt(columns.id, row)),
  };
}

/** A place in one snapshot: what its rows are compared with. */
interface Place {
  /** By field of the order, the place among the codes' {@link Ordinals}. */
  readonly ordinals: readonly number[];
  /** The row with the place's id, or halfway between the two rows that it would come between. */
  readonly row: number;
}

/** By code, a number for the value's place in one field and direction of an order. */
interface Ordinals {
  readonly of: (code: number) => number;
  /** Halfway between two ordinals where the value is none of the dictionary's. */
  readonly ofValue: (value: PlainValue | null) => number;
}

/** @returns ordinals that ascend along the order: of values without nulls between 0 and `size` + 1 */
export function ordinalsOf(dictionary: Dictionary, direction: MachineOrder['direction']): Ordinals {
  const last = dictionary.size + 1;
  const turned = (rank: number): number => (direction === 'ASC' ? rank : last - rank);
  const nullOrdinal = last + 1;
  return {
    of: (code) => (code === 0 ? nullOrdinal : turned(rankOf(dictionary, code))),
    ofValue: (value) => {
      const key = value === null ? undefined : searchKey(dictionary, value);
      if (key === undefined) return nullOrdinal;
      const code = lowerBound(dictionary, key);
      const rank = code > dictionary.size ? last : rankOf(dictionary, code);
      return turned(isKeyOf(dictionary, code, key) ? rank : rank - 0.5);
    },
  };
}

function isKeyOf(dictionary: Dictionary, code: number, key: SearchKey): boolean {
  return code <= dictionary.size && keyAt(dictionary, code) === key;
}

function placeOf(snapshot: Snapshot, key: SortKey, ordinals: readonly Ordinals[]): Place {
  const ids = ordinalsOf(snapshot.columns.id.dictionary, 'ASC');
  return {
    ordinals: ordinals.map(({ ofValue }, index) => ofValue(key.values[index] ?? null)),
    row: ids.ofValue(key.id) - 1,
  };
}
