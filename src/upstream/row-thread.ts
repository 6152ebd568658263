import type { DeviceScope } from '../machines/device-scope.ts';
import { Thread } from '../thread.ts';
import { type ListAnswer, UnreadableAnswer } from './answer.ts';
import type { Body } from './body.ts';

/**
 * A thread that reads list answers, one at a time. It starts when first needed, and ends when nothing came for a
 * while; when it ends by itself, the body that it had fails, and the next one starts another thread.
 *
 * A pool such as piscina does more than is needed here, and one thing less: with no least number of threads, what waits
 * in its queue waits for good when a thread ends, or cannot start.
 */
export class RowThread {
  readonly #idleMs: number;
  #thread: Thread<RowTask, ReadRows> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  /**
   * @param body is transferred to the thread
   * @throws {UnreadableAnswer} where the body is no list answer, {Error} where the thread ended; the signal's reason where
   * it went off before its turn. A body that is being read is read to its end: to end the thread and start another would take as long.
   */
  read(body: Body, scope: DeviceScope, signal: AbortSignal): Promise<ListAnswer> {
    const read = this.#turn.then(() => {
      signal.throwIfAborted();
      return this.#run({ pieces: body.pieces, scope });
    });
    this.#turn = read.catch(() => undefined);
    return read;
  }

  /** Ends the thread once it has read all bodies. */
  async close(): Promise<void> {
    await this.#turn;
    clearTimeout(this.#idle);
    await this.#thread?.end();
  }

  async #run(task: RowTask): Promise<ListAnswer> {
    clearTimeout(this.#idle);
    try {
      const read = await this.#running().call(
        task,
        task.pieces.map(({ buffer }) => buffer),
      );
      if ('problem' in read) throw new UnreadableAnswer(read.problem);
      return read.answer;
    } finally {
      this.#idle = setTimeout(() => this.#rest(), this.#idleMs).unref();
    }
  }

  #running(): Thread<RowTask, ReadRows> {
    if (this.#thread === undefined || this.#thread.hasEnded) {
      this.#thread = new Thread({
        file: 'row-worker',
        from: import.meta.url,
        name: 'The thread that reads rows',
      });
    }
    return this.#thread;
  }

  #rest(): void {
    void this.#thread?.end();
    this.#thread = undefined;
  }
}

/** A message to the thread. */
export interface RowTask {
  readonly pieces: readonly Uint8Array<ArrayBuffer>[];
  readonly scope: DeviceScope;
}

/** Its answer: the rows, or why the body is no list answer. */
export type ReadRows = { readonly answer: ListAnswer } | { readonly problem: string };
