import type { ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import { type ContentCoding, compressorOf } from './content-coding.ts';

/** Compressions at once. The thread pool has four threads, which names, files and signatures need as well. */
const mostAtOnce = 2;
/** Most bytes of answers that wait to be compressed, and most of those that are kept compressed. */
const maxWaitingBytes = 16 * 1024 * 1024;
const maxKeptBytes = 32 * 1024 * 1024;
/** A kept answer beside its bytes: key, object and place. */
const keptOverheadBytes = 500;

/**
 * Compresses answers beside the event loop, and keeps those whose content has a name. Only so many are compressed at once;
 * where too many bytes wait for that, an answer goes as it is.
 */
export class EncodedAnswers {
  readonly #kept = new LRUCache<string, Buffer>({
    maxSize: maxKeptBytes,
    sizeCalculation: ({ length }) => length + keptOverheadBytes,
  });
  readonly #waiting = new Set<() => void>();
  #waitingBytes = 0;
  #running = 0;

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#kept.calculatedSize;
  }

  /** What is kept under a version. */
  known(version: string, coding: ContentCoding): Buffer | undefined {
    return this.#kept.get(`${coding} ${version}`);
  }

  /**
   * @param version names the bytes; undefined where they are not worth keeping
   * @param response of the caller, with whom the work ends
   * @returns undefined where the answer is sent as it is, or its caller has left
   */
  async encode(
    pieces: readonly Uint8Array[],
    coding: ContentCoding,
    version: string | undefined,
    response: ServerResponse,
  ): Promise<Buffer | undefined> {
    if (!(await this.#turn(bytesOf(pieces), response))) return undefined;
    try {
      // Another caller may have had the same one compressed meanwhile.
      const known = version === undefined ? undefined : this.known(version, coding);
      if (known !== undefined || response.closed) return known;
      const encoded = await compress(pieces, coding, response);
      if (encoded !== undefined && version !== undefined) this.#kept.set(`${coding} ${version}`, encoded);
      return encoded;
    } finally {
      this.#passOn();
    }
  }

  /** Waits until it may run. @returns false where too much waits already, or the caller has gone: then it may not */
  async #turn(bytes: number, response: ServerResponse): Promise<boolean> {
    if (this.#running < mostAtOnce) {
      this.#running += 1;
      return true;
    }
    if (response.closed || this.#waitingBytes + bytes > maxWaitingBytes) return false;
    this.#waitingBytes += bytes;
    const mayRun = await new Promise<boolean>((resolve) => {
      const run = (): void => end(true);
      const leave = (): void => end(false);
      const end = (may: boolean): void => {
        this.#waiting.delete(run);
        response.off('close', leave);
        resolve(may);
      };
      this.#waiting.add(run);
      response.once('close', leave);
    });
    this.#waitingBytes -= bytes;
    return mayRun;
  }

  /** Passes a place to the one that has waited longest. */
  #passOn(): void {
    const [run] = this.#waiting;
    if (run === undefined) this.#running -= 1;
    else run();
  }
}

export const bytesOf = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, { length }) => sum + length, 0);

/** @returns undefined where the caller has gone before the end */
function compress(
  pieces: readonly Uint8Array[],
  coding: ContentCoding,
  response: ServerResponse,
): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const compressor = compressorOf(coding);
    const encoded: Buffer[] = [];
    const leave = (): void => void compressor.destroy();
    compressor.on('data', (piece: Buffer) => encoded.push(piece));
    compressor.once('end', () => resolve(Buffer.concat(encoded)));
    compressor.once('error', reject);
    compressor.once('close', () => {
      response.off('close', leave);
      // Where it has not come to its end.
      resolve(undefined);
    });
    response.once('close', leave);
    for (const piece of pieces) compressor.write(piece);
    compressor.end();
  });
}
