import { LRUCache } from 'lru-cache';
import { SharedWork } from '../../shared-work.ts';

/** Results that are computed once: shared by those who wait for them, and cached for later ones. */
export class SharedResults<T extends object> {
  readonly #cached: LRUCache<string, T>;
  readonly #work = new SharedWork<T>();

  /** @param maxBytes of the cache */
  constructor(maxBytes: number, bytesOf: (result: T) => number) {
    this.#cached = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (result, key) => bytesOf(result) + key.length * 2 + 1,
    });
  }

  /** @throws what computing throws; the signal's reason */
  async get(key: string, signal: AbortSignal, compute: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const cached = this.#cached.get(key);
    if (cached !== undefined) return cached;
    return await this.#work.join(key, { signal }, async (shared) => {
      const result = await compute(shared.signal);
      this.#cached.set(key, result);
      return result;
    });
  }
}
