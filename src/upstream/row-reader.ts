import type { Readable } from 'node:stream';
import { untilAborted } from '../cancellation.ts';
import type { DeviceScope } from '../machines/device-scope.ts';
import { type ListAnswer, readListAnswer } from './answer.ts';
import { addPieces, Body, type BodyBounds, BodyError, Decoding } from './body.ts';
import { type DecodingInThread, RowThread, type ThreadBody } from './row-thread.ts';
import type { CodedBody } from './transport.ts';

/**
 * Reads the bodies of list answers without stopping the server: a large one is decoded and read in a worker thread, to which
 * it goes as it comes. Measured on two cores: a body of 10,000 rows (12.7 MB) takes 40 ms to inflate and bound, and 270 ms to
 * parse, check and pack, during which nothing else would be answered. Small ones are read in place, which is quicker for them.
 */
export interface RowReader {
  /** @param top rows asked for, which bound the answer */
  readonly open: (top: number) => ListBody;
  readonly close: () => Promise<void>;
}

/** The body of one list answer: taken whole, then read. */
export interface ListBody {
  /** Decoded bytes, once it is taken; 0 before. */
  readonly length: number;
  /**
   * @param body the encoded stream; destroyed where an error ends the reading
   * @throws what {@link readBody} throws; {Error} where the thread ended; the signal's reason where it went off
   */
  readonly take: (body: Readable, coded: CodedBody) => Promise<void>;
  /**
   * Reads it, once.
   * @throws {UnreadableAnswer} where it is no list answer; the signal's reason where all waiting callers left
   */
  readonly read: (scope: DeviceScope, signal: AbortSignal) => Promise<ListAnswer>;
}

/** Most decoded bytes of a body that is read in place: more would take longer than some 5 ms. */
const placeBytes = 256 * 1024;
/** An idle thread ends after this, which frees its memory; starting one takes about 50 ms. */
const idleMs = 10_000;

type OnRead = (ms: number, inThread: boolean) => void;

/** @param onRead gets the time of reading, in milliseconds, and whether a thread did it */
export function createRowReader(onRead: OnRead): RowReader {
  const thread = new RowThread(idleMs);
  return {
    open: (top) => new ReceivedList(top, thread, onRead),
    close: () => thread.close(),
  };
}

class ReceivedList implements ListBody {
  readonly #top: number;
  readonly #thread: RowThread;
  readonly #onRead: OnRead;
  #body: Body | ThreadBody | undefined;

  constructor(top: number, thread: RowThread, onRead: OnRead) {
    this.#top = top;
    this.#thread = thread;
    this.#onRead = onRead;
  }

  get length(): number {
    return this.#body?.length ?? 0;
  }

  /** Decodes in place as long as little comes of it; then begins anew in the thread, with what came so far. */
  async take(body: Readable, { encoding, maxBytes, signal }: CodedBody): Promise<void> {
    const bounds: BodyBounds = { maxBytes, top: this.#top };
    const inPlace = new Decoding(encoding, { ...bounds, maxBytes: Math.min(maxBytes, placeBytes) });
    const first: Uint8Array[] = [];
    let encodedBytes = 0;
    let inThread: DecodingInThread | undefined;
    const handOver = async (): Promise<undefined> => {
      inPlace.drop();
      inThread = await this.#thread.begin(encoding, bounds, signal);
      for (const piece of first.splice(0)) await inThread.add(piece);
    };
    const handOverLarge = async (error: unknown): Promise<undefined> => {
      if (!(error instanceof BodyError && error.code === 'TOO_LARGE')) throw error;
      await handOver();
    };
    const add = async (piece: Uint8Array): Promise<void> => {
      if (inThread !== undefined) return await inThread.add(piece);
      first.push(piece);
      encodedBytes += piece.length;
      // Much may come of which nothing is decoded, such as what stands behind the end: the thread keeps none of it.
      await (encodedBytes > placeBytes ? handOver() : inPlace.add(piece).catch(handOverLarge));
    };
    try {
      await addPieces(body, { add });
      if (inThread === undefined) this.#body = await inPlace.whole().catch(handOverLarge);
      this.#body ??= await inThread?.whole();
    } catch (error) {
      (inThread ?? inPlace).drop();
      throw error;
    }
  }

  async read(scope: DeviceScope, signal: AbortSignal): Promise<ListAnswer> {
    const startedAt = performance.now();
    const body = this.#body;
    if (body === undefined) throw new Error('The body was not taken.');
    const inThread = !(body instanceof Body);
    const answer = inThread
      ? await untilAborted(this.#thread.read(body, scope, signal), signal)
      : readListAnswer(body.join(), scope);
    this.#onRead(performance.now() - startedAt, inThread);
    return answer;
  }
}
