import type { Facet, FacetCount } from '../machines/fleet-view.ts';
import { readerOf } from './dictionary.ts';
import { countBoth, forEachRow, type Selection } from './selection.ts';
import type { Column, Snapshot } from './snapshot.ts';
import { valueBits } from './value-bits.ts';

const mostValues = 1_000;

/** Most frequent first, equally frequent ones in the order of values, null behind them. At most `limit` values. */
export function countFacet(
  snapshot: Snapshot,
  selection: Selection,
  facet: Facet,
  limit = mostValues,
): readonly FacetCount[] {
  const column = snapshot.columns[facet === 'rbacGroup' ? 'rbacGroupId' : facet];
  const bits = valueBits(column);
  const counts =
    bits === undefined
      ? countRowByRow(column, selection)
      : Uint32Array.from(bits, (each) => countBoth(each, selection.bits));
  const read = readerOf(column.dictionary);
  const codes = mostFrequent(counts).slice(0, limit);
  const nameOf = facet === 'rbacGroup' ? groupNames(snapshot, selection, codes) : undefined;
  return codes.map((code) => ({
    value: read(code),
    ...(nameOf === undefined ? {} : { name: nameOf(code) }),
    count: counts[code] ?? 0,
  }));
}

/** By code, the machines with the value, however often they have it; of code 0, those with none. */
function countRowByRow(column: Column, selection: Selection): Uint32Array {
  const { codes, dictionary } = column;
  const counts = new Uint32Array(dictionary.size + 1);
  const count = (code: number): void => {
    counts[code] = (counts[code] ?? 0) + 1;
  };
  if (column.shape === 'scalar') {
    forEachRow(selection, (row) => void count(codes[row] ?? 0));
    return counts;
  }
  const { starts } = column;
  /** By code, the last row + 1 that was counted for it. */
  const counted = new Uint32Array(dictionary.size + 1);
  forEachRow(selection, (row) => {
    let any = 0;
    for (let at = starts[row] ?? 0; at < (starts[row + 1] ?? 0); at++) {
      const code = codes[at] ?? 0;
      any |= code;
      if (code === 0 || counted[code] === row + 1) continue;
      counted[code] = row + 1;
      count(code);
    }
    if (any === 0) count(0);
  });
  return counts;
}

/** The codes that were counted, most frequent first. */
function mostFrequent(counts: Uint32Array): readonly number[] {
  const codes: number[] = [];
  for (let code = 0; code < counts.length; code++) if (counts[code] !== 0) codes.push(code);
  const place = (code: number): number => (code === 0 ? counts.length : code);
  return codes.sort(
    (left, right) => (counts[right] ?? 0) - (counts[left] ?? 0) || place(left) - place(right),
  );
}

/**
 * By code of a group's id, its name at the first selected machine that has one.
 * @param groups those that are asked for
 */
function groupNames(
  { columns }: Snapshot,
  selection: Selection,
  groups: readonly number[],
): (code: number) => string | null {
  const ids = columns.rbacGroupId;
  const names = columns.rbacGroupName;
  const members = valueBits(ids);
  const unnamed = valueBits(names)?.[0];
  const found = new Map<number, number>();
  if (members !== undefined && unnamed !== undefined) {
    for (const id of groups) {
      const row = firstOf(selection.bits, members[id], unnamed);
      if (row !== undefined) found.set(id, names.codes[row] ?? 0);
    }
  } else {
    forEachRow(selection, (row) => {
      const id = ids.codes[row] ?? 0;
      const name = names.codes[row] ?? 0;
      if (name > 0 && !found.has(id)) found.set(id, name);
    });
  }
  const read = readerOf(names.dictionary) as (code: number) => string | null;
  return (code) => read(found.get(code) ?? 0);
}

/** The first row that is in the first two and not in the third. */
function firstOf(
  selected: Uint32Array,
  members: Uint32Array | undefined,
  others: Uint32Array,
): number | undefined {
  for (let index = 0; index < selected.length; index++) {
    const word = (selected[index] ?? 0) & (members?.[index] ?? 0) & ~(others[index] ?? 0);
    if (word !== 0) return index * 32 + 31 - Math.clz32(word & -word);
  }
  return undefined;
}
