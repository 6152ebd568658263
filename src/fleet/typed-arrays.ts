import type { Codes } from './snapshot.ts';

/** Typed arrays: in memory that threads share, and ones that grow. */
export type NumberArray = Uint8Array | Uint16Array | Uint32Array | Float64Array;
export type AnyArray = NumberArray | BigInt64Array;

export const sharedUint8 = (length: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(length));
const sharedUint16 = (length: number): Uint16Array => new Uint16Array(new SharedArrayBuffer(length * 2));
export const sharedUint32 = (length: number): Uint32Array =>
  new Uint32Array(new SharedArrayBuffer(length * 4));
export const sharedFloat64 = (length: number): Float64Array =>
  new Float64Array(new SharedArrayBuffer(length * 8));
export const sharedBigInt64 = (length: number): BigInt64Array =>
  new BigInt64Array(new SharedArrayBuffer(length * 8));

/** Shared codes of the least width for `size` values and null. */
export function sharedCodes(size: number, length: number): Codes {
  if (size <= 0xff) return sharedUint8(length);
  return size <= 0xffff ? sharedUint16(length) : sharedUint32(length);
}

/** The array, or where it is shorter than `least`, a longer one that begins like it. */
export function grown<Items extends AnyArray>(array: Items, least: number): Items {
  if (array.length >= least) return array;
  const longer = new (array.constructor as new (length: number) => Items)(
    Math.max(least, array.length * 2, 16),
  );
  longer.set(array as never);
  return longer;
}

/** The bytes of an array, as they lie in its memory. */
export function bytesOf(array: AnyArray): Buffer {
  return Buffer.from(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
}

/** `earlier` where it holds the same as `array`, so that memory is kept once. */
export function sharedWith<Items extends AnyArray>(array: Items, earlier: AnyArray | undefined): Items {
  const isSame =
    earlier !== undefined &&
    earlier.constructor === array.constructor &&
    earlier.length === array.length &&
    bytesOf(earlier).equals(bytesOf(array));
  return isSame ? (earlier as Items) : array;
}

/** Codes by slot, as wide as the highest one needs. */
export class CodeList {
  codes: Codes = new Uint8Array(16);
  #highest = 0xff;

  set(slot: number, code: number): void {
    if (code > this.#highest) this.#widen(code);
    if (slot >= this.codes.length) this.codes = grown(this.codes, slot + 1);
    this.codes[slot] = code;
  }

  #widen(code: number): void {
    const isShort = code <= 0xffff;
    this.codes = isShort ? Uint16Array.from(this.codes) : Uint32Array.from(this.codes);
    this.#highest = isShort ? 0xffff : 0xffffffff;
  }
}
