import type { RenderedRows } from './rendered-rows.ts';
import type { RenderedStore, StoreKey } from './rendered-store.ts';

/** Bytes of an answer up to which it is kept in one piece; larger ones are not copied. */
const fewBytes = 64 * 1024;
/** More pieces than this cost more to send than to join. */
const mostPieces = 64;

/** Bytes, or where they lie: in rows that the store keeps for all who need them, and may drop. */
export type Piece = Buffer | KeptPiece;

interface KeptPiece {
  readonly key: StoreKey<RenderedRows>;
  readonly from: number;
  readonly to: number;
}

/** The bytes of some pieces; undefined where the store has dropped some of them. */
export function bytesOfPieces(pieces: readonly Piece[], store: RenderedStore): Buffer[] | undefined {
  const found: Buffer[] = [];
  for (const piece of pieces) {
    if (Buffer.isBuffer(piece)) found.push(piece);
    else {
      const rows = store.get(piece.key);
      if (rows === undefined) return undefined;
      found.push(rows.bytes.subarray(piece.from, piece.to));
    }
  }
  return found;
}

/** What was gathered: bytes to be sent, and pieces to be kept. */
export interface Gathered {
  readonly bytes: readonly Buffer[];
  readonly pieces: readonly Piece[];
  /** Bytes that keeping the pieces takes, beside what the store keeps anyway. */
  readonly ownBytes: number;
}

/** Gathers an answer, of text and of parts of buffers that are no longer written to. */
export class PieceWriter {
  readonly #bytes: Buffer[] = [];
  readonly #pieces: Piece[] = [];
  #text = '';

  text(text: string): void {
    this.#text += text;
  }

  /** @param key under which the store keeps the rows that they are a part of; undefined where it does not */
  bytes(bytes: Buffer, key: StoreKey<RenderedRows> | undefined): void {
    this.#flush();
    this.#bytes.push(bytes);
    const from = bytes.byteOffset;
    this.#pieces.push(key === undefined ? bytes : { key, from, to: from + bytes.length });
  }

  end(): Gathered {
    this.#flush();
    const length = this.#bytes.reduce((total, piece) => total + piece.length, 0);
    if (length > fewBytes && this.#bytes.length <= mostPieces) {
      const own = this.#pieces.filter((piece) => Buffer.isBuffer(piece));
      const ownBytes = own.reduce((total, { buffer }) => total + buffer.byteLength, 0);
      return { bytes: this.#bytes, pieces: this.#pieces, ownBytes };
    }
    const joined = join(this.#bytes);
    return { bytes: [joined], pieces: [joined], ownBytes: length };
  }

  #flush(): void {
    if (this.#text === '') return;
    const bytes = Buffer.from(this.#text);
    this.#bytes.push(bytes);
    this.#pieces.push(bytes);
    this.#text = '';
  }
}

/** One buffer of its own, so that neither a shared pool nor a whole chunk is kept for a part of it. */
export function join(pieces: readonly Buffer[]): Buffer {
  const joined = Buffer.allocUnsafeSlow(pieces.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
