import type { FilterProperty } from '../machines/condition.ts';
import { valueOrders } from '../machines/order.ts';
import { listProperties, scalarProperties } from './column-properties.ts';
import type { Dictionary } from './dictionary.ts';
import type { Codes, Column, Columns } from './snapshot.ts';
import { type AnyArray, sharedWith } from './typed-arrays.ts';

/**
 * A snapshot's columns as a flat list of named arrays (`computerDnsName.codes`), for what regards its memory: sharing,
 * counting, sending. An array that stands in two places is listed under both names.
 */
export type SnapshotArrays = ReadonlyMap<string, AnyArray>;

export function arraysOf(columns: Columns): SnapshotArrays {
  const arrays = new Map<string, AnyArray>();
  for (const property of [...scalarProperties, ...listProperties]) {
    const column: Column = columns[property];
    const name = (part: string): string => `${property}.${part}`;
    const { values, ranks } = column.dictionary;
    arrays.set(name('codes'), column.codes);
    if (column.shape === 'list') arrays.set(name('starts'), column.starts);
    if (ranks !== undefined) arrays.set(name('ranks'), ranks);
    switch (values.kind) {
      case 'text': {
        const { exact, folded } = values;
        arrays.set(name('exact.bytes'), exact.bytes).set(name('exact.starts'), exact.starts);
        if (folded === exact) break;
        arrays.set(name('folded.bytes'), folded.bytes).set(name('folded.starts'), folded.starts);
        break;
      }
      case 'moment':
        arrays.set(name('ticks'), values.ticks);
        break;
      case 'number':
      case 'flag':
        arrays.set(name('numbers'), values.numbers);
        break;
      default:
        values satisfies never;
    }
  }
  return arrays;
}

/** @throws {Error} where an array is missing, or of another type or length than its place needs */
export function columnsOf(arrays: SnapshotArrays, rows: number): Columns {
  const columnOf = (property: FilterProperty): Column => {
    const read = arrayReader(arrays, property);
    const dictionary = readDictionary(property, read);
    const codes = read('codes', isCodes);
    if (!listProperties.some((each) => each === property)) {
      check(codes.length === rows, property);
      return { shape: 'scalar', dictionary, codes };
    }
    const starts = read('starts', isUint32);
    check(starts.length === rows + 1 && starts[rows] === codes.length, property);
    return { shape: 'list', dictionary, codes, starts };
  };
  const properties = [...scalarProperties, ...listProperties];
  return Object.fromEntries(
    properties.map((property) => [property, columnOf(property)]),
  ) as unknown as Columns;
}

type Read = <Items extends AnyArray>(part: string, is: (array: AnyArray) => array is Items) => Items;
type ArrayReader = Read & { readonly has: (part: string) => boolean };

function arrayReader(arrays: SnapshotArrays, property: FilterProperty): ArrayReader {
  const read: Read = (part, is) => {
    const array = arrays.get(`${property}.${part}`);
    if (array !== undefined && is(array)) return array;
    throw new Error(`The snapshot's array ${property}.${part} is missing or of another type.`);
  };
  return Object.assign(read, { has: (part: string) => arrays.has(`${property}.${part}`) });
}

const isCodes = (array: AnyArray): array is Codes =>
  array instanceof Uint8Array || array instanceof Uint16Array || array instanceof Uint32Array;
const isUint8 = (array: AnyArray): array is Uint8Array => array instanceof Uint8Array;
const isUint32 = (array: AnyArray): array is Uint32Array => array instanceof Uint32Array;
const isFloat64 = (array: AnyArray): array is Float64Array => array instanceof Float64Array;
const isBigInt64 = (array: AnyArray): array is BigInt64Array => array instanceof BigInt64Array;

function check(holds: boolean, property: FilterProperty): void {
  if (!holds) throw new Error(`The snapshot's arrays of ${property} do not fit together.`);
}

function readDictionary(property: FilterProperty, read: ArrayReader): Dictionary {
  const order = valueOrders[property];
  if (order === 'moment') {
    const ticks = read('ticks', isBigInt64);
    return { order, size: ticks.length, values: { kind: 'moment', ticks }, ranks: undefined };
  }
  if (order === 'integer' || order === 'flag') {
    const numbers = read('numbers', isFloat64);
    const kind = order === 'flag' ? 'flag' : 'number';
    return { order, size: numbers.length, values: { kind, numbers }, ranks: undefined };
  }
  const exact = { bytes: read('exact.bytes', isUint8), starts: read('exact.starts', isUint32) };
  const folded = read.has('folded.bytes')
    ? { bytes: read('folded.bytes', isUint8), starts: read('folded.starts', isUint32) }
    : exact;
  const size = exact.starts.length - 1;
  const ranks = read.has('ranks') ? read('ranks', isUint32) : undefined;
  check(folded.starts.length === size + 1 && (ranks?.length ?? size + 1) === size + 1, property);
  check(exact.starts[size] === exact.bytes.length && folded.starts[size] === folded.bytes.length, property);
  return { order, size, values: { kind: 'text', exact, folded }, ranks };
}

/** The arrays, those that hold the same as the earlier ones of that name replaced by them. */
export function shareArrays(arrays: SnapshotArrays, earlier: SnapshotArrays): SnapshotArrays {
  return new Map([...arrays].map(([name, array]) => [name, sharedWith(array, earlier.get(name))]));
}

/** Bytes that these arrays take together: an array that is listed twice counts once. */
export function byteLengthOf(arrays: Iterable<AnyArray>): number {
  const buffers = new Map([...arrays].map(({ buffer }) => [buffer, buffer.byteLength]));
  return [...buffers.values()].reduce((sum, bytes) => sum + bytes, 0);
}
