import type { ListingId, Position } from './cursor.ts';
import type { Moment } from './moment.ts';
import type { ODataFilter } from './odata.ts';
import type { Row } from './row-block.ts';
import type { Call } from './source.ts';

/**
 * One principal's view of one filter, read at about one time: the rows that upstream lists, each at its offset. As long
 * as a listing lives, a walk through it meets each machine once.
 */
export interface Listing {
  /** Names this reading of the list, in cursors. */
  readonly id: ListingId;
  /** When its first rows were read upstream. */
  readonly openedAt: Moment;

  /**
   * Rows from an offset on: at least one and at most as many as asked for; none only where the list has ended.
   * @throws {UpstreamError} where they are not known and upstream cannot or will not give them
   */
  readonly read: (offset: number, rows: number) => Promise<Stretch>;

  /** How many rows there are, for which all of them are read. */
  readonly end: () => Promise<number>;

  /** How many machines can be shown; undefined until all rows have been read. */
  readonly count: () => number | undefined;

  /** Whether what was read is no longer of the listing that was wanted: the way through it has parted on the way. */
  readonly hasParted: () => boolean;

  /** Where the row of a cursor is in this listing, and how sure that is. */
  readonly place: (position: Position) => Promise<Place>;
}

/** Consecutive rows of a listing. */
export interface Stretch {
  /** Undefined for a row that is not shown: it has no id, or its machine came before, further up. */
  readonly rows: readonly Row[];
  /** Whether the list ends right behind these rows. */
  readonly ended: boolean;
  /** When they were read upstream. */
  readonly readAt: Moment;
}

/**
 * How sure the place of a cursor is, best first. `LISTING`: its own listing lives, so nothing is met twice. `ANCHORED`:
 * that listing is gone, and the cursor's machine was found again in a newer one. `BEST_EFFORT`: it was not found, and
 * the walk goes on at the same offset.
 */
export type Consistency = 'LISTING' | 'ANCHORED' | 'BEST_EFFORT';

export interface Place {
  readonly offset: number;
  readonly consistency: Consistency;
}

/** Where listings come from. */
export interface Listings {
  /**
   * The listing of a filter: the one that a cursor names where it still lives, else the newest.
   * @param filter undefined lists everything
   */
  readonly open: (
    filter: ODataFilter | undefined,
    wanted: ListingId | undefined,
    call: Call,
  ) => Promise<Listing>;

  /**
   * Earlier readings of a list that may stand in where one could not be read to its end, newest first. They ask nothing
   * of upstream: what is held of them nowhere fails as the first did.
   * @param failure what the reading failed with; none stand in for a refusal of our query or our sign-in
   */
  readonly standIns: (
    filter: ODataFilter | undefined,
    failed: ListingId,
    failure: unknown,
    call: Call,
  ) => Promise<readonly Listing[]>;
}
