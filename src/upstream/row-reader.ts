import { untilAborted } from '../cancellation.ts';
import type { DeviceScope } from '../machines/device-scope.ts';
import { type ListAnswer, readListAnswer } from './answer.ts';
import { RowThread } from './row-thread.ts';

/**
 * Reads the bodies of list answers without stopping the server: a large one is read in a worker thread. Measured on two
 * cores: a body of 10,000 rows (12.6 MB) takes 270 ms to parse, check and pack, during which nothing else would be
 * answered; handing it over and taking the rows back takes a few. Small ones are read in place, which is quicker for them.
 */
export interface RowReader {
  /** @throws {Error} where the body is no list answer; the signal's reason where nobody waits any longer */
  readonly read: (body: Buffer, scope: DeviceScope, signal: AbortSignal) => Promise<ListAnswer>;
  readonly close: () => Promise<void>;
}

/** Bodies of at least this many bytes go to the thread: reading them in place would take more than some 5 ms. */
const threadBytes = 256 * 1024;
/** An idle thread is let go after this; starting one takes about 50 ms. */
const idleMs = 60_000;

/** @param onRead told how long reading took, in milliseconds, and whether a thread did it */
export function createRowReader(onRead: (ms: number, inThread: boolean) => void): RowReader {
  const thread = new RowThread(idleMs);
  return {
    async read(body, scope, signal) {
      const startedAt = performance.now();
      const inThread = body.length >= threadBytes;
      const answer = inThread
        ? await untilAborted(
            thread.read(() => ownBuffer(body), scope, signal),
            signal,
          )
        : readListAnswer(body, scope);
      onRead(performance.now() - startedAt, inThread);
      return answer;
    },
    close: () => thread.close(),
  };
}

/** The bytes in a buffer of their own, which can be given away. */
function ownBuffer(body: Buffer): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = body;
  return buffer instanceof ArrayBuffer && byteOffset === 0 && buffer.byteLength === byteLength
    ? buffer
    : new Uint8Array(body).buffer;
}
