import type { Logger } from 'pino';
import { untilAborted } from '../../cancellation.ts';
import type { FleetEngine } from '../engine.ts';
import type { Snapshot, SnapshotId } from '../snapshot.ts';
import type { SnapshotExchange } from '../snapshot-exchange.ts';
import { ChangeLog, type ChangeLogRules } from './change-log.ts';
import type { Delta, Reading } from './delta.ts';
import type { Since } from './past.ts';

export interface ResidentChangesOptions extends ChangeLogRules {
  readonly engine: Pick<FleetEngine, 'compare'>;
  readonly exchange: Pick<SnapshotExchange, 'deltaTo'>;
  readonly log: Logger;
}

/** What is kept of the changes of the fleet, for metrics. */
export interface KeptChanges {
  readonly deltas: number;
  readonly bytes: number;
}

/**
 * The ways back from the newest snapshot to the ones before it, of which the snapshots themselves are gone. What this
 * replica lacks of them, as after a restart, is fetched from the others when it is asked for.
 */
export class ResidentChanges {
  readonly #options: ResidentChangesOptions;
  readonly #log: ChangeLog;
  /** Readings to which the others have no delta either, as far as is known since the newest snapshot. */
  readonly #missing = new Set<SnapshotId>();
  /** One way is looked for at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ResidentChangesOptions) {
    this.#options = options;
    this.#log = new ChangeLog(options);
  }

  get kept(): KeptChanges {
    return { deltas: this.#log.size, bytes: this.#log.bytes };
  }

  /** What a snapshot changed. Undefined, and logged, where it cannot be computed: earlier tokens then expire. */
  async compare(
    previous: Snapshot | undefined,
    snapshot: Snapshot,
    signal: AbortSignal,
  ): Promise<Delta | undefined> {
    const { engine, log } = this.#options;
    if (previous === undefined) return undefined;
    try {
      return await engine.compare(previous, snapshot, signal);
    } catch (err) {
      signal.throwIfAborted();
      log.warn({ err }, 'changes of the fleet could not be computed; earlier change tokens expire');
      return undefined;
    }
  }

  /** The way back from the later reading of a delta, one delta after the other, as far as it is known. */
  *backFrom(newest: Delta | undefined): Generator<Delta> {
    const seen = new Set<Delta>();
    for (let delta = newest; delta !== undefined && !seen.has(delta); ) {
      seen.add(delta);
      yield delta;
      delta = this.#log.leadingTo(delta.from.id)[0];
    }
  }

  /** A snapshot is the newest now. @param delta how it came from the one before */
  hold(delta: Delta | undefined): void {
    this.#missing.clear();
    if (delta !== undefined) this.#log.add(delta);
  }

  /**
   * Finds the way from a snapshot of another replica back to the own one; where the other published none, by
   * comparing.
   */
  async follow(previous: Snapshot | undefined, adopted: Snapshot, signal: AbortSignal): Promise<void> {
    this.hold(undefined);
    if (previous === undefined) return;
    const way = await this.since(previous.id, adopted, signal);
    if (way === undefined) this.hold(await this.compare(previous, adopted, signal));
  }

  /** The way back from the newest snapshot to an earlier reading; undefined where it is not known any more. */
  async since(id: SnapshotId, newest: Reading, signal: AbortSignal): Promise<Since | undefined> {
    const known = this.#log.wayBack(newest, id);
    if (known !== undefined) return known;
    const fetching = this.#turn.then(() => this.#fetch(id, newest, signal));
    this.#turn = fetching.catch(() => undefined);
    await untilAborted(fetching, signal);
    return this.#log.wayBack(newest, id);
  }

  clear(): void {
    this.#log.clear();
  }

  async #fetch(id: SnapshotId, newest: Reading, signal: AbortSignal): Promise<void> {
    for (const end of this.#log.ends(newest.id)) {
      if (this.#log.wayBack(newest, id) !== undefined) return;
      await this.#fetchFrom(end, id, signal);
    }
  }

  /** Goes on back from the end of a way, until it comes to a reading or knows no further. */
  async #fetchFrom(end: SnapshotId, until: SnapshotId, signal: AbortSignal): Promise<void> {
    for (let at = end; at !== until && this.#log.leadingTo(at).length === 0; ) {
      if (this.#missing.has(at)) return;
      const delta = await this.#options.exchange.deltaTo(at, signal);
      if (delta !== undefined) this.#log.add(delta);
      // Not there, or older than what is kept.
      if (delta === undefined || this.#log.leadingTo(at).length === 0) this.#missing.add(at);
      else at = delta.from.id;
    }
  }
}
