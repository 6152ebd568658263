import type { Delta } from './changes/delta.ts';
import type { Snapshot, SnapshotId } from './snapshot.ts';

/** A snapshot and the calls of its reading, by which replicas know when the next one is due. */
export interface SharedReading {
  readonly snapshot: Snapshot;
  /** Upstream calls. */
  readonly calls: number;
}

export interface Publication extends SharedReading {
  /** The way back from the snapshot, one delta after the other; those that are shared already are not sent again. */
  readonly deltas?: Iterable<Delta>;
}

/**
 * Sharing of the fleet: one replica reads and publishes, the others adopt. Where it fails, a
 * replica reads for itself, within its own part of the quota.
 */
export interface SnapshotExchange {
  /** How many replicas read for themselves, and so divide the quota among them: 1 where one reads for all. */
  readonly readers: () => number;
  /**
   * Takes the right to read, which one replica has at a time.
   * @returns undefined while another one has it
   */
  readonly lease: (signal: AbortSignal) => Promise<ReadLease | undefined>;
  /** The last published snapshot, where it is newer than the known one. */
  readonly newest: (known: Snapshot | undefined, signal: AbortSignal) => Promise<SharedReading | undefined>;
  /** The delta that was published with a snapshot; undefined where it is gone or cannot be read. */
  readonly deltaTo: (id: SnapshotId, signal: AbortSignal) => Promise<Delta | undefined>;
  /**
   * Calls back when another replica has published, or has left its lease to end without giving it back, until what it
   * returns is called.
   */
  readonly onPublished: (listener: () => void) => () => void;
  readonly close: () => Promise<void>;
}

/** The right to read the fleet for all replicas. It renews itself until it is released. */
export interface ReadLease {
  /** Goes off when the right is lost, as after a pause of this process: another replica reads then. */
  readonly lost: AbortSignal;
  /**
   * Publishes a snapshot read under this lease. The store compares the lease's number with the highest that it has given
   * out, so that a late reader publishes nothing.
   * @returns false where another lease was given out since. True also where the store failed: the snapshot then is this
   *   replica's alone
   */
  readonly publish: (publication: Publication, signal: AbortSignal) => Promise<boolean>;
  readonly release: () => Promise<void>;
}

/** The right of a replica to read for itself, which is never lost. */
export function ownLease(): ReadLease {
  const { signal: lost } = new AbortController();
  return { lost, publish: async () => true, release: async () => undefined };
}

/** For replicas that share nothing: each reads for itself. @param readers how many there are */
export function unsharedSnapshots(readers: number): SnapshotExchange {
  return {
    readers: () => readers,
    lease: async () => ownLease(),
    newest: async () => undefined,
    deltaTo: async () => undefined,
    onPublished: () => () => undefined,
    close: async () => undefined,
  };
}
