import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as nextRound } from 'node:timers/promises';
import type { GraphQLFormattedError } from 'graphql';
import type { Answers, AnswerTexts } from '../../graphql/context.ts';
import type { UnsentAnswers } from '../unsent-answers.ts';

/** Bytes that may lie on a connection before its reader has to take them, beside what was handed on last. */
export const maxUnsentOfStream = 256 * 1024;

/** What a stream is written to: no more than its reader takes. */
export class StreamLine {
  readonly #socket: Socket;
  readonly #unsent: UnsentAnswers;
  readonly #onSlow: (isMemoryNeeded: boolean) => void;
  #taken: Promise<void> | undefined;

  /** @param onSlow called where its reader was too slow; the connection must be ended */
  constructor(socket: Socket, unsent: UnsentAnswers, onSlow: (isMemoryNeeded: boolean) => void) {
    this.#socket = socket;
    this.#unsent = unsent;
    this.#onSlow = onSlow;
  }

  /** Resolves once its reader has taken what lies there, or it has closed. */
  async room(): Promise<void> {
    if (this.#socket.writableLength <= maxUnsentOfStream || this.#socket.destroyed) return;
    this.#taken ??= this.#untilTaken();
    await this.#taken;
  }

  async #untilTaken(): Promise<void> {
    const closed = new AbortController();
    const onClose = (): void => closed.abort();
    const stopFollowing = this.#unsent.follow(this.#socket, (reason) => this.#onSlow(reason === 'memory'));
    this.#socket.once('close', onClose);
    try {
      await once(this.#socket, 'drain', { signal: closed.signal });
    } catch {
      // Closed, or broken: nothing more will be written.
    } finally {
      this.#socket.removeListener('close', onClose);
      stopFollowing();
      this.#taken = undefined;
    }
  }
}

/**
 * Hands on answers as their reader takes them, in turn with other streams.
 * @param signal ends it
 * @returns what the answers broke off with
 */
export async function deliver(
  answers: Answers,
  line: StreamLine,
  signal: AbortSignal,
  write: (texts: AnswerTexts) => void,
): Promise<GraphQLFormattedError | undefined> {
  while (!signal.aborted) {
    const next = await answers.next();
    if (next.done === true) return next.value;
    await nextRound();
    if (signal.aborted) break;
    write(next.value);
    await line.room();
  }
  await answers.return(undefined);
  return undefined;
}
