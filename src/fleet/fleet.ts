import type { FleetState } from '../machines/fleet-view.ts';
import type { Moment } from '../machines/moment.ts';
import { secondsOf } from '../upstream/back-off.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import type { Since } from './changes/past.ts';
import type { KeptChanges } from './changes/resident-changes.ts';
import type { Snapshot, SnapshotId } from './snapshot.ts';

/** The whole fleet of the app registration, kept as immutable snapshots. */
export interface Fleet {
  /** The newest whole snapshot; undefined while there is none, and while upstream rejects the app registration. */
  readonly current: () => Snapshot | undefined;
  /** One of a walk, kept for a while after each use of this kind: from then on it outlives the next reading. */
  readonly snapshot: (id: SnapshotId) => Snapshot | undefined;
  /**
   * The newest snapshot, as young as is asked; waits for the first one, or for a reading ahead of its time, but leaves time
   * to answer the caller. Any number of callers take one such reading at a time.
   * @throws {UpstreamError} FLEET_LOADING, FLEET_REQUIRED, QUOTA_EXHAUSTED where the budget has no room for such a reading,
   * or why the fleet cannot be read; the signal's reason
   */
  readonly ready: (wait: FleetWait) => Promise<Snapshot>;
  /**
   * The newest snapshot, once there is one other than `than`.
   * @throws {UpstreamError} where the fleet is too large to be read; {Error} where it is closed; the signal's reason
   */
  readonly newer: (than: SnapshotId | undefined, signal: AbortSignal) => Promise<Snapshot>;
  /** The way back from a snapshot to an earlier reading; undefined where it is not known any more. */
  readonly since: (id: SnapshotId, snapshot: Snapshot, signal: AbortSignal) => Promise<Since | undefined>;
  readonly keptChanges: () => KeptChanges;
  /** Whether it has more machines than are read, so that there will be none. */
  readonly isTooLarge: () => boolean;
  /** Time since the oldest call of a snapshot was sent, by the monotonic clock; endless for one that is not held. */
  readonly ageMs: (snapshot: Snapshot) => number;
  /** Works out when it is read again, and so takes longer than the rest. */
  readonly status: () => FleetStatus;
  readonly close: () => Promise<void>;
}

export interface FleetWait {
  /** Time that the caller has left, in milliseconds: a span, as clocks begin at different instants. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Greatest age of the snapshot as the call comes, in milliseconds; undefined for any. */
  readonly maxAgeMs?: number | undefined;
}

export interface FleetStatus {
  readonly state: FleetState;
  readonly machines?: number;
  /** When the oldest call of its reading was sent. */
  readonly snapshotAt?: Moment;
  /** When the next reading begins, as far as known. */
  readonly nextSnapshotAt?: Moment;
  readonly snapshot?: SnapshotId;
  /** Age of the snapshot, by the monotonic clock. */
  readonly ageMs?: number;
}

export function fleetTooLarge(): UpstreamError {
  return new UpstreamError({
    code: 'FLEET_REQUIRED',
    message:
      'The fleet has more machines than the gateway reads (FLEET_MAX_MACHINES), and this query needs all of them. Ask for ' +
      'what a filter of the Machines API can answer, or let the operator raise FLEET_MAX_MACHINES.',
  });
}

/** @param waitMs until it may be there */
export function fleetLoading(waitMs: number): UpstreamError {
  return new UpstreamError({
    code: 'FLEET_LOADING',
    message:
      'The fleet is being read for the first time. Try again after the time given in retryAfterSeconds.',
    retryAfterSeconds: secondsOf(waitMs),
  });
}

/** The fleet is there, and is being read again for callers who ask for younger rows. @param waitMs until it may be there */
export function fleetReadAgain(waitMs: number): UpstreamError {
  return new UpstreamError({
    code: 'FLEET_LOADING',
    message:
      'The fleet is older than maxAgeSeconds allows, and is being read again. Try again after the time given in ' +
      'retryAfterSeconds, or ask with a greater maxAgeSeconds.',
    retryAfterSeconds: secondsOf(waitMs),
  });
}

/** Reading the fleet takes longer than a caller waits, and its rows are too old once they are read. */
export function fleetTooSlow(readingMs: number, waitMs: number): UpstreamError {
  return new UpstreamError({
    code: 'FLEET_LOADING',
    message:
      `To read the fleet takes about ${secondsOf(readingMs)} s, after which its rows are older than maxAgeSeconds allows. ` +
      'Ask with a greater maxAgeSeconds.',
    retryAfterSeconds: secondsOf(waitMs),
  });
}

/** The budget leaves no room for a reading ahead of its time. @param waitMs until the fleet is read anyway */
export function fleetBudgetUsedUp(waitMs: number): UpstreamError {
  return new UpstreamError({
    code: 'QUOTA_EXHAUSTED',
    message:
      'The fleet is older than maxAgeSeconds allows, and the part of the quota for reading it (FLEET_QUOTA_SHARE) is used up ' +
      'for now. Try again after the time given in retryAfterSeconds, or ask with a greater maxAgeSeconds.',
    retryAfterSeconds: secondsOf(waitMs),
  });
}
