import type { Caller } from '../../auth/callers/caller.ts';
import type { Places } from '../places.ts';
import type { StreamEnd } from './stream-end.ts';

/** Why no further stream is taken, as metrics and `extensions.code` name it, and in words for the caller. */
export interface StreamRefusal {
  readonly reason: 'overloaded' | 'rate_limited';
  readonly message: string;
}

/** A connection that subscriptions may be on. It counts as one of them while it has none. */
export interface StreamConnection {
  /** A place for a subscription. @returns gives it back */
  readonly place: () => (() => void) | StreamRefusal;
  /** Gives back what the connection itself takes. */
  readonly leave: () => void;
}

const longestTimerMs = 2 ** 31 - 1;

/** All streams that are open, within bounds of all and of each caller; none outlives the token of its caller. */
export class OpenStreams {
  readonly #places: Places;
  readonly #now: () => number;
  readonly #onEnd: (why: StreamEnd) => void;
  readonly #ends = new Set<(why: StreamEnd) => void>();
  #isClosed = false;

  /** @param now wall clock, in epoch milliseconds @param onEnd called for each connection that is ended from here */
  constructor(places: Places, now: () => number, onEnd: (why: StreamEnd) => void) {
    this.#places = places;
    this.#now = now;
    this.#onEnd = onEnd;
  }

  get size(): number {
    return this.#places.taken;
  }

  /** @param end ends the connection; called once at most */
  connect(caller: Caller, end: (why: StreamEnd) => void): StreamConnection | StreamRefusal {
    const id = caller.kind === 'known' ? caller.id : undefined;
    const own = this.#take(id);
    if (typeof own !== 'function') return own;
    const endOnce = (why: StreamEnd): void => {
      leave();
      this.#onEnd(why);
      end(why);
    };
    const stopTimer =
      caller.kind === 'known'
        ? this.#at(caller.tokenExpiresAt, () => endOnce('token expired'))
        : () => undefined;
    const leave = (): void => {
      this.#ends.delete(endOnce);
      stopTimer();
      own();
    };
    this.#ends.add(endOnce);
    let isOwnUsed = false;
    return {
      place: () => {
        if (isOwnUsed) return this.#take(id);
        isOwnUsed = true;
        return () => {
          isOwnUsed = false;
        };
      },
      leave,
    };
  }

  /** Ends all, and takes no more. */
  close(): void {
    this.#isClosed = true;
    for (const end of [...this.#ends]) end('stopping');
  }

  #take(caller: string | undefined): (() => void) | StreamRefusal {
    const ofAll = this.#isClosed ? undefined : this.#places.take();
    if (ofAll === undefined) {
      return {
        reason: 'overloaded',
        message: 'Too many subscriptions are open. Try again later.',
      };
    }
    const ofCaller = this.#places.takeOf(caller);
    if (ofCaller === undefined) {
      ofAll();
      const message = `You have ${this.#places.mostOfOne} subscriptions, the most for one caller.`;
      return { reason: 'rate_limited', message };
    }
    return () => {
      ofAll();
      ofCaller();
    };
  }

  /** @returns cancels it */
  #at(epochMs: number, run: () => void): () => void {
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      const leftMs = epochMs - this.#now();
      timer = setTimeout(
        leftMs <= longestTimerMs ? run : wait,
        Math.min(Math.max(leftMs, 0), longestTimerMs),
      );
    };
    wait();
    return () => clearTimeout(timer);
  }
}
