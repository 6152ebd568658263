import { firstWhere } from '../binary-search.ts';
import { type OrderKey, orderKey, type PlainValue, type ValueOrder } from '../machines/order.ts';
import { momentOfHalves, momentOfTicks, type Ticks, ticksOf } from '../machines/ticks.ts';

/** The distinct values of a property, sorted in the property's own order; equal ones by their code units. */
export interface Dictionary {
  readonly order: ValueOrder;
  readonly size: number;
  readonly values: TextValues | MomentValues | NumberValues;
  /**
   * By code, the rank of its value; values that are equal in the order share one. Undefined where every value has a
   * rank of its own, which is then its code.
   */
  readonly ranks: Uint32Array | undefined;
}

export interface TextValues {
  readonly kind: 'text';
  readonly exact: TextStore;
  /** The same without case; the same store where no value has another form. */
  readonly folded: TextStore;
}

/** Texts in UTF-8, one after the other. */
export interface TextStore {
  readonly bytes: Uint8Array;
  /** Where each text begins, and behind the last, where one more would. */
  readonly starts: Uint32Array;
}

/** Ticks of 100 ns since 1970. */
export interface MomentValues {
  readonly kind: 'moment';
  readonly ticks: BigInt64Array;
}

/** Integers; flags as 0 and 1. */
export interface NumberValues {
  readonly kind: 'number' | 'flag';
  readonly numbers: Float64Array;
}

/** Codes from `from` up to, but not including, `to`. */
export interface CodeRange {
  readonly from: number;
  readonly to: number;
}

/** The value of a code; null of 0. */
export function valueAt(dictionary: Dictionary, code: number): PlainValue | null {
  if (code === 0) return null;
  const { values } = dictionary;
  switch (values.kind) {
    case 'text':
      return textAt(values.exact, code - 1);
    case 'moment':
      return momentOfTicks(values.ticks[code - 1] ?? 0n);
    case 'number':
      return values.numbers[code - 1] ?? 0;
    case 'flag':
      return values.numbers[code - 1] === 1;
    default:
      return values satisfies never;
  }
}

/**
 * Reads the values of codes. Those of a small dictionary are read once: a memo of what never changes, which goes with
 * its dictionary.
 */
export function readerOf(dictionary: Dictionary): (code: number) => PlainValue | null {
  if (dictionary.size > mostRemembered) return largeReader(dictionary);
  let values = remembered.get(dictionary);
  if (values === undefined) {
    values = Array.from({ length: dictionary.size + 1 }, (_, code) => valueAt(dictionary, code));
    remembered.set(dictionary, values);
  }
  const known = values;
  return (code) => known[code] ?? null;
}

const mostRemembered = 1024;
const remembered = new WeakMap<Dictionary, readonly (PlainValue | null)[]>();

function largeReader(dictionary: Dictionary): (code: number) => PlainValue | null {
  if (dictionary.values.kind === 'moment') return momentReader(dictionary.values);
  if (dictionary.values.kind !== 'text') return (code) => valueAt(dictionary, code);
  const { bytes, starts } = dictionary.values.exact;
  const buffer = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  return (code) => (code === 0 ? null : buffer.toString('utf8', starts[code - 1], starts[code]));
}

/** Reads ticks by halves, in the order of bytes that this machine has, so that no big integer is made. */
function momentReader({ ticks }: MomentValues): (code: number) => PlainValue | null {
  const halves = new Uint32Array(ticks.buffer, ticks.byteOffset, ticks.length * 2);
  const highAt = isLittleEndian ? 1 : 0;
  return (code) => {
    if (code === 0) return null;
    const at = (code - 1) * 2;
    return momentOfHalves((halves[at + highAt] ?? 0) | 0, halves[at + 1 - highAt] ?? 0);
  };
}

const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

export function textAt({ bytes, starts }: TextStore, index: number): string {
  const from = starts[index] ?? 0;
  const end = starts[index + 1] ?? 0;
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset + from, end - from).toString('utf8');
}

/** The first code of those whose value is equal to this one's in the order; 0 of null. */
export function rankOf({ ranks }: Dictionary, code: number): number {
  return ranks === undefined ? code : (ranks[code] ?? 0);
}

/** What a dictionary's values are compared by: ticks of moments, else {@link OrderKey}. */
export type SearchKey = OrderKey | Ticks;

/** @returns undefined where the value is none of the dictionary's kind */
export function searchKey(dictionary: Dictionary, value: PlainValue): SearchKey | undefined {
  if (dictionary.values.kind === 'moment') return ticksOf(String(value));
  return orderKey(dictionary.order, value);
}

/** The first code whose value is not below the key; `size + 1` where all are. */
export function lowerBound(dictionary: Dictionary, key: SearchKey): number {
  return firstCode(dictionary, (each) => each >= key);
}

/** The codes of the values that are equal to the key in the order. */
export function equalRange(dictionary: Dictionary, key: SearchKey): CodeRange {
  return { from: lowerBound(dictionary, key), to: upperBound(dictionary, key) };
}

/** The first code whose value is above the key; `size + 1` where none is. */
export function upperBound(dictionary: Dictionary, key: SearchKey): number {
  return firstCode(dictionary, (each) => each > key);
}

function firstCode(dictionary: Dictionary, holds: (key: SearchKey) => boolean): number {
  return firstWhere(1, dictionary.size + 1, (code) => holds(keyAt(dictionary, code)));
}

/** What the value of a code, which is not 0, is compared by. */
export function keyAt({ values, order }: Dictionary, code: number): SearchKey {
  switch (values.kind) {
    case 'text': {
      // Names without case are there already, and count whole where they are short.
      const { folded, exact } = values;
      const isKey =
        order === 'name' && (folded.starts[code] ?? 0) - (folded.starts[code - 1] ?? 0) <= shortBytes;
      return isKey ? textAt(folded, code - 1) : orderKey(order, textAt(exact, code - 1));
    }
    case 'moment':
      return values.ticks[code - 1] ?? 0n;
    case 'number':
    case 'flag':
      return values.numbers[code - 1] ?? 0;
    default:
      return values satisfies never;
  }
}

/** Names of so many bytes are not cut in an order, whatever their characters take in either case. */
const shortBytes = 256;

/** Compares the values of two dictionaries of the same order, also those that are equal in it but differ. */
export function compareValues(
  left: Dictionary,
  leftCode: number,
  right: Dictionary,
  rightCode: number,
): number {
  if (left.values.kind !== 'text' || right.values.kind !== 'text') {
    return compare(keyAt(left, leftCode), keyAt(right, rightCode));
  }
  const exact = left.values.exact;
  const other = right.values.exact;
  // Mostly they are the same, which the bytes show without decoding.
  if (isSameText(exact, leftCode - 1, other, rightCode - 1)) return 0;
  return (
    compare(keyAt(left, leftCode), keyAt(right, rightCode)) ||
    compare(textAt(exact, leftCode - 1), textAt(other, rightCode - 1))
  );
}

const compare = <Key extends SearchKey>(left: Key, right: Key): number =>
  left < right ? -1 : left > right ? 1 : 0;

function isSameText(left: TextStore, leftIndex: number, right: TextStore, rightIndex: number): boolean {
  const from = left.starts[leftIndex] ?? 0;
  const length = (left.starts[leftIndex + 1] ?? 0) - from;
  const rightFrom = right.starts[rightIndex] ?? 0;
  if ((right.starts[rightIndex + 1] ?? 0) - rightFrom !== length) return false;
  for (let at = 0; at < length; at++) if (left.bytes[from + at] !== right.bytes[rightFrom + at]) return false;
  return true;
}
