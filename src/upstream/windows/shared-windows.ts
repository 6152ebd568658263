import type { ListingId } from '../../machines/cursor.ts';
import type { Moment } from '../../machines/moment.ts';
import type { Window } from '../../machines/source.ts';
import type { ListKey } from './list.ts';
import type { WindowIndex } from './window-grid.ts';

/**
 * Windows shared with the other replicas. Everything is kept under the key of its list, which holds the principal, so
 * that nothing passes from one principal to another. It may fail to find or to keep anything at any time: then a replica
 * goes by what it has itself.
 */
export interface SharedWindows {
  /** The newest reading of a list. */
  readonly newest: (list: ListKey) => Promise<SharedReading | undefined>;
  /** A certain reading of a list, where it is still kept. */
  readonly reading: (list: ListKey, id: ListingId) => Promise<SharedReading | undefined>;
  readonly window: (list: ListKey, id: ListingId, index: WindowIndex) => Promise<SharedWindow | undefined>;
  /** Keeps a window; the first one of a reading also makes it the newest of its list. */
  readonly keep: (
    list: ListKey,
    reading: SharedReading,
    index: WindowIndex,
    window: SharedWindow,
  ) => Promise<void>;
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
  /** Whether it answers; undefined where there is nobody to share with. */
  readonly isAvailable: () => boolean | undefined;
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

/** For a gateway that runs alone: there is nobody to share with. */
export const unshared: SharedWindows = {
  newest: async () => undefined,
  reading: async () => undefined,
  window: async () => undefined,
  keep: async () => undefined,
  once: (_name, _signal, _look, work) => work(),
  isAvailable: () => undefined,
  close: async () => undefined,
};
