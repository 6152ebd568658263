import type { Filter, FilterProperty } from './condition.ts';
import type { ShownMachine } from './machine.ts';
import type { MachineChange } from './machine-change.ts';
import type { Moment } from './moment.ts';
import type { MachineOrder, PlainValue } from './order.ts';
import type { RowSpan } from './row-span.ts';
import type { Call } from './source.ts';

/** The fleet, as far as it is there for a call. */
export interface FleetViews {
  readonly standing: (call: Call) => FleetStanding;

  /**
   * Waits until the fleet is there, as young as the call asks: where it is older, it is read ahead of its time.
   * @throws {UpstreamError} with the code `FLEET_LOADING` where it is not in time, with `QUOTA_EXHAUSTED` where it cannot be
   * read ahead of its time, or with what its reading met
   * @throws {FleetRequired} where there turns out to be none
   */
  readonly ready: (call: Call) => Promise<FleetView>;

  /**
   * The newest reading, once there is one other than `than`.
   * @throws {FleetRequired} where it cannot be waited for; the signal's reason
   */
  readonly newer: (
    than: SnapshotId | undefined,
    call: Pick<Call, 'signal' | 'principal' | 'scope'>,
  ) => Promise<FleetView>;

  /** Why there are never changes, in words for the caller; undefined where there are. */
  readonly noChanges: string | undefined;

  /** An earlier reading of it, while it is kept and as young as the call asks. */
  readonly earlier: (id: SnapshotId, call: Call) => FleetView | undefined;

  /** State of the fleet, for any caller. */
  readonly status: (call: Call) => FleetStatus;
}

export type FleetStanding =
  | {
      readonly kind: 'ready';
      readonly view: FleetView;
      /** Whether it is young enough to answer for a single machine in place of upstream. */
      readonly isFresh: boolean;
      /** Whether it is as young as the call asks. */
      readonly isYoung: boolean;
    }
  /** It is being read, or can be. */
  | { readonly kind: 'loading' }
  /** There will be none. @property why for the caller: which setting to change */
  | { readonly kind: 'unavailable'; readonly why: string };

/**
 * `OFF`: not read, by the settings. `LOADING`: there is none yet. `READY`. `STALE`: it could not be read again in time, and
 * is served as it was. `TOO_LARGE`: larger than FLEET_MAX_MACHINES, and not read.
 */
export type FleetState = 'OFF' | 'LOADING' | 'READY' | 'STALE' | 'TOO_LARGE';

export interface FleetStatus {
  readonly state: FleetState;
  readonly nextSnapshotAt: Moment | undefined;
  /** Newest reading; undefined before the first. */
  readonly view: FleetView | undefined;
}

/** Names one snapshot of the fleet: letters and digits only. */
export type SnapshotId = string & { readonly __brand: 'SnapshotId' };

/**
 * The whole fleet at one reading, for callers of one scope: what follows from other machines follows from those that
 * they may see. Filters still have to leave out what they may not.
 */
export interface FleetView {
  readonly id: SnapshotId;
  /** When the oldest call of the reading was sent. */
  readonly readAt: Moment;
  readonly query: (query: FleetQuery, signal: AbortSignal) => Promise<FleetRows>;
  /**
   * All machines of an order behind a place, some at a time, each with a turn of the event loop of its own. Fulfilled once
   * the first of them are found.
   * @throws as `query`, also later
   */
  readonly walk: (walk: FleetWalkQuery, signal: AbortSignal) => Promise<AsyncGenerator<WalkedRows, void>>;
  /** Keeps the snapshot from now on, for callers who follow a page of it. */
  readonly keep: () => void;
  /** Counts values, each request under a filter of its own; one list a request. */
  readonly facets: (
    requests: readonly FacetRequest[],
    signal: AbortSignal,
  ) => Promise<readonly (readonly FacetCount[])[]>;
  readonly byId: (id: string) => ShownMachine | undefined;
  /** The device group of a machine, null where it has none; undefined where there is no such machine. */
  readonly groupOf: (id: string) => number | null | undefined;
  /**
   * What has changed for a filter since an earlier reading, or since there was nothing; undefined where it is not known any
   * more.
   */
  readonly changes: (
    since: SnapshotId | 'nothing',
    filter: Filter,
    signal: AbortSignal,
  ) => Promise<ViewChanges | undefined>;
}

/** The net changes of one filter between two readings, by id. */
export interface ViewChanges {
  /** Place of the first one whose id is above this one; the number of all where none is. */
  readonly placeBehind: (id: string) => number;
  readonly size: number;
  /** Those at `from` up to, not including, `to`. */
  readonly read: (from: number, to: number, signal: AbortSignal) => Promise<readonly MachineChange[]>;
}

export interface FleetQuery {
  readonly filter: Filter;
  readonly orders: readonly MachineOrder[];
  readonly page: FleetPageRequest;
}

export interface FleetWalkQuery extends Omit<FleetQuery, 'page'> {
  /** Rows at or before this place are left out. */
  readonly after?: SortKey | undefined;
}

/** Some rows of a walk. */
export type WalkedRows = Pick<FleetRows, 'spans' | 'keyOf'>;

/** Which rows are wanted: `size` rows from one end of what lies between two places. */
export interface FleetPageRequest {
  readonly from: 'front' | 'back';
  /** Rows; 0 or more. */
  readonly size: number;
  /** Rows at or before this place are left out. */
  readonly after?: SortKey | undefined;
  /** Rows at or behind this place are left out. */
  readonly before?: SortKey | undefined;
}

export interface FleetRows {
  /** Where they lie, in the order asked for. */
  readonly spans: readonly RowSpan[];
  /** The place of one of the machines, by its index. */
  readonly keyOf: (index: number) => SortKey;
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
  /** Machines that the filter selects. */
  readonly totalCount: number;
}

/** A machine's place in an order: found again in any reading, also where the machine is gone. */
export interface SortKey {
  /** The machine's values of the order's fields. */
  readonly values: readonly (PlainValue | null)[];
  readonly id: string;
}

/** What is counted: a property's values (of lists, the machines with each), or device groups by their number. */
export type Facet = FilterProperty | 'rbacGroup';

export interface FacetRequest {
  readonly facet: Facet;
  readonly filter: Filter;
  /** Most values; 1,000 if left out. */
  readonly limit?: number | undefined;
}

export interface FacetCount {
  /** Of `rbacGroup`, the group's number. Null counts the machines without a value. */
  readonly value: PlainValue | null;
  /** The group's name; of `rbacGroup` only. */
  readonly name?: string | null;
  /** Machines. */
  readonly count: number;
}
