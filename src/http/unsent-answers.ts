import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { whenDone } from './connections.ts';

/** Why a connection is closed: its caller took too long over an answer, or others needed the memory. */
export type CutReason = 'timeout' | 'memory';

export interface UnsentAnswersOptions {
  /** Time for a caller to take a whole answer. */
  readonly timeoutMs: number;
  /** Most bytes of all answers that wait to be taken; a single one may be larger. */
  readonly maxBytes: number;
  readonly onCut: (socket: Socket, reason: CutReason) => void;
}

interface Unsent {
  readonly bytes: number;
  readonly cut: (reason: CutReason) => void;
}

/**
 * Answers that were handed over and that their callers have not yet taken.
 *
 * Such an answer lies in memory for as long as its caller likes. So it has a deadline. Where all of them come to too many
 * bytes, the connection of the oldest is closed: callers who read are done within moments, and those who do not are
 * always the oldest. Hence no caller who reads waits or is rejected because of those who do not.
 */
export class UnsentAnswers {
  readonly #options: UnsentAnswersOptions;
  /** By connection, the oldest answer first. A connection has one answer at a time. */
  readonly #answers = new Map<Socket, Unsent>();
  #bytes = 0;

  constructor(options: UnsentAnswersOptions) {
    this.#options = options;
  }

  /** Bytes of all of them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Follows a response from the moment when its answer has been handed over whole. */
  watch(response: ServerResponse): void {
    // Node's name for that moment; `finish` comes when the system has taken the last byte.
    response.once('prefinish', () => {
      const { socket } = response;
      // Nothing is left where the caller reads, or where the answer fits into what the system itself buffers.
      if (socket === null || socket.writableLength === 0) return;
      whenDone(
        response,
        this.follow(socket, () => socket.destroy()),
      );
    });
  }

  /**
   * Follows what lies on a connection now, until the returned function is called.
   * @param cut ends the connection, or has it end soon
   */
  follow(socket: Socket, cut: (reason: CutReason) => void): () => void {
    const timer = setTimeout(() => this.#cut(socket, 'timeout'), this.#options.timeoutMs);
    this.#add(socket, { bytes: socket.writableLength, cut });
    return () => {
      clearTimeout(timer);
      this.#remove(socket);
    };
  }

  #add(socket: Socket, unsent: Unsent): void {
    this.#answers.set(socket, unsent);
    this.#bytes += unsent.bytes;
    for (const oldest of this.#answers.keys()) {
      if (this.#bytes <= this.#options.maxBytes || oldest === socket) return;
      this.#cut(oldest, 'memory');
    }
  }

  #cut(socket: Socket, reason: CutReason): void {
    const unsent = this.#answers.get(socket);
    if (unsent === undefined) return;
    this.#options.onCut(socket, reason);
    this.#remove(socket);
    unsent.cut(reason);
  }

  #remove(socket: Socket): void {
    this.#bytes -= this.#answers.get(socket)?.bytes ?? 0;
    this.#answers.delete(socket);
  }
}
