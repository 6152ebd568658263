import { LRUCache } from 'lru-cache';
import { UpstreamError, type UpstreamErrorDetails } from './upstream-error.ts';

/**
 * Backs off from a key that failed: for 5 s, and after each further failure twice as long, up to 60 s. As long as something
 * older can be served, an upstream that is down must not cost a call for each query.
 *
 * Only the error for callers is kept: no stack, no cause, no answer of upstream.
 */
export class BackOff {
  readonly #monotonic: () => number;
  readonly #pauses = new LRUCache<string, Pause>({ max: maxKeys });

  /** @param monotonic clock, in milliseconds */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Whether the last try failed, and the next one should wait. */
  isOn(key: string): boolean {
    return this.#pause(key) !== undefined;
  }

  /** @throws {UpstreamError} the rejection, while the back-off from it lasts */
  throwRefusal(key: string): void {
    const pause = this.#pause(key);
    if (pause?.isRefusal === true) throw new UpstreamError(pause.failure);
  }

  /** @throws {UpstreamError} what the last try failed with, while the next one should wait, and how long */
  throwFailure(key: string): void {
    const pause = this.#pause(key);
    if (pause === undefined) return;
    const error = new UpstreamError(pause.failure);
    if (!error.isPassing) throw error;
    const leftMs = this.leftMs(key);
    const passedMs = pause.ms - leftMs;
    const saidMs = (error.retryAfterSeconds ?? 0) * 1_000 - passedMs;
    throw new UpstreamError({ ...pause.failure, retryAfterSeconds: secondsOf(Math.max(leftMs, saidMs)) });
  }

  /** How long the next try should wait, in milliseconds. */
  leftMs(key: string): number {
    const pause = this.#pause(key);
    return pause === undefined ? 0 : pause.until - this.#monotonic();
  }

  /** Runs work; a failure starts or extends the back-off. */
  async watch<T>(key: string, work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#pauses.delete(key);
      return result;
    } catch (error) {
      if (error instanceof UpstreamError && tookCall(error)) this.#begin(key, error);
      throw error;
    }
  }

  #begin(key: string, error: UpstreamError): void {
    const ms = Math.min(longestMs, (this.#pauses.get(key)?.ms ?? firstMs / 2) * 2);
    const { isRefusalOfPrincipal: isRefusal, details: failure } = error;
    this.#pauses.set(key, { ms, until: this.#monotonic() + ms, failure, isRefusal });
  }

  #pause(key: string): Pause | undefined {
    const pause = this.#pauses.get(key);
    return pause !== undefined && this.#monotonic() < pause.until ? pause : undefined;
  }
}

interface Pause {
  readonly ms: number;
  /** By the monotonic clock. */
  readonly until: number;
  /** For callers. */
  readonly failure: UpstreamErrorDetails;
  /** Whether upstream rejected the principal. */
  readonly isRefusal: boolean;
}

/** A wait in whole seconds, 1 or more, for `Retry-After`. */
export const secondsOf = (waitMs: number): number => Math.max(1, Math.ceil(waitMs / 1_000));

const firstMs = 5_000;
const longestMs = 60_000;
/** Bound on the keys remembered, at most 1 KB each. An evicted key is only tried a little sooner. */
const maxKeys = 10_000;

/** A call rejected by our own quota or for want of a token cost nothing and may be retried at once. */
const tookCall = (error: UpstreamError): boolean =>
  !error.isOwnQuota && (error.isPassing || error.status !== undefined);
