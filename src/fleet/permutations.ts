import { LRUCache } from 'lru-cache';
import { type MachineOrder, orderFields } from '../machines/order.ts';
import { ordinalsOf } from './row-order.ts';
import type { Snapshot } from './snapshot.ts';

/** Keeps the rows of snapshots in the last used orders by one field, within a number of bytes. */
export class Permutations {
  readonly #kept: LRUCache<string, Uint32Array>;

  constructor(maxBytes: number) {
    this.#kept = new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ byteLength }) => byteLength + 1 });
  }

  /** All rows in this order. */
  of(snapshot: Snapshot, order: MachineOrder): Uint32Array {
    const key = `${snapshot.id} ${order.field} ${order.direction}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const rows = sortRows(snapshot, order);
    this.#kept.set(key, rows);
    return rows;
  }
}

/** A counting sort by codes: one pass to count, one to place, and rows of the same value stay in the order of ids. */
function sortRows(snapshot: Snapshot, { field, direction }: MachineOrder): Uint32Array {
  const { codes, dictionary } = snapshot.columns[orderFields[field]];
  // Rows lie by id.
  if (field === 'ID' && direction === 'ASC') return new Uint32Array(codes.length).map((_, row) => row);
  const { of } = ordinalsOf(dictionary, direction);
  const ordinals = new Uint32Array(dictionary.size + 1);
  for (let code = 0; code < ordinals.length; code++) ordinals[code] = of(code);
  const begins = new Uint32Array(dictionary.size + 4);
  for (let row = 0; row < codes.length; row++) {
    const next = (ordinals[codes[row] ?? 0] ?? 0) + 1;
    begins[next] = (begins[next] ?? 0) + 1;
  }
  for (let ordinal = 1; ordinal < begins.length; ordinal++) {
    begins[ordinal] = (begins[ordinal] ?? 0) + (begins[ordinal - 1] ?? 0);
  }
  const sorted = new Uint32Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const ordinal = ordinals[codes[row] ?? 0] ?? 0;
    const at = begins[ordinal] ?? 0;
    sorted[at] = row;
    begins[ordinal] = at + 1;
  }
  return sorted;
}
