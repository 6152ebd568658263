import type { SnapshotId } from '../snapshot.ts';
import type { Delta, Reading } from './delta.ts';
import type { Since } from './past.ts';

export interface ChangeLogRules {
  /** How long a delta is kept after its later reading was begun, in milliseconds. */
  readonly keepMs: number;
  /** Most bytes of all deltas. */
  readonly maxBytes: number;
  /** Wall clock, in epoch milliseconds. */
  readonly now: () => number;
}

/**
 * The deltas between the snapshots of some time. They form ways back from the newest snapshot: one, or several where
 * replicas have read for themselves for a while.
 */
export class ChangeLog {
  readonly #rules: ChangeLogRules;
  /** By the later reading of each. */
  readonly #deltas = new Map<SnapshotId, readonly Delta[]>();
  #bytes = 0;
  #size = 0;

  constructor(rules: ChangeLogRules) {
    this.#rules = rules;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#size;
  }

  /** Takes in a delta; the oldest go where all take too much. */
  add(delta: Delta): void {
    const known = this.leadingTo(delta.to.id);
    if (known.some(({ from }) => from.id === delta.from.id)) return;
    this.#deltas.set(delta.to.id, [...known, delta]);
    this.#count(delta, 1);
    this.#sweep();
  }

  /** The deltas from which one comes to a reading. */
  leadingTo(id: SnapshotId): readonly Delta[] {
    return this.#deltas.get(id) ?? [];
  }

  /** The shortest way back from the newest reading to an earlier one; undefined where there is none any more. */
  wayBack(newest: Reading, to: SnapshotId): Since | undefined {
    this.#sweep();
    if (newest.id === to) return { reading: newest, deltas: [] };
    const cameBy = this.#search(newest.id, to);
    const last = cameBy.get(to);
    if (last === undefined) return undefined;
    const deltas: Delta[] = [];
    for (let step: Delta | undefined = last; step !== undefined; step = cameBy.get(step.to.id)) {
      deltas.unshift(step);
    }
    return { reading: last.from, deltas };
  }

  /** Readings on ways back from a reading to which no delta leads. */
  ends(newest: SnapshotId): readonly SnapshotId[] {
    const reached = [newest, ...this.#search(newest).keys()];
    return reached.filter((id) => this.leadingTo(id).length === 0);
  }

  clear(): void {
    this.#deltas.clear();
    this.#bytes = 0;
    this.#size = 0;
  }

  /** For each reading on the ways back, nearest first, the delta by which it is reached. */
  #search(newest: SnapshotId, to?: SnapshotId): ReadonlyMap<SnapshotId, Delta> {
    const cameBy = new Map<SnapshotId, Delta>();
    const waiting = [newest];
    for (const id of waiting) {
      for (const delta of this.leadingTo(id)) {
        const { id: from } = delta.from;
        if (from === newest || cameBy.has(from)) continue;
        cameBy.set(from, delta);
        if (from === to) return cameBy;
        waiting.push(from);
      }
    }
    return cameBy;
  }

  #sweep(): void {
    const { keepMs, maxBytes, now } = this.#rules;
    const oldest = now() - keepMs;
    for (const delta of this.#all()) if (endOf(delta) < oldest) this.#drop(delta);
    if (this.#bytes <= maxBytes) return;
    for (const delta of this.#all().sort((left, right) => endOf(left) - endOf(right))) {
      this.#drop(delta);
      if (this.#bytes <= maxBytes) return;
    }
  }

  #all(): Delta[] {
    return [...this.#deltas.values()].flat();
  }

  #drop(delta: Delta): void {
    const rest = this.leadingTo(delta.to.id).filter((each) => each !== delta);
    if (rest.length === 0) this.#deltas.delete(delta.to.id);
    else this.#deltas.set(delta.to.id, rest);
    this.#count(delta, -1);
  }

  #count({ bytes }: Delta, sign: 1 | -1): void {
    this.#size += sign;
    this.#bytes += sign * (bytes + deltaBytes);
  }
}

/** What a delta takes beside its pieces. */
const deltaBytes = 1_000;

const endOf = ({ to }: Delta): number => Date.parse(to.readAt);
