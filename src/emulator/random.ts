/** A source of numbers in [0, 1). Passed as a value, so that everything drawn from it can be drawn again. */
export type Random = () => number;

/** The mulberry32 generator: 32 bits of state, fast, evenly spread, good enough for test data and nothing else. */
export function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Scrambles 32 bits one to one (the finalizer of MurmurHash3): different inputs have different outputs. That is
 * what makes seeded ids unique without a set of the ids already given.
 */
export function scramble32(value: number): number {
  let mixed = value >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A generator of its own for the `index`-th thing of a `seed`, independent of its neighbours. */
export function randomAt(seed: number, index: number): Random {
  return mulberry32(scramble32(scramble32(seed) + index));
}

/** An integer in [0, below). */
export function integer(random: Random, below: number): number {
  return Math.floor(random() * below);
}

/** True in `share` of the draws; `share` is in [0, 1]. */
export function chance(random: Random, share: number): boolean {
  return random() < share;
}

/** One of the items, each as likely as the others. `items` must not be empty. */
export function pick<Item>(random: Random, items: readonly [Item, ...Item[]] | readonly Item[]): Item {
  const item = items[integer(random, items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** Items with their weights; weights are relative to each other and need no particular sum. */
export type Weighted<Item> = readonly (readonly [item: Item, weight: number])[];

/** One of the items, each as likely as its weight says. `table` must not be empty. */
export function pickWeighted<Item>(random: Random, table: Weighted<Item>): Item {
  let total = 0;
  for (const [, weight] of table) total += weight;
  let rest = random() * total;
  for (const [item, weight] of table) {
    rest -= weight;
    if (rest < 0) return item;
  }
  const last = table[table.length - 1];
  if (last === undefined) throw new RangeError('nothing to pick from');
  return last[0];
}

/** `length` characters of `alphabet`. */
export function text(random: Random, alphabet: string, length: number): string {
  let drawn = '';
  for (let at = 0; at < length; at++) drawn += alphabet[integer(random, alphabet.length)];
  return drawn;
}

const HEX = '0123456789abcdef';

/** `length` lower-case hexadecimal digits. */
export function hex(random: Random, length: number): string {
  let drawn = '';
  while (drawn.length < length) {
    drawn += integer(random, 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  }
  return drawn.slice(0, length);
}

/** A GUID in the form 8-4-4-4-12, version 4. */
export function guid(random: Random): string {
  const digits = hex(random, 32);
  const variant = HEX[8 + integer(random, 4)];
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}
