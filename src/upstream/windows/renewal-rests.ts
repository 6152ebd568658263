import { LRUCache } from 'lru-cache';
import type { UpstreamError } from '../upstream-error.ts';

/**
 * What has failed to be renewed or read ahead is left alone for a while, longer each time: as long as what is held can be
 * served, an upstream that is down must not cost a call for each query.
 */
export class RenewalRests {
  readonly #now: () => number;
  readonly #rests = new LRUCache<string, Rest>({ max: maxRests });

  /** @param now clock, in epoch milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** With what it failed, for as long as it rests. */
  failureOf(key: string): UpstreamError | undefined {
    const rest = this.#rests.get(key);
    return rest !== undefined && this.#now() < rest.until ? rest.failure : undefined;
  }

  begin(key: string, failure: UpstreamError): void {
    const ms = Math.min(longestMs, (this.#rests.get(key)?.ms ?? firstMs / 2) * 2);
    this.#rests.set(key, { failure, ms, until: this.#now() + ms });
  }

  end(key: string): void {
    this.#rests.delete(key);
  }
}

interface Rest {
  readonly failure: UpstreamError;
  readonly ms: number;
  /** Epoch milliseconds. */
  readonly until: number;
}

const firstMs = 5_000;
const longestMs = 60_000;
/** What is forgotten is only asked for a little sooner. */
const maxRests = 10_000;
