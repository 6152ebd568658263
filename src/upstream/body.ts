import type { Readable, Transform } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

/** What {@link readBody} can decode, for the `Accept-Encoding` header. Live answers were recorded with deflate. */
export const acceptEncoding = 'gzip, deflate, br';

/** A body that {@link readBody} rejects; `code` says why. */
export class BodyError extends Error {
  readonly code: 'TOO_LARGE' | 'TOO_MANY_ROWS' | 'UNKNOWN_ENCODING';

  constructor(code: BodyError['code'], message: string) {
    super(message);
    this.name = 'BodyError';
    this.code = code;
  }
}

/** A decoded body, in the pieces that it came in: joining those of a large one would hold up the event loop. */
export class Body {
  readonly #pieces: readonly Uint8Array[];
  /** In bytes. */
  readonly length: number;

  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = pieces;
    this.length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  join(): Buffer {
    return Buffer.concat(this.#pieces, this.length);
  }
}

export interface BodyBounds {
  /** Bound on what comes out of the decoder, so that a small body cannot unfold without end. */
  readonly maxBytes: number;
  /** Rows of a list answer that were asked for by `$top`; see {@link boundAnswer}. Default: it is no list. */
  readonly top?: number | undefined;
}

/**
 * The whole of a body with its content coding undone.
 * @param body destroyed where it is not read to its end
 * @throws {BodyError} where it passes its bounds, or is in a coding that was not asked for; zlib's and socket errors as
 * they are
 */
export async function readBody(
  body: Readable,
  encoding: string | undefined,
  bounds: BodyBounds,
): Promise<Body> {
  const decoding = new Decoding(encoding, bounds);
  try {
    await addPieces(body, decoding);
    return await decoding.whole();
  } catch (error) {
    decoding.drop();
    throw error;
  }
}

/** Hands over each piece of a body once the one before it is decoded, and destroys a body that is not decoded to its end. */
export async function addPieces(
  body: Readable,
  decoding: { readonly add: (piece: Uint8Array) => Promise<void> },
): Promise<void> {
  // One that is destroyed tells so by an error, which is expected.
  body.on('error', () => undefined);
  let turnAt = performance.now();
  for await (const piece of body) {
    await decoding.add(piece as Buffer);
    if (performance.now() - turnAt < turnMs) continue;
    // Pieces that are there already come without a pause, and nothing else would be answered meanwhile.
    await nextTurn();
    turnAt = performance.now();
  }
}

/** A body that is decoded piece by piece, as it comes. It ends by `whole` or by `drop`. */
export class Decoding {
  readonly #encoding: string | undefined;
  readonly #maxBytes: number;
  readonly #inspect: (piece: Uint8Array) => void;
  readonly #blocks = new Blocks();
  #add: ((piece: Uint8Array) => Promise<void>) | undefined;
  #end = async (): Promise<void> => undefined;
  #decoder: Transform | undefined;

  constructor(encoding: string | undefined, { maxBytes, top }: BodyBounds) {
    this.#encoding = encoding;
    this.#maxBytes = maxBytes;
    this.#inspect = top === undefined ? () => undefined : boundAnswer(top);
  }

  /**
   * Resolves once all that is known by the piece was decoded and is within bounds.
   * @throws {BodyError} where it is not, or the coding was not asked for; zlib's errors as they are
   */
  async add(piece: Uint8Array): Promise<void> {
    this.#add ??= this.#begin(piece);
    await this.#add(piece);
  }

  /** @throws as {@link add} does, and where the body ends in its middle */
  async whole(): Promise<Body> {
    await this.#end();
    return new Body(this.#blocks.filled());
  }

  /** Frees what it took. */
  drop(): void {
    this.#decoder?.destroy();
  }

  #begin(first: Uint8Array): (piece: Uint8Array) => Promise<void> {
    const decoder = decoderOf(this.#encoding, first);
    this.#decoder = decoder;
    if (decoder === undefined) return async (piece) => this.#take(piece);
    const failed = new Promise<never>((_, reject) => {
      decoder.on('error', reject).on('data', (part: Buffer) => {
        try {
          this.#take(part);
        } catch (error) {
          // Ahead of what the decoder tells as it is destroyed: that the piece was written.
          reject(error);
          decoder.destroy();
        }
      });
    });
    failed.catch(() => undefined);
    const ended = new Promise<void>((resolve) => decoder.once('end', resolve));
    this.#end = async () => {
      decoder.end();
      await Promise.race([ended, failed]);
    };
    return async (piece) => {
      const decoded = new Promise<void>((resolve) => decoder.write(piece, () => resolve()));
      await Promise.race([decoded, failed]);
    };
  }

