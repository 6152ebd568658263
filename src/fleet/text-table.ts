import type { TextStore } from './dictionary.ts';
import { grown } from './typed-arrays.ts';

/**
 * Gives each distinct text a number, from 0, in the order of their coming. The texts lie as bytes outside the
 * JavaScript heap: as strings in a Map, the values of a million machines would take a gigabyte of it.
 *
 * A hash table with open addressing over the bytes. Texts of small sets are found in a Map ahead of it.
 */
export class TextTable {
  #bytes = new Uint8Array(64);
  #starts = new Uint32Array(16);
  #hashes = new Uint32Array(16);
  /** Number + 1 of the text at each place, 0 where there is none; a power of two, at most half full. */
  #places = new Uint32Array(32);
  readonly #frequent = new Map<string, number>();
  /** Random, so that device names cannot be chosen to collide. */
  readonly #seed = Math.floor(Math.random() * 2 ** 32);
  size = 0;
  /** Whether all texts are ASCII. */
  isAscii = true;

  /** The number of a text, which is taken in if it is new. */
  intern(text: string): number {
    const frequent = this.#frequent.get(text);
    if (frequent !== undefined) return frequent;
    const number = this.#internBytes(this.#write(text));
    if (this.size <= mostFrequent) this.#frequent.set(text, number);
    return number;
  }

  /** Takes in texts that are distinct and not in the table yet. */
  adopt({ bytes, starts }: TextStore): void {
    for (let index = 0; index + 1 < starts.length; index++) {
      const from = starts[index] ?? 0;
      const end = starts[index + 1] ?? 0;
      const at = this.#starts[this.size] ?? 0;
      this.#bytes = grown(this.#bytes, at + end - from);
      for (let offset = from; offset < end; offset++) {
        const byte = bytes[offset] ?? 0;
        if (byte > 0x7f) this.isAscii = false;
        this.#bytes[at + offset - from] = byte;
      }
      this.#internBytes(at + end - from);
    }
  }

  textAt(number: number): string {
    const buffer = Buffer.from(this.#bytes.buffer, this.#starts[number] ?? 0, this.byteLengthAt(number));
    return buffer.toString(this.isAscii ? 'latin1' : 'utf8');
  }

  byteLengthAt(number: number): number {
    return (this.#starts[number + 1] ?? 0) - (this.#starts[number] ?? 0);
  }

  /** Copies the bytes of a text to a place in another array. */
  copyTo(number: number, target: Uint8Array, at: number): void {
    const bytes = this.#bytes;
    const from = this.#starts[number] ?? 0;
    const length = this.byteLengthAt(number);
    for (let offset = 0; offset < length; offset++) target[at + offset] = bytes[from + offset] ?? 0;
  }

  /** Writes a text behind the last one. @returns where it ends */
  #write(text: string): number {
    const at = this.#starts[this.size] ?? 0;
    // A code unit takes at most three bytes.
    this.#bytes = grown(this.#bytes, at + text.length * 3);
    const bytes = this.#bytes;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) {
        this.isAscii = false;
        return at + Buffer.from(bytes.buffer).write(text, at, 'utf8');
      }
      bytes[at + index] = unit;
    }
    return at + text.length;
  }

  /** The number of the bytes from the end of the last text up to `end`. */
  #internBytes(end: number): number {
    const bytes = this.#bytes;
    const from = this.#starts[this.size] ?? 0;
    const hash = hashOf(this.#seed, bytes, from, end);
    const mask = this.#places.length - 1;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const number = (this.#places[place] ?? 0) - 1;
      if (number < 0) return this.#add(hash, place, end);
      if (this.#hashes[number] === hash && this.#equals(number, from, end)) return number;
    }
  }

  #equals(number: number, from: number, end: number): boolean {
    const bytes = this.#bytes;
    if (this.byteLengthAt(number) !== end - from) return false;
    const shift = from - (this.#starts[number] ?? 0);
    for (let at = from; at < end; at++) if (bytes[at] !== bytes[at - shift]) return false;
    return true;
  }

  #add(hash: number, place: number, end: number): number {
    const number = this.size++;
    this.#places[place] = number + 1;
    this.#hashes = grown(this.#hashes, number + 1);
    this.#hashes[number] = hash;
    this.#starts = grown(this.#starts, number + 2);
    this.#starts[number + 1] = end;
    if (this.size * 2 > this.#places.length) this.#rehash();
    return number;
  }

  #rehash(): void {
    const places = new Uint32Array(this.#places.length * 2);
    const mask = places.length - 1;
    for (let number = 0; number < this.size; number++) {
      let place = (this.#hashes[number] ?? 0) & mask;
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = number + 1;
    }
    this.#places = places;
  }
}

const mostFrequent = 1024;

/** FNV-1a from a seed, its bits mixed once more, as only the lower ones are used. */
function hashOf(seed: number, bytes: Uint8Array, from: number, end: number): number {
  let hash = seed;
  for (let at = from; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
