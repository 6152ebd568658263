import { untilAborted } from '../cancellation.ts';
import type { DeviceScope } from '../machines/device-scope.ts';
import { type ListAnswer, readListAnswer } from './answer.ts';
import type { Body } from './body.ts';
import { RowThread } from './row-thread.ts';

/**
 * Reads the bodies of list answers without stopping the server: a large one is read in a worker thread. Measured on two
 * cores: a body of 10,000 rows (12.6 MB) takes 270 ms to parse, check and pack, during which nothing else would be
 * answered; handing it over and taking the rows back takes a few. Small ones are read in place, which is quicker for them.
 */
export interface RowReader {
  /**
   * @param body of a large one, the memory of its pieces is transferred
   * @throws {UnreadableAnswer} where the body is no list answer; the signal's reason where all waiting callers left
   */
  readonly read: (body: Body, scope: DeviceScope, signal: AbortSignal) => Promise<ListAnswer>;
  readonly close: () => Promise<void>;
}

/** Bodies of at least this many bytes go to the thread: reading them in place would take more than some 5 ms. */
const threadBytes = 256 * 1024;
/** An idle thread ends after this, which frees its memory; starting one takes about 50 ms. */
const idleMs = 10_000;

/** @param onRead gets the time of reading, in milliseconds, and whether a thread did it */
export function createRowReader(onRead: (ms: number, inThread: boolean) => void): RowReader {
  const thread = new RowThread(idleMs);
  return {
    async read(body, scope, signal) {
      const startedAt = performance.now();
      const inThread = body.length >= threadBytes;
      const answer = inThread
        ? await untilAborted(thread.read(body, scope, signal), signal)
        : readListAnswer(body.join(), scope);
      onRead(performance.now() - startedAt, inThread);
      return answer;
    },
    close: () => thread.close(),
  };
}