  #take(part: Uint8Array): void {
    if (this.#blocks.bytes + part.length > this.#maxBytes)
      throw new BodyError('TOO_LARGE', `The body is larger than ${this.#maxBytes} bytes.`);
    this.#inspect(part);
    this.#blocks.add(part);
  }
}

/** Most bytes of a block: so large ones are given back to the system as they are freed, and leave no gaps among small ones. */
const blockBytes = 1024 * 1024;

/** A body as it comes, in blocks. */
class Blocks {
  readonly #full: Uint8Array[] = [];
  #block = new Uint8Array(0);
  /** Bytes of the block that are there. */
  #filled = 0;
  bytes = 0;

  add(part: Uint8Array): void {
    for (let rest = part; rest.length > 0; ) {
      if (this.#filled === this.#block.length) this.#begin(rest.length);
      const taken = rest.subarray(0, this.#block.length - this.#filled);
      this.#block.set(taken, this.#filled);
      this.#filled += taken.length;
      this.bytes += taken.length;
      rest = rest.subarray(taken.length);
    }
  }

  /** All of them, the last cut to what is in it. */
  filled(): readonly Uint8Array[] {
    return [...this.#full, this.#block.subarray(0, this.#filled)];
  }

  /** As large as all before it, or as what is there. */
  #begin(least: number): void {
    if (this.#filled > 0) this.#full.push(this.#block);
    this.#block = new Uint8Array(Math.min(blockBytes, Math.max(least, this.bytes)));
    this.#filled = 0;
  }
}

/** No coding at all: `identity`, and names of character sets that servers were seen to send in its place. */
const plain: ReadonlySet<string> = new Set(['', 'identity', 'none', 'utf-8', 'utf8']);

/** How long pieces are decoded before other work gets the event loop. */
const turnMs = 4;

/** Decoders hand on pieces of this size: with Node's 16 KiB, a 10 MB answer takes about twice as long. */
const zlibOptions = { chunkSize: 256 * 1024 };

function decoderOf(encoding: string | undefined, first: Uint8Array): Transform | undefined {
  const codings = (encoding ?? '').toLowerCase().split(',');
  const coding = codings
    .map((each) => each.trim())
    .filter((each) => !plain.has(each))
    .join(', ');
  switch (coding) {
    case '':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip(zlibOptions);
    case 'deflate':
      // The zlib format by RFC 9110, but some servers send the bare stream; zlib's first byte ends in the bits 1000.
      return (first[0] ?? 0) % 16 === 8 ? createInflate(zlibOptions) : createInflateRaw(zlibOptions);
    case 'br':
      return createBrotliDecompress(zlibOptions);
    default:
      throw new BodyError('UNKNOWN_ENCODING', `Content-Encoding ${coding} was not asked for.`);
  }
}

/** Decoded bytes that an answer may have for each row asked for, on average: a machine takes 1 to 2 KB. */
const rowBytes = 16 * 1024;
/** JSON values for each row, on average: a machine takes about 60. In memory a small one takes ten times its bytes. */
const rowValues = 250;
/** Rows' worth that even the smallest answer may have, as a single machine can have many addresses. */
const spareRows = 100;

/** Bound on the decoded body of an answer to `$top`, in bytes. */
export function answerBytes(top: number): number {
  return (top + spareRows) * rowBytes;
}

/**
 * Bounds a list answer piece by piece as it comes, without parsing it: its rows, which are the elements of an array in
 * the outermost object, and its values, so that it cannot unfold in memory. Measured: 2 ms for a megabyte.
 * @returns a function that is given the pieces in order, and throws where a row begins behind the first `top`, or where
 * there are more values than any such answer has
 */
export function boundAnswer(top: number): (piece: Uint8Array) => void {
  const maxValues = (top + spareRows) * rowValues;
  let depth = 0;
  let inText = false;
  let escaped = false;
  let inList = false;
  let rows = 0;
  let values = 0;
  return (piece) => {
    // By index: an iterator would take three times as long.
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at];
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inText = false;
        continue;
      }
      switch (byte) {
        case quote:
          inText = true;
          break;
        case openBrace:
        case openBracket:
          values += 1;
          depth += 1;
          if (depth !== 2) break;
          inList = byte === openBracket;
          rows = 1;
          break;
        case closeBrace:
        case closeBracket:
          depth -= 1;
          break;
        case comma:
          values += 1;
          if (depth === 2 && inList) rows += 1;
          break;
        default:
          continue;
      }
      if (rows > top && inList) throw tooManyRows(top);
      if (values > maxValues) throw tooManyValues(maxValues);
    }
  };
}

function tooManyRows(top: number): BodyError {
  return new BodyError(
    'TOO_MANY_ROWS',
    `The answer holds more rows than the ${top} that were asked for by $top.`,
  );
}

function tooManyValues(maxValues: number): BodyError {
  return new BodyError('TOO_LARGE', `The answer holds more than ${maxValues} values.`);
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
