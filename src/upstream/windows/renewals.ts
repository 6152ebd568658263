import { timeLimit } from '../../cancellation.ts';
import type { Call, Usage } from '../../machines/source.ts';
import { UpstreamError } from '../upstream-error.ts';
import { RenewalRests } from './renewal-rests.ts';

/** How what is held is renewed: behind those who are served meanwhile, or ahead of them, and seldom where it fails. */
export interface RenewalOptions {
  /** Longest time that a caller waits for a newer answer while an old one is at hand, in milliseconds. */
  readonly patienceMs: number;
  /** Time for work in the background, in milliseconds. */
  readonly backgroundMs: number;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
  /** Told of a renewal or a read-ahead that failed; callers are served by what is held. */
  readonly onBackgroundFailure: (error: unknown) => void;
}

export class Renewals {
  readonly #options: RenewalOptions;
  readonly #rests: RenewalRests;

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.#rests = new RenewalRests(options.now);
  }

  /**
   * With what it failed so lately that it is left alone: what is held is served meanwhile, or, where upstream has refused
   * the principal, the refusal.
   */
  failureOf(key: string): UpstreamError | undefined {
    return this.#rests.failureOf(key);
  }

  /** Does work that is to rest, under these keys, where it fails. */
  async restingAfterFailure<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      for (const key of keys) this.#rests.end(key);
      return result;
    } catch (error) {
      // What our own quota has held back, or lacks a sign-in, cost no call, and may be wanted again at once.
      const tookCall =
        error instanceof UpstreamError &&
        !error.isOwnQuota &&
        (error.isPassing || error.status !== undefined);
      if (tookCall) for (const key of keys) this.#rests.begin(key, error);
      throw error;
    }
  }

  /** Does what nobody waits for, within a time of its own; no request is told that it took a call. */
  behind(call: Call, work: (background: Call) => Promise<unknown>): void {
    const { backgroundMs, now, onBackgroundFailure } = this.#options;
    const limit = timeLimit(backgroundMs);
    const deadline = now() + backgroundMs;
    work({ ...call, lane: 'background', signal: limit.signal, deadline, usage: untold })
      .catch(onBackgroundFailure)
      .finally(limit.lift);
  }

  /**
   * Renews, but waits no longer than the patience; the renewal itself goes on.
   * @param renew joins those who renew the same
   */
  async within<T>(call: Call, renew: (call: Call) => Promise<T>): Promise<T> {
    const { patienceMs, now } = this.#options;
    // At most half of the caller's time, so that there is some left to serve what is held.
    const waitMs = Math.min(patienceMs, Math.max(0, call.deadline - now()) / 2);
    const patience = timeLimit(waitMs, call.signal);
    try {
      // The quota, too, is told how long it may take: where it cannot, as while upstream is shut, it says so at once.
      const renewal = renew({ ...call, signal: patience.signal, deadline: now() + waitMs });
      this.behind(call, renew);
      return await renewal;
    } finally {
      patience.lift();
    }
  }
}

const untold: Usage = { called: () => undefined, served: () => undefined };
