import { firstWhere } from '../binary-search.ts';
import type { PlainValue, ValueOrder } from '../machines/order.ts';
import { noTicks, type Ticks, ticksOf } from '../machines/ticks.ts';
import type { Dictionary } from './dictionary.ts';
import type { ListColumn, ScalarColumn } from './snapshot.ts';
import { CodeList, grown, sharedBigInt64, sharedCodes, sharedUint32 } from './typed-arrays.ts';
import { NumberTable, SortedTextTable, type ValueTable } from './value-tables.ts';

/**
 * Columns while machines arrive. A machine has a slot; a later machine of the same id takes over its slot. In the end
 * slots are arranged into rows.
 */
export interface ScalarDraft {
  set(slot: number, value: PlainValue | null): void;
  /** @param slots the slot of each row */
  finish(slots: Uint32Array): ScalarColumn;
}

export function scalarDraft(order: ValueOrder, earlier: Dictionary | undefined): ScalarDraft {
  return order === 'moment' ? new MomentDraft() : new CodedDraft(tableOf(order, earlier));
}

function tableOf(order: ValueOrder, earlier: Dictionary | undefined): ValueTable {
  return order === 'integer' || order === 'flag'
    ? new NumberTable(order)
    : new SortedTextTable(order, earlier);
}

class CodedDraft implements ScalarDraft {
  readonly #table: ValueTable;
  /** Number + 1 of each slot's value. */
  readonly #numbers = new CodeList();

  constructor(table: ValueTable) {
    this.#table = table;
  }

  set(slot: number, value: PlainValue | null): void {
    this.#numbers.set(slot, value === null ? 0 : this.#table.intern(value) + 1);
  }

  finish(slots: Uint32Array): ScalarColumn {
    const numbers = this.#numbers.codes;
    const isUsed = new Uint8Array(this.#table.size);
    for (let row = 0; row < slots.length; row++) {
      const number = numbers[slots[row] ?? 0] ?? 0;
      if (number > 0) isUsed[number - 1] = 1;
    }
    const { dictionary, codeOf } = this.#table.arrange(isUsed, true);
    const codes = sharedCodes(dictionary.size, slots.length);
    for (let row = 0; row < slots.length; row++) codes[row] = codeOf[numbers[slots[row] ?? 0] ?? 0] ?? 0;
    return { shape: 'scalar', dictionary, codes };
  }
}

/** Moments are mostly distinct, so they are kept as they are and made distinct by sorting. */
class MomentDraft implements ScalarDraft {
  #ticks = new BigInt64Array(16);

  set(slot: number, value: PlainValue | null): void {
    this.#ticks = grown(this.#ticks, slot + 1);
    this.#ticks[slot] = value === null ? noTicks : (ticksOf(String(value)) ?? noTicks);
  }

  finish(slots: Uint32Array): ScalarColumn {
    const bySlot = this.#ticks;
    const byRow = new BigInt64Array(slots.length);
    for (let row = 0; row < slots.length; row++) byRow[row] = bySlot[slots[row] ?? 0] ?? noTicks;
    const ticks = distinct(byRow);
    const codes = sharedCodes(ticks.length, slots.length);
    for (let row = 0; row < slots.length; row++) codes[row] = codeOfTicks(ticks, byRow[row] ?? noTicks);
    const values = { kind: 'moment', ticks } as const;
    return {
      shape: 'scalar',
      codes,
      dictionary: { order: 'moment', size: ticks.length, values, ranks: undefined },
    };
  }
}

/** The different moments, ascending. */
function distinct(byRow: BigInt64Array): BigInt64Array {
  const sorted = byRow.slice().sort();
  let size = 0;
  for (let index = 0; index < sorted.length; index++) {
    const ticks = sorted[index] ?? noTicks;
    if (ticks === noTicks || (size > 0 && ticks === sorted[size - 1])) continue;
    sorted[size++] = ticks;
  }
  const ticks = sharedBigInt64(size);
  ticks.set(sorted.subarray(0, size));
  return ticks;
}

function codeOfTicks(sorted: BigInt64Array, ticks: Ticks): number {
  if (ticks === noTicks) return 0;
  return 1 + firstWhere(0, sorted.length, (index) => (sorted[index] ?? noTicks) >= ticks);
}

/** Where the elements of each slot's list lie; one for all lists of the same length, as those of the addresses. */
export class ListPlaces {
  #begins = new Uint32Array(16);
  #lengths = new Uint32Array(16);
  #next = 0;

  /** Makes room for the elements of a slot. @returns the place of the first one */
  take(slot: number, length: number): number {
    this.#begins = grown(this.#begins, slot + 1);
    this.#lengths = grown(this.#lengths, slot + 1);
    const begin = this.#next;
    this.#begins[slot] = begin;
    this.#lengths[slot] = length;
    this.#next += length;
    return begin;
  }

  begin(slot: number): number {
    return this.#begins[slot] ?? 0;
  }

  starts(slots: Uint32Array): Uint32Array {
    const starts = sharedUint32(slots.length + 1);
    for (let row = 0; row < slots.length; row++) {
      starts[row + 1] = (starts[row] ?? 0) + (this.#lengths[slots[row] ?? 0] ?? 0);
    }
    return starts;
  }
}

export class ListDraft {
  readonly #table: ValueTable;
  readonly #places: ListPlaces;
  readonly #numbers = new CodeList();

  constructor(order: ValueOrder, earlier: Dictionary | undefined, places: ListPlaces) {
    this.#table = tableOf(order, earlier);
    this.#places = places;
  }

  /** @param begin the place of the first element, see {@link ListPlaces} */
  set(begin: number, values: readonly (string | null)[]): void {
    for (const [index, value] of values.entries()) {
      this.#numbers.set(begin + index, value === null ? 0 : this.#table.intern(value) + 1);
    }
  }

  /** @param starts of these slots, by the places */
  finish(slots: Uint32Array, starts: Uint32Array): ListColumn {
    const places = this.#elementPlaces(slots, starts);
    const numbers = this.#numbers.codes;
    const isUsed = new Uint8Array(this.#table.size);
    for (const place of places) {
      const number = numbers[place] ?? 0;
      if (number > 0) isUsed[number - 1] = 1;
    }
    const { dictionary, codeOf } = this.#table.arrange(isUsed, false);
    const codes = sharedCodes(dictionary.size, places.length);
    for (let index = 0; index < places.length; index++)
      codes[index] = codeOf[numbers[places[index] ?? 0] ?? 0] ?? 0;
    return { shape: 'list', dictionary, codes, starts };
  }

  /** The place of each element, row by row. */
  #elementPlaces(slots: Uint32Array, starts: Uint32Array): Uint32Array {
    const places = new Uint32Array(starts[slots.length] ?? 0);
    for (let row = 0; row < slots.length; row++) {
      const from = starts[row] ?? 0;
      const length = (starts[row + 1] ?? 0) - from;
      const begin = this.#places.begin(slots[row] ?? 0);
      for (let index = 0; index < length; index++) places[from + index] = begin + index;
    }
    return places;
  }
}
