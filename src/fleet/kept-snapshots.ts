import type { Snapshot, SnapshotId } from './snapshot.ts';
import { arraysOf } from './snapshot-arrays.ts';

export interface KeepRules {
  /** How long a snapshot is kept after a walk used it, in milliseconds. */
  readonly keepMs: number;
  /** Most bytes of older snapshots that the newest does not share. */
  readonly maxBytes: number;
  /** Clock, in milliseconds; never goes back. */
  readonly now: () => number;
}

interface Kept {
  readonly snapshot: Snapshot;
  usedAt: number;
}

/**
 * The newest snapshot, and older ones for the walks that began on them. An older one is evicted when no walk has used it for a
 * while, or, the least recently used first, when all take too much memory: what they share with the newest takes none.
 */
export class KeptSnapshots {
  readonly #rules: KeepRules;
  readonly #kept = new Map<SnapshotId, Kept>();
  #newest: Snapshot | undefined;

  constructor(rules: KeepRules) {
    this.#rules = rules;
  }

  /** Does not count as a use. */
  get newest(): Snapshot | undefined {
    return this.#newest;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** A snapshot while it is kept; from now on, for its time again. */
  use(id: SnapshotId): Snapshot | undefined {
    this.#sweep();
    const kept = this.#kept.get(id);
    if (kept === undefined) return undefined;
    kept.usedAt = this.#rules.now();
    return kept.snapshot;
  }

  add(snapshot: Snapshot): void {
    this.#newest = snapshot;
    // Not used yet: no walk began on it.
    this.#kept.set(snapshot.id, { snapshot, usedAt: Number.NEGATIVE_INFINITY });
    this.#sweep();
  }

  clear(): void {
    this.#newest = undefined;
    this.#kept.clear();
  }

  #sweep(): void {
    const { keepMs, maxBytes, now } = this.#rules;
    const newest = this.#newest?.id;
    const older = [...this.#kept.values()]
      .filter(({ snapshot }) => snapshot.id !== newest)
      .sort((a, b) => b.usedAt - a.usedAt);
    if (older.length === 0) return;
    const held = new Set<ArrayBufferLike>(this.#newest === undefined ? [] : buffersOf(this.#newest));
    let bytes = 0;
    for (const { snapshot, usedAt } of older) {
      for (const buffer of buffersOf(snapshot)) {
        if (!held.has(buffer)) bytes += buffer.byteLength;
        held.add(buffer);
      }
      if (now() - usedAt > keepMs || bytes > maxBytes) this.#kept.delete(snapshot.id);
    }
  }
}

/** The memory under a snapshot's arrays; arrays that snapshots share lie in the same. */
const buffersOf = ({ columns }: Snapshot): readonly ArrayBufferLike[] =>
  [...arraysOf(columns).values()].map(({ buffer }) => buffer);
