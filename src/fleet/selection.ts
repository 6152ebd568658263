/** Some of a snapshot's rows. */
export interface Selection {
  /** One bit a row, from the lowest bit of the first word on. Bits behind the last row are 0. */
  readonly bits: Uint32Array;
  /** Rows selected. */
  readonly count: number;
}

/** Words of 32 bits for so many rows. */
export const wordsFor = (rows: number): number => Math.ceil(rows / 32);

export const selectionOf = (bits: Uint32Array): Selection => ({ bits, count: countBoth(bits, bits) });

/** How many rows are in both. */
export function countBoth(left: Uint32Array, right: Uint32Array): number {
  let count = 0;
  for (let index = 0; index < left.length; index++) {
    count += ones((left[index] ?? 0) & (right[index] ?? 0));
  }
  return count;
}

/** Every row. */
export function allBits(rows: number): Uint32Array {
  const bits = new Uint32Array(wordsFor(rows)).fill(0xffffffff);
  return clearBehind(bits, rows);
}

/** Clears the bits behind the last row, and gives the bits back. */
export function clearBehind(bits: Uint32Array, rows: number): Uint32Array {
  const used = rows % 32;
  const last = bits.length - 1;
  if (used > 0) bits[last] = (bits[last] ?? 0) & (2 ** used - 1);
  return bits;
}

export function isSelected({ bits }: Selection, row: number): boolean {
  return hasBit(bits, row);
}

export function hasBit(bits: Uint32Array, row: number): boolean {
  return (((bits[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1;
}

/** Calls back for each selected row, ascending. */
export function forEachRow({ bits }: Selection, visit: (row: number) => void): void {
  for (let index = 0; index < bits.length; index++) {
    for (let word = bits[index] ?? 0; word !== 0; word &= word - 1) {
      visit(index * 32 + 31 - Math.clz32(word & -word));
    }
  }
}

/** How many bits of a word are set. */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
