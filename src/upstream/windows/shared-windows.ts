import type { ListingId } from '../../machines/cursor.ts';
import type { Machine } from '../../machines/machine.ts';
import type { Moment } from '../../machines/moment.ts';
import type { Window } from '../../machines/source.ts';
import type { ListKey } from './list.ts';
import type { MachineKey } from './machine-key.ts';
import type { SharedState } from './redis-health.ts';
import type { WindowIndex } from './window-grid.ts';

/**
 * Windows, and machines by id, shared with the other replicas. Everything is kept under a key that holds the principal,
 * so that nothing passes from one principal to another. It may fail to find or to keep anything at any time: then a
 * replica goes by what it has itself.
 */
export interface SharedWindows {
  /** The newest reading of a list. */
  readonly newest: (list: ListKey) => Promise<SharedReading | undefined>;
  /** The latest readings of a list that are still kept, newest first. */
  readonly readings: (list: ListKey) => Promise<readonly SharedReading[]>;
  /** A certain reading of a list, where it is still kept. */
  readonly reading: (list: ListKey, id: ListingId) => Promise<SharedReading | undefined>;
  readonly window: (list: ListKey, id: ListingId, index: WindowIndex) => Promise<SharedWindow | undefined>;
  /**
   * Keeps a window; the first one of a reading also makes it the newest of its list.
   * @returns whether it is now *the* window for all: not where another one was brought before, were it lost since, or
   *   where the reading itself is lost. Where it is not sure, it is not.
   */
  readonly keep: (
    list: ListKey,
    reading: SharedReading,
    index: WindowIndex,
    window: SharedWindow,
  ) => Promise<boolean>;
  /** Machines by id; those that are not kept are left out. */
  readonly machines: (keys: readonly MachineKey[]) => Promise<ReadonlyMap<MachineKey, SharedMachine>>;
  readonly keepMachines: (machines: ReadonlyMap<MachineKey, SharedMachine>) => Promise<void>;
  /**
   * Does a piece of work that no other replica does at the same time; where one does, waits until it is done, and looks
   * whether it brought what was wanted.
   * @param look finds what the other replica brought
   */
  readonly once: <T>(
    name: string,
    signal: AbortSignal,
    look: () => Promise<T | undefined>,
    work: () => Promise<T>,
  ) => Promise<T>;
  /**
   * The same for several things at a time: those that no other replica works on are worked on together, and the others
   * waited for.
   * @param look finds which of these are there
   * @param work brings all of these
   */
  readonly onceEach: <Name extends string, T>(
    names: readonly Name[],
    signal: AbortSignal,
    look: (names: readonly Name[]) => Promise<ReadonlyMap<Name, T>>,
    work: (names: readonly Name[]) => Promise<ReadonlyMap<Name, T>>,
  ) => Promise<ReadonlyMap<Name, T>>;
  /** What it can do at the moment; undefined where there is nobody to share with. */
  readonly state: () => SharedState | undefined;
  readonly close: () => Promise<void>;
}

export interface SharedReading {
  readonly id: ListingId;
  readonly openedAt: Moment;
}

/** A window with its hidden rows, which every replica hides alike. */
export interface SharedWindow extends Window {
  readonly hidden: readonly number[];
}

/** What is known of one machine by its id. */
export interface SharedMachine {
  /** Null where upstream has none of this id. */
  readonly machine: Machine | null;
  readonly readAt: Moment;
}

/** For a gateway that runs alone: there is nobody to share with. */
export const unshared: SharedWindows = {
  newest: async () => undefined,
  readings: async () => [],
  reading: async () => undefined,
  window: async () => undefined,
  keep: async () => false,
  machines: async () => new Map(),
  keepMachines: async () => undefined,
  once: (_name, _signal, _look, work) => work(),
  onceEach: (names, _signal, _look, work) => work(names),
  state: () => undefined,
  close: async () => undefined,
};
