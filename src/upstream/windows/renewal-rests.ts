import { LRUCache } from 'lru-cache';
import type { ListKey } from './list.ts';

/**
 * Lists whose renewal has failed are left alone for a while, longer each time: as long as what is held can be served, an
 * upstream that is down must not cost a call for each query.
 */
export class RenewalRests {
  readonly #now: () => number;
  readonly #rests = new LRUCache<ListKey, Rest>({ max: maxRests });

  /** @param now clock, in epoch milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  isResting(list: ListKey): boolean {
    return this.#now() < (this.#rests.get(list)?.until ?? 0);
  }

  begin(list: ListKey): void {
    const ms = Math.min(longestMs, (this.#rests.get(list)?.ms ?? firstMs / 2) * 2);
    this.#rests.set(list, { ms, until: this.#now() + ms });
  }

  end(list: ListKey): void {
    this.#rests.delete(list);
  }
}

interface Rest {
  readonly ms: number;
  /** Epoch milliseconds. */
  readonly until: number;
}

const firstMs = 5_000;
const longestMs = 60_000;
/** A list that is forgotten is only asked for a little sooner. */
const maxRests = 10_000;
