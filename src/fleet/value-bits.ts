import { wordsFor } from './selection.ts';
import type { Column } from './snapshot.ts';

/** Most values of a property that has its rows as bits: with all of them, the bits take as much as codes of 32 bits would. */
const mostValues = 31;

/**
 * By code, the rows with the value as one bit each, as a selection has them; of code 0, the rows with none. So a condition or
 * a facet of a property with few values takes one step for 32 rows. Undefined where there are too many values.
 *
 * A memo of what never changes: made when first asked for, it goes with its column, and snapshots that share one share it.
 */
export function valueBits(column: Column): readonly Uint32Array[] | undefined {
  if (column.dictionary.size > mostValues) return undefined;
  const isList = column.shape === 'list';
  // Snapshots may share the codes of a list and not its starts, as when a machine without elements has gone.
  const rows = isList ? column.starts : column.codes;
  const byRows = remembered.get(column.codes) ?? new WeakMap<object, readonly Uint32Array[]>();
  const bits = byRows.get(rows) ?? (isList ? bitsOfLists(column) : bitsOfCodes(column));
  remembered.set(column.codes, byRows.set(rows, bits));
  return bits;
}

const remembered = new WeakMap<Column['codes'], WeakMap<object, readonly Uint32Array[]>>();

const noBits = ({ dictionary }: Column, rows: number): readonly Uint32Array[] =>
  Array.from({ length: dictionary.size + 1 }, () => new Uint32Array(wordsFor(rows)));

function bitsOfCodes(column: Column): readonly Uint32Array[] {
  const { codes } = column;
  const bits = noBits(column, codes.length);
  for (let row = 0; row < codes.length; row++) setBit(bits[codes[row] ?? 0], row);
  return bits;
}

function bitsOfLists(column: Column & { readonly shape: 'list' }): readonly Uint32Array[] {
  const { codes, starts } = column;
  const rows = starts.length - 1;
  const bits = noBits(column, rows);
  for (let row = 0, at = 0; row < rows; row++) {
    let any = 0;
    for (const end = starts[row + 1] ?? 0; at < end; at++) {
      const code = codes[at] ?? 0;
      if (code > 0) setBit(bits[code], row);
      any |= code;
    }
    if (any === 0) setBit(bits[0], row);
  }
  return bits;
}

function setBit(bits: Uint32Array | undefined, row: number): void {
  if (bits !== undefined) bits[row >>> 5] = (bits[row >>> 5] ?? 0) | (1 << (row & 31));
}
