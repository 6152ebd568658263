import type { ListProperty, ScalarProperty } from '../machines/condition.ts';
import type { SnapshotId } from '../machines/fleet-view.ts';
import type { Moment } from '../machines/moment.ts';
import type { Dictionary } from './dictionary.ts';

export type { SnapshotId } from '../machines/fleet-view.ts';

/**
 * The whole fleet at one reading, immutable. Rows are sorted by id (code units): a row's number is its id's rank.
 *
 * All arrays lie in shared memory: a snapshot passes to another thread without being copied, and a later snapshot
 * shares the arrays that did not change.
 */
export interface Snapshot {
  readonly id: SnapshotId;
  /** Machines. */
  readonly rows: number;
  /** When the oldest of its calls was sent. */
  readonly readAt: Moment;
  readonly columns: Columns;
  /** Which rows are of one device. */
  readonly devices: DeviceLinks;
  /** Bytes of all its arrays, also of those that it shares with another snapshot. */
  readonly bytes: number;
}

/** One column a property. */
export type Columns = { readonly [Property in ScalarProperty]: ScalarColumn } & {
  readonly [Property in ListProperty]: ListColumn;
};

/**
 * Codes of values: 0 is null, n is the n-th value of the dictionary, from 1. Values are sorted, so that codes are
 * compared in place of values.
 */
export type Codes = Uint8Array | Uint16Array | Uint32Array;

/** A property with at most one value a row. */
export interface ScalarColumn {
  readonly shape: 'scalar';
  readonly dictionary: Dictionary;
  /** The code of each row. */
  readonly codes: Codes;
}

/** A property with any number of values a row. */
export interface ListColumn {
  readonly shape: 'list';
  readonly dictionary: Dictionary;
  /** The codes of all rows, one row after the other. */
  readonly codes: Codes;
  /** Where the codes of each row begin, and behind the last, where one more would. */
  readonly starts: Uint32Array;
}

export type Column = ScalarColumn | ListColumn;

/** The arrays of {@link DeviceLinks}, with a number for each record that has a sign in common with another. */
const linkNames = [
  // The record. The latest come first.
  'records',
  // A number for its `aadDeviceId`, the same for the same one; 0 for one that no other record has.
  'devices',
  // The place, + 1, of the record that it was merged into; 0 for none.
  'mergedInto',
  // Its `firstSeen`, in hours since the year 0; the highest number for null.
  'begins',
  // Its `lastSeen`, in hours since the year 0; 0 for null.
  'ends',
] as const;

/** Which records are of one device: the signs of it, which devices.ts describes. */
export type DeviceLinks = Readonly<Record<(typeof linkNames)[number], Uint32Array>>;

/** Makes each array by its name. */
export const linksOf = (arrayOf: (name: keyof DeviceLinks) => Uint32Array): DeviceLinks =>
  Object.fromEntries(linkNames.map((name) => [name, arrayOf(name)])) as DeviceLinks;
