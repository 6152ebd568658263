import type { Machine } from '../machines/machine.ts';
import { listProperties, scalarProperties } from './column-properties.ts';
import { compareValues, type Dictionary } from './dictionary.ts';
import type { Codes, ListColumn, ScalarColumn, Snapshot } from './snapshot.ts';

export interface SnapshotDiff {
  /** Rows of the later snapshot. */
  readonly added: readonly number[];
  /** Rows of the earlier snapshot. */
  readonly removed: readonly number[];
  readonly changed: readonly ChangedRow[];
}

export interface ChangedRow {
  /** Of the later snapshot. */
  readonly row: number;
  readonly properties: readonly (keyof Machine)[];
}

/**
 * The net change between two snapshots. Values are compared as codes: each column's dictionaries are laid side by side
 * first, which gives the code that each earlier value has later.
 */
export function diffSnapshots(earlier: Snapshot, later: Snapshot): SnapshotDiff {
  const laterIds = laterCodes(earlier.columns.id.dictionary, later.columns.id.dictionary);
  const removed: number[] = [];
  const pairs = new RowPairs(later.rows);
  for (let row = 0; row < earlier.rows; row++) {
    const code = laterIds[row + 1] ?? 0;
    if (code === gone) removed.push(row);
    else pairs.pair(code - 1, row);
  }
  const changes = new Map<number, Set<keyof Machine>>();
  const note = (property: keyof Machine) => (row: number) => {
    const properties = changes.get(row);
    if (properties === undefined) changes.set(row, new Set([property]));
    else properties.add(property);
  };
  for (const property of scalarProperties) {
    compareScalars(earlier.columns[property], later.columns[property], pairs, note(ownerOf(property)));
  }
  for (const property of listProperties) {
    compareLists(earlier.columns[property], later.columns[property], pairs, note(ownerOf(property)));
  }
  const changed = [...changes]
    .sort(([left], [right]) => left - right)
    .map(([row, properties]) => ({ row, properties: [...properties] }));
  return { added: pairs.alone(), removed, changed };
}

/** The property of the machine that a column belongs to. */
function ownerOf(property: string): keyof Machine {
  return property.split('.', 1)[0] as keyof Machine;
}

/** By later row, the earlier row of the same machine. */
class RowPairs {
  /** Earlier row + 1; 0 where there is none. */
  readonly #earlier: Uint32Array;

  constructor(rows: number) {
    this.#earlier = new Uint32Array(rows);
  }

  pair(later: number, earlier: number): void {
    this.#earlier[later] = earlier + 1;
  }

  forEach(visit: (later: number, earlier: number) => void): void {
    for (let row = 0; row < this.#earlier.length; row++) {
      const found = this.#earlier[row] ?? 0;
      if (found > 0) visit(row, found - 1);
    }
  }

  /** The later rows without an earlier one. */
  alone(): number[] {
    const rows: number[] = [];
    this.#earlier.forEach((found, row) => {
      if (found === 0) rows.push(row);
    });
    return rows;
  }
}

/** By earlier code, the later code of the same value, or `gone`. Both dictionaries have the same order. */
function laterCodes(earlier: Dictionary, later: Dictionary): Uint32Array {
  // A value that is gone must not look like none at all, whose code is 0.
  const codes = new Uint32Array(earlier.size + 1).fill(gone, 1);
  let code = 1;
  let other = 1;
  while (code <= earlier.size && other <= later.size) {
    const found = compareValues(earlier, code, later, other);
    if (found === 0) codes[code] = other;
    if (found <= 0) code++;
    if (found >= 0) other++;
  }
  return codes;
}

/** No code of any dictionary. */
const gone = 0xffffffff;

function compareScalars(
  earlier: ScalarColumn,
  later: ScalarColumn,
  pairs: RowPairs,
  note: (row: number) => void,
): void {
  const codes = laterCodes(earlier.dictionary, later.dictionary);
  const before: Codes = earlier.codes;
  const after: Codes = later.codes;
  pairs.forEach((row, earlierRow) => {
    if (codes[before[earlierRow] ?? 0] !== after[row]) note(row);
  });
}

function compareLists(
  earlier: ListColumn,
  later: ListColumn,
  pairs: RowPairs,
  note: (row: number) => void,
): void {
  const codes = laterCodes(earlier.dictionary, later.dictionary);
  pairs.forEach((row, earlierRow) => {
    const from = earlier.starts[earlierRow] ?? 0;
    const length = (earlier.starts[earlierRow + 1] ?? 0) - from;
    const laterFrom = later.starts[row] ?? 0;
    let isSame = length === (later.starts[row + 1] ?? 0) - laterFrom;
    for (let index = 0; isSame && index < length; index++) {
      isSame = codes[earlier.codes[from + index] ?? 0] === later.codes[laterFrom + index];
    }
    if (!isSame) note(row);
  });
}
