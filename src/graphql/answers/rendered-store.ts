import { LRUCache } from 'lru-cache';

/** What is rendered out of rows, and kept. */
interface Kept<Value> {
  readonly value: Value;
  readonly bytes: number;
  readonly sources: readonly object[];
}

/**
 * What was rendered out of rows, within one bound in bytes: past it, what was not used for the longest time goes. What was
 * rendered out of a source goes with it, too, as nothing here keeps a source from being dropped.
 */
export class RenderedStore {
  readonly #kept: LRUCache<string, { readonly value: unknown; readonly owners: readonly Owner[] }>;
  readonly #owners = new WeakMap<object, Owner>();
  readonly #gone = new FinalizationRegistry<Owner>(({ keys }) => {
    for (const key of [...keys]) this.#kept.delete(key);
  });
  #count = 0;

  /** @param maxBytes 0 keeps nothing */
  constructor(maxBytes: number) {
    this.#kept = new LRUCache({
      maxSize: Math.max(1, maxBytes),
      dispose: ({ owners }, key) => {
        for (const { keys } of owners) keys.delete(key);
      },
    });
  }

  get bytes(): number {
    return this.#kept.calculatedSize;
  }

  /** Names a source among all that ever were. */
  numberOf(source: object): number {
    return this.#ownerOf(source).number;
  }

  get<Value>(key: StoreKey<Value>): Value | undefined {
    return this.#kept.get(key)?.value as Value | undefined;
  }

  /** One larger than the whole bound is not kept. */
  keep<Value>(key: StoreKey<Value>, { value, bytes, sources }: Kept<Value>): void {
    const owners = sources.map((source) => this.#ownerOf(source));
    this.#kept.set(key, { value, owners }, { size: bytes + overheadBytes + key.length * 2 });
    if (this.#kept.has(key)) for (const { keys } of owners) keys.add(key);
  }

  #ownerOf(source: object): Owner {
    const known = this.#owners.get(source);
    if (known !== undefined) return known;
    const owner: Owner = { number: ++this.#count, keys: new Set() };
    this.#owners.set(source, owner);
    this.#gone.register(source, owner);
    return owner;
  }
}

/** A key, and what is kept under it. */
export type StoreKey<Value> = string & { readonly __kept?: Value };

interface Owner {
  readonly number: number;
  readonly keys: Set<string>;
}

/** An entry with its places in the store and with its owners. */
const overheadBytes = 600;
