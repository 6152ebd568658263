import { LRUCache } from 'lru-cache';

/**
 * What has failed to be renewed or read ahead is left alone for a while, longer each time: as long as what is held can be served, an
 * upstream that is down must not cost a call for each query.
 */
export class RenewalRests {
  readonly #now: () => number;
  readonly #rests = new LRUCache<string, Rest>({ max: maxRests });

  /** @param now clock, in epoch milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  isResting(key: string): boolean {
    return this.#now() < (this.#rests.get(key)?.until ?? 0);
  }

  begin(key: string): void {
    const ms = Math.min(longestMs, (this.#rests.get(key)?.ms ?? firstMs / 2) * 2);
    this.#rests.set(key, { ms, until: this.#now() + ms });
  }

  end(key: string): void {
    this.#rests.delete(key);
  }
}

interface Rest {
  readonly ms: number;
  /** Epoch milliseconds. */
  readonly until: number;
}

const firstMs = 5_000;
const longestMs = 60_000;
/** What is forgotten is only asked for a little sooner. */
const maxRests = 10_000;
