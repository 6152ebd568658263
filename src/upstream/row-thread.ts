import { untilAborted } from '../cancellation.ts';
import type { DeviceScope } from '../machines/device-scope.ts';
import { Thread } from '../thread.ts';
import { type ListAnswer, UnreadableAnswer } from './answer.ts';
import { type BodyBounds, BodyError } from './body.ts';

/** A whole body that a {@link RowThread} has. */
export interface ThreadBody {
  readonly id: number;
  /** Decoded bytes. */
  readonly length: number;
}

/** A body that a {@link RowThread} decodes; see {@link Decoding}. */
export interface DecodingInThread {
  /** @throws also {Error} where the thread ended, and the signal's reason */
  readonly add: (piece: Uint8Array) => Promise<void>;
  readonly whole: () => Promise<ThreadBody>;
  readonly drop: () => void;
}

/**
 * A thread that decodes list answers as they come, and reads them, one message at a time. It starts when first needed, and
 * ends when nothing came for a while; when it ends by itself, the bodies that it had fail, and the next one starts another.
 *
 * A pool such as piscina does more than is needed here, and one thing less: with no least number of threads, what waits
 * in its queue waits for good when a thread ends, or cannot start.
 */
export class RowThread {
  readonly #idleMs: number;
  #thread: Thread<RowTask, RowReply> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #lastId = 0;
  #isClosed = false;
  /** Bodies that the thread has. */
  readonly #held = new Set<number>();

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  /**
   * Begins a body. What it throws, or what its methods throw, ends it.
   * @throws {Error} where the thread ended; the signal's reason
   */
  async begin(
    encoding: string | undefined,
    bounds: BodyBounds,
    signal: AbortSignal,
  ): Promise<DecodingInThread> {
    this.#lastId += 1;
    const id = this.#lastId;
    const call = (task: RowTask, given?: readonly ArrayBuffer[]) =>
      untilAborted(this.#inTurn(task, signal, given), signal);
    try {
      await call({ kind: 'begin', id, encoding, bounds });
    } catch (error) {
      // The caller may have left while the thread started: it has the body then.
      this.#drop(id);
      throw error;
    }
    return {
      add: async (piece) => {
        // A copy, as the memory of a piece is that of others as well.
        const own = new Uint8Array(piece);
        await call({ kind: 'add', id, piece: own }, [own.buffer]);
      },
      whole: async () => {
        const reply = await call({ kind: 'end', id });
        if (reply.kind !== 'whole') throw new Error('The thread that reads rows told no length.');
        return { id, length: reply.length };
      },
      drop: () => this.#drop(id),
    };
  }

  /**
   * Reads a body, which the thread lets go.
   * @throws {UnreadableAnswer} where the body is no list answer, {Error} where the thread ended; the signal's reason where
   * it went off before its turn. A body that is being read is read to its end: to end the thread and start another would take as long.
   */
  async read({ id }: ThreadBody, scope: DeviceScope, signal: AbortSignal): Promise<ListAnswer> {
    try {
      const reply = await this.#inTurn({ kind: 'read', id, scope }, signal);
      if (reply.kind !== 'read') throw new Error('The thread that reads rows gave none.');
      return reply.answer;
    } finally {
      this.#drop(id);
    }
  }

  /** Ends the thread behind what was asked of it. Bodies on their way fail, and no other thread starts. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turn;
    clearTimeout(this.#idle);
    await this.#thread?.end();
  }

  #inTurn(task: RowTask, signal: AbortSignal, given?: readonly ArrayBuffer[]): Promise<RowReply> {
    const reply = this.#turn.then(() => {
      signal.throwIfAborted();
      return this.#run(task, given);
    });
    this.#turn = reply.catch(() => undefined);
    return reply;
  }

  async #run(task: RowTask, given?: readonly ArrayBuffer[]): Promise<RowReply> {
    clearTimeout(this.#idle);
    try {
      if (task.kind === 'begin') this.#held.add(task.id);
      if (task.kind === 'read') this.#held.delete(task.id);
      const reply = await this.#running().call(task, given);
      if (reply.kind === 'failed') throw errorOf(reply.failure);
      return reply;
    } finally {
      this.#idle = setTimeout(() => this.#rest(), this.#idleMs).unref();
    }
  }

  /** Behind what is under way. A body that was read, or whose thread ended, is dropped already. */
  #drop(id: number): void {
    const dropped = this.#turn.then(async () => {
      const wasHeld = this.#held.delete(id);
      if (wasHeld && this.#thread?.hasEnded === false) await this.#run({ kind: 'drop', id });
    });
    this.#turn = dropped.catch(() => undefined);
  }

  #running(): Thread<RowTask, RowReply> {
    if (this.#thread === undefined || this.#thread.hasEnded) {
      if (this.#isClosed) throw new Error('The thread that reads rows is closed.');
      this.#thread = new Thread({
        file: 'row-worker',
        from: import.meta.url,
        name: 'The thread that reads rows',
      });
    }
    return this.#thread;
  }

  #rest(): void {
    // What is still on its way may pause for longer.
    if (this.#held.size > 0) return;
    void this.#thread?.end();
    this.#thread = undefined;
  }
}

/** A message to the thread, about one body. */
export type RowTask =
  | {
      readonly kind: 'begin';
      readonly id: number;
      readonly encoding: string | undefined;
      readonly bounds: BodyBounds;
    }
  | { readonly kind: 'add'; readonly id: number; readonly piece: Uint8Array }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'read'; readonly id: number; readonly scope: DeviceScope }
  | { readonly kind: 'drop'; readonly id: number };

/** Its answer. */
export type RowReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'whole'; readonly length: number }
  | { readonly kind: 'read'; readonly answer: ListAnswer }
  | { readonly kind: 'failed'; readonly failure: RowFailure };

/** An error in a form that crosses threads: of an error itself only the text is left. */
export type RowFailure =
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'body'; readonly code: BodyError['code']; readonly message: string }
  /** By zlib, whose code tells what it is. */
  | { readonly kind: 'coding'; readonly code: string; readonly message: string };

function errorOf(failure: RowFailure): Error {
  switch (failure.kind) {
    case 'unreadable':
      return new UnreadableAnswer(failure.message);
    case 'body':
      return new BodyError(failure.code, failure.message);
    case 'coding':
      return Object.assign(new Error(failure.message), { code: failure.code });
    default:
      return failure satisfies never;
  }
}
