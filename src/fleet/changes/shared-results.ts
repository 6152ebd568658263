import { LRUCache } from 'lru-cache';
import { untilAborted } from '../../cancellation.ts';

/**
 * What is asked for alike is computed once: for those who ask while it is computed, and for later ones as long as it is
 * kept. When the last one leaves who waits for it, it is aborted.
 */
export class SharedResults<T extends object> {
  readonly #kept: LRUCache<string, T>;
  readonly #underWay = new Map<string, Work<T>>();

  /** @param maxBytes of the cache */
  constructor(maxBytes: number, bytesOf: (result: T) => number) {
    this.#kept = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (result, key) => bytesOf(result) + key.length * 2 + 1,
    });
  }

  /** @throws what computing throws; the signal's reason */
  async get(key: string, signal: AbortSignal, compute: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const work = this.#underWay.get(key) ?? this.#begin(key, compute);
    work.waiting += 1;
    try {
      return await untilAborted(work.result, signal);
    } finally {
      work.waiting -= 1;
      if (work.waiting === 0) this.#leave(key, work);
    }
  }

  #begin(key: string, compute: (signal: AbortSignal) => Promise<T>): Work<T> {
    const stop = new AbortController();
    const work: Work<T> = { result: compute(stop.signal), stop, waiting: 0 };
    this.#underWay.set(key, work);
    // Each who waits gets a failure by itself.
    work.result
      .then((result) => this.#kept.set(key, result))
      .catch(() => undefined)
      .finally(() => this.#forget(key, work));
    return work;
  }

  #leave(key: string, work: Work<T>): void {
    this.#forget(key, work);
    work.stop.abort();
  }

  #forget(key: string, work: Work<T>): void {
    if (this.#underWay.get(key) === work) this.#underWay.delete(key);
  }
}

interface Work<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  waiting: number;
}
