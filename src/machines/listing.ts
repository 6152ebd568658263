import type { ListingId, Position } from './cursor.ts';
import type { Moment } from './moment.ts';
import type { ODataFilter } from './odata.ts';
import type { RowSource } from './row-span.ts';
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
   * @throws {UpstreamError} where they are not in memory and upstream fails or rejects the call
   */
  readonly read: (offset: number, rows: number) => Promise<Stretch>;

  /** The number of rows; reads all of them. */
  readonly end: () => Promise<number>;

  /** How many machines can be shown; undefined until all rows have been read. */
  readonly count: () => number | undefined;

  /** The place of a cursor's row in this listing, and how certain it is. */
  readonly place: (position: Position) => Promise<Place>;
}

/** A listing that reads out of memory alone, and fails where something is not there. */
export interface HeldListing extends Listing {
  /** Changes with everything that changes a page of it. */
  readonly revision: string;
  /** How it was read so far. */
  readonly trail: () => readonly TrailStep[];
  /**
   * Does for its caller what reading it in this way does beside bringing rows: says what was served, keeps it from being
   * dropped, reads ahead. It stands for a listing of the same revision.
   */
  readonly retrace: (trail: readonly TrailStep[]) => void;
}

/** A look at a window of a listing, by its number; at the listing itself without one. */
export interface TrailStep {
  readonly window: number | undefined;
  /** The offset behind the last row that was taken from it; undefined where none was. */
  readonly end?: number;
}

/** Consecutive rows of a listing. */
export interface Stretch {
  /** The id of each row; "" for one that is not shown: it has none, or its machine came before, further up. */
  readonly ids: readonly string[];
  /** Where the rows lie, and the number of the first of them there. */
  readonly source: RowSource;
  readonly from: number;
  /** Whether the list ends right behind these rows. */
  readonly ended: boolean;
  /** When they were read upstream. */
  readonly readAt: Moment;
}

/**
 * How certain the place of a cursor is, best first. `LISTING`: its own listing is in memory, so no machine comes twice. `ANCHORED`:
 * that listing is gone, and the cursor's machine was found again in a newer one. `BEST_EFFORT`: it was not found, and
 * the walk goes on at the same offset.
 */
export type Consistency = 'LISTING' | 'ANCHORED' | 'BEST_EFFORT';

export interface Place {
  readonly offset: number;
  readonly consistency: Consistency;
}

/** A source of listings. */
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
   * The same from memory; undefined where it would have to be waited for. Stale rows are refreshed in the background.
   * @throws {UpstreamError} after upstream rejected the principal, for the back-off
   */
  readonly held: (
    filter: ODataFilter | undefined,
    wanted: ListingId | undefined,
    call: Call,
  ) => HeldListing | undefined;

  /**
   * Earlier readings of a list that may stand in where one could not be read to its end, newest first. They ask nothing
   * of upstream: where a window is not in memory, they fail as the first did.
   * @param failure the failure of the reading; none stand in for a rejection of our query or our sign-in
   */
  readonly standIns: (
    filter: ODataFilter | undefined,
    failed: ListingId,
    failure: unknown,
    call: Call,
  ) => Promise<readonly Listing[]>;
}
