import { firstWhere } from '../binary-search.ts';
import { compareKeys, type OrderKey, orderKey, type PlainValue, type ValueOrder } from '../machines/order.ts';
import type { Dictionary, TextStore } from './dictionary.ts';
import { TextTable } from './text-table.ts';
import { sharedFloat64, sharedUint8, sharedUint32 } from './typed-arrays.ts';

/** Gives the values of a property numbers while they arrive, and sorts them into a dictionary in the end. */
export interface ValueTable {
  readonly size: number;
  /** The number of a value, from 0. */
  intern(value: PlainValue): number;
  /** @param isUsed by number, 1 where the value is needed */
  arrange(isUsed: Uint8Array, isRanked: boolean): Arranged;
}

export interface Arranged {
  readonly dictionary: Dictionary;
  /** The code of each number + 1; of 0, which is null, 0. */
  readonly codeOf: Uint32Array;
}

export class NumberTable implements ValueTable {
  readonly #numbers = new Map<number, number>();
  readonly #order: ValueOrder;

  constructor(order: ValueOrder) {
    this.#order = order;
  }

  get size(): number {
    return this.#numbers.size;
  }

  intern(value: PlainValue): number {
    const number = Number(value);
    const known = this.#numbers.get(number);
    if (known !== undefined) return known;
    this.#numbers.set(number, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  arrange(isUsed: Uint8Array): Arranged {
    const used = [...this.#numbers].filter(([, number]) => isUsed[number] === 1);
    used.sort(([left], [right]) => left - right);
    const numbers = sharedFloat64(used.length);
    numbers.set(used.map(([value]) => value));
    const codeOf = new Uint32Array(this.size + 1);
    used.forEach(([, number], index) => {
      codeOf[number + 1] = index + 1;
    });
    const kind = this.#order === 'flag' ? 'flag' : 'number';
    return {
      dictionary: {
        order: this.#order,
        size: used.length,
        values: { kind, numbers },
        ranks: undefined,
      },
      codeOf,
    };
  }
}

/**
 * Texts. It begins with those of an earlier dictionary, which are sorted already: only new ones are sorted, and put
 * between them.
 */
export class SortedTextTable implements ValueTable {
  readonly #table = new TextTable();
  readonly #order: ValueOrder;
  /** How many came from the earlier dictionary. */
  readonly #known: number;

  constructor(order: ValueOrder, earlier: Dictionary | undefined) {
    this.#order = order;
    if (earlier?.values.kind === 'text') this.#table.adopt(earlier.values.exact);
    this.#known = this.#table.size;
  }

  get size(): number {
    return this.#table.size;
  }

  intern(value: PlainValue): number {
    return this.#table.intern(String(value));
  }

  arrange(isUsed: Uint8Array, isRanked: boolean): Arranged {
    const sorted = this.#sorted(isUsed);
    const codeOf = new Uint32Array(this.size + 1);
    sorted.forEach((number, index) => {
      codeOf[number + 1] = index + 1;
    });
    const exact = this.#store(sorted);
    const values = { kind: 'text', exact, folded: fold(exact, this.#table.isAscii) } as const;
    const ranks = isRanked ? this.#ranks(sorted) : undefined;
    return { dictionary: { order: this.#order, size: sorted.length, values, ranks }, codeOf };
  }

  /** The numbers of the used texts, in the order of the texts. */
  #sorted(isUsed: Uint8Array): Uint32Array {
    const numbersIn = (from: number, to: number): number[] => {
      const numbers: number[] = [];
      for (let number = from; number < to; number++) if (isUsed[number] === 1) numbers.push(number);
      return numbers;
    };
    const added = numbersIn(this.#known, this.size).map((number) => this.#sortable(number));
    added.sort(compareSortables);
    const known = numbersIn(0, this.#known);
    const sorted = new Uint32Array(known.length + added.length);
    let taken = 0;
    let length = 0;
    for (const text of added) {
      for (const end = this.#placeOf(text, known, taken); taken < end; taken++)
        sorted[length++] = known[taken] ?? 0;
      sorted[length++] = text.number;
    }
    for (; taken < known.length; taken++) sorted[length++] = known[taken] ?? 0;
    return sorted;
  }

  #sortable(number: number): Sortable {
    const text = this.#table.textAt(number);
    return { number, text, key: orderKey(this.#order, text) };
  }

  /** The first place, from `low` on, of a text that is not below this one. */
  #placeOf(text: Sortable, known: readonly number[], from: number): number {
    return firstWhere(
      from,
      known.length,
      (at) => compareSortables(this.#sortable(known[at] ?? 0), text) >= 0,
    );
  }

  #store(sorted: Uint32Array): TextStore {
    const starts = sharedUint32(sorted.length + 1);
    sorted.forEach((number, index) => {
      starts[index + 1] = (starts[index] ?? 0) + this.#table.byteLengthAt(number);
    });
    const bytes = sharedUint8(starts[sorted.length] ?? 0);
    sorted.forEach((number, index) => {
      this.#table.copyTo(number, bytes, starts[index] ?? 0);
    });
    return { bytes, starts };
  }

  #ranks(sorted: Uint32Array): Uint32Array | undefined {
    if (this.#order === 'exact') return undefined;
    const ranks = sharedUint32(sorted.length + 1);
    let isShared = false;
    let earlier: OrderKey | undefined;
    sorted.forEach((number, index) => {
      const key = orderKey(this.#order, this.#table.textAt(number));
      if (key === earlier) isShared = true;
      ranks[index + 1] = key === earlier ? (ranks[index] ?? 0) : index + 1;
      earlier = key;
    });
    return isShared ? ranks : undefined;
  }
}

interface Sortable {
  readonly number: number;
  readonly text: string;
  readonly key: OrderKey;
}

function compareSortables(left: Sortable, right: Sortable): number {
  return compareKeys(left.key, right.key) || compareKeys(left.text, right.text);
}

/** The texts without case; the same store where that changes none. */
function fold(store: TextStore, isAscii: boolean): TextStore {
  return isAscii ? foldAscii(store) : foldAny(store);
}

function foldAscii(store: TextStore): TextStore {
  const isUpper = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a;
  if (!store.bytes.some(isUpper)) return store;
  const bytes = sharedUint8(store.bytes.length);
  store.bytes.forEach((byte, at) => {
    bytes[at] = isUpper(byte) ? byte + 0x20 : byte;
  });
  return { bytes, starts: store.starts };
}

function foldAny(store: TextStore): TextStore {
  const { bytes, starts } = store;
  const table = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  const foldedAt = (index: number): Buffer =>
    Buffer.from(table.toString('utf8', starts[index], starts[index + 1]).toLowerCase());
  const foldedStarts = sharedUint32(starts.length);
  let isSame = true;
  for (let index = 0; index + 1 < starts.length; index++) {
    const folded = foldedAt(index);
    foldedStarts[index + 1] = (foldedStarts[index] ?? 0) + folded.length;
    isSame &&= folded.equals(table.subarray(starts[index], starts[index + 1]));
  }
  if (isSame) return store;
  const foldedBytes = sharedUint8(foldedStarts[starts.length - 1] ?? 0);
  for (let index = 0; index + 1 < starts.length; index++)
    foldedBytes.set(foldedAt(index), foldedStarts[index]);
  return { bytes: foldedBytes, starts: foldedStarts };
}
