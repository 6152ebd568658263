import { LRUCache } from 'lru-cache';
import type { ListingId } from '../../machines/cursor.ts';
import type { Reading } from './reading.ts';

/**
 * Second names of readings, which only this replica knows: cursors that hold one are followed here alone. For readings
 * that are shared with other replicas, but that have windows which are not; see {@link Reading.ownFrom}.
 */
export class OwnIds {
  readonly #newId: () => ListingId;
  readonly #ids = new WeakMap<Reading, ListingId>();
  readonly #shared = new LRUCache<ListingId, ListingId>({ max: mostIds });

  constructor(newId: () => ListingId) {
    this.#newId = newId;
  }

  of(reading: Reading): ListingId {
    const known = this.#ids.get(reading);
    if (known !== undefined) return known;
    const id = this.#newId();
    this.#ids.set(reading, id);
    this.#shared.set(id, reading.id);
    return id;
  }

  /** The name of the same reading that others know, where this is one that they do not. */
  sharedIdOf(id: ListingId): ListingId | undefined {
    return this.#shared.get(id);
  }
}

/** Past it, a walk through what is only here goes on in a newer reading. */
const mostIds = 1_000;
