import { firstWhere } from '../binary-search.ts';
import type { ScalarProperty } from '../machines/condition.ts';
import { noTicks } from '../machines/ticks.ts';
import { type Dictionary, equalRange, rankOf, valueAt } from './dictionary.ts';
import { allBits } from './selection.ts';
import { type Columns, type DeviceLinks, linksOf } from './snapshot.ts';
import { sharedUint32, sharedWith } from './typed-arrays.ts';

/**
 * Which records are of one device. Upstream keeps a new record for each time that a device is set up anew, and a renamed copy
 * for each merge. Two records are of one device where upstream says so, by one of two signs:
 *
 * 1. both have the same `aadDeviceId`, which is not all zeros, and one went silent before the other came, or not more than a
 *    day after;
 * 2. `mergedIntoMachineId` of one is the id of the other, and both have the same name, domain included, without case.
 *
 * Copies of one disk image share an `aadDeviceId`, and live side by side: these are devices of their own. So by the first sign a
 * record is followed by one other at most, the one that came next. To go from the record seen last to the one seen first, and
 * to give each the earliest follower that is left, makes the fewest devices of them, as rooms are given to lectures. A record
 * without `firstSeen` or `lastSeen` may follow any, or be followed by any.
 *
 * Through a third record, too: these are the connected parts of a graph. The latest record of a device is the one with the
 * latest `lastSeen`, then the latest `firstSeen`, then the highest id; null is earliest.
 *
 * The signs are found once a snapshot, in the thread that builds it, and take 20 bytes for each record that has one
 * in common with another. For callers who may see only some device groups there are no other records: a record is
 * then joined to others, and outdone by others, of those groups alone. That takes a pass over the records with signs,
 * and a bit a row, which are cached for the last scopes.
 */

/** Rows of columns as records: row n is record `first` + n. Some may be left out. */
export interface RecordRows {
  readonly columns: Columns;
  readonly rows: number;
  readonly first: number;
  readonly has: (row: number) => boolean;
}

/** Finds the signs in all rows of a snapshot, each a record of its own number. */
export const linkRows = (columns: Columns, rows: number): DeviceLinks =>
  linkRecords({ columns, rows, first: 0, has: () => true });

/** Finds the signs in the rows of one or two sets; no id is in both. */
export function linkRecords(own: RecordRows, others?: RecordRows): DeviceLinks {
  const sets = others === undefined ? [own] : [own, others];
  const end = Math.max(...sets.map(({ first, rows }) => first + rows));
  const devices = deviceNumbers(sets, end);
  const mergedInto = mergeTargets(sets);
  const isLinked = new Uint8Array(end);
  const link = (left: number, right: number): void => {
    isLinked[left] = 1;
    isLinked[right] = 1;
  };
  /** By number of a device, its last record so far, + 1. */
  const last = new Uint32Array(devices.size);
  forEachRecord(sets, (record) => {
    const device = devices.of[record] ?? 0;
    const before = last[device] ?? 0;
    if (device > 0 && before > 0) link(record, before - 1);
    last[device] = record + 1;
    const into = mergedInto.get(record);
    if (into !== undefined) link(record, into);
  });
  return packed(latestFirst(sets, isLinked), devices.of, mergedInto);
}

/** The links, those arrays that hold the same as earlier ones replaced by them. */
export function shareLinks(links: DeviceLinks, earlier: DeviceLinks): DeviceLinks {
  return linksOf((name) => sharedWith(links[name], earlier[name]));
}

function packed(
  records: readonly LinkedRecord[],
  devices: Uint32Array,
  mergedInto: ReadonlyMap<number, number>,
): DeviceLinks {
  const numbers = new Map<number, number>();
  const places = new Map<number, number>();
  const links = linksOf(() => sharedUint32(records.length));
  records.forEach(({ record, seen, first }, place) => {
    places.set(record, place + 1);
    links.records[place] = record;
    links.begins[place] = first === noTicks ? never : hoursOf(first);
    links.ends[place] = seen === noTicks ? 0 : hoursOf(seen);
    const device = devices[record] ?? 0;
    if (device === 0) return;
    const number = numbers.get(device) ?? numbers.size + 1;
    numbers.set(device, number);
    links.devices[place] = number;
  });
  for (const [record, into] of mergedInto) {
    links.mergedInto[(places.get(record) ?? 1) - 1] = places.get(into) ?? 0;
  }
  return links;
}

function forEachRecord(
  sets: readonly RecordRows[],
  visit: (record: number, row: number, set: RecordRows) => void,
): void {
  for (const set of sets) {
    for (let row = 0; row < set.rows; row++) if (set.has(row)) visit(set.first + row, row, set);
  }
}

/** By record, a number that is the same for the same `aadDeviceId`, below `size`; 0 for none. */
function deviceNumbers(
  sets: readonly RecordRows[],
  end: number,
): { readonly of: Uint32Array; readonly size: number } {
  const numbers = new Uint32Array(end);
  const dictionary = sets[0]?.columns.aadDeviceId.dictionary;
  /** Ids that are in both sets have the number of the first one. */
  const numberOf = (own: Dictionary, rank: number): number => {
    if (dictionary === undefined || own === dictionary) return rank;
    const { from, to } = equalRange(dictionary, textOf(own, rank).toLowerCase());
    return to > from ? from : dictionary.size + rank;
  };
  let size = 1;
  for (const set of sets) {
    const own = set.columns.aadDeviceId.dictionary;
    const nil = equalRange(own, nilGuid);
    const byCode = new Uint32Array(own.size + 1);
    for (let code = 1; code <= own.size; code++) {
      const rank = rankOf(own, code);
      if (rank < nil.from || rank >= nil.to) byCode[code] = numberOf(own, rank);
    }
    for (let row = 0; row < set.rows; row++) {
      numbers[set.first + row] = byCode[set.columns.aadDeviceId.codes[row] ?? 0] ?? 0;
    }
    size += own.size;
  }
  return { of: numbers, size };
}

/** What software writes that has none: it names no device. */
const nilGuid = '00000000-0000-0000-0000-000000000000';

const textOf = (dictionary: Dictionary, code: number): string => String(valueAt(dictionary, code));

/** By record, the record that it was merged into, where it has the same name. */
function mergeTargets(sets: readonly RecordRows[]): ReadonlyMap<number, number> {
  const targets = new Map<number, number>();
  const nameOf = (record: number): string | undefined => {
    const set = sets.find(({ first, rows }) => record >= first && record < first + rows);
    const name = set && textAt(set, 'computerDnsName', record - set.first);
    return name?.toLowerCase();
  };
  const recordOf = (id: string): number | undefined => {
    for (const { columns, first, has } of sets) {
      const { from, to } = equalRange(columns.id.dictionary, id);
      if (to > from && has(from - 1)) return first + from - 1;
    }
    return undefined;
  };
  forEachRecord(sets, (record, row, set) => {
    const id = textAt(set, 'mergedIntoMachineId', row);
    const into = id === undefined ? undefined : recordOf(id);
    if (into === undefined || into === record) return;
    const name = nameOf(record);
    if (name !== undefined && name === nameOf(into)) targets.set(record, into);
  });
  return targets;
}

function textAt({ columns }: RecordRows, property: ScalarProperty, row: number): string | undefined {
  const { codes, dictionary } = columns[property];
  const code = codes[row] ?? 0;
  return code === 0 ? undefined : textOf(dictionary, code);
}

/** Later than all hours that a record may have. */
const never = 0xffff_ffff;

/** Hours since the year 0. */
const hoursOf = (ticks: bigint): number => Number((ticks + ticksBeforeUnix) / ticksOfHour);
const ticksOfHour = 36_000_000_000n;
const ticksBeforeUnix = 62_167_219_200n * 10_000_000n;

interface LinkedRecord {
  readonly record: number;
  /** Ticks of its `lastSeen`. */
  readonly seen: bigint;
  /** Ticks of its `firstSeen`. */
  readonly first: bigint;
}

/** The records that are marked, the latest first. */
function latestFirst(sets: readonly RecordRows[], isMarked: Uint8Array): readonly LinkedRecord[] {
  const found: (LinkedRecord & { readonly id: () => string })[] = [];
  for (const set of sets) {
    for (let row = 0; row < set.rows; row++) {
      const record = set.first + row;
      if (isMarked[record] !== 1) continue;
      const seen = ticksAt(set.columns, 'lastSeen', row);
      const first = ticksAt(set.columns, 'firstSeen', row);
      // Read where nothing else decides.
      found.push({ record, seen, first, id: () => textAt(set, 'id', row) ?? '' });
    }
  }
  const laterFirst = <Value>(left: Value, right: Value): number => (left > right ? -1 : left < right ? 1 : 0);
  found.sort(
    (left, right) =>
      laterFirst(left.seen, right.seen) ||
      laterFirst(left.first, right.first) ||
      laterFirst(left.id(), right.id()),
  );
  return found;
}

function ticksAt(columns: Columns, property: 'lastSeen' | 'firstSeen', row: number): bigint {
  const { codes, dictionary } = columns[property];
  const code = codes[row] ?? 0;
  const { values } = dictionary;
  return code > 0 && values.kind === 'moment' ? (values.ticks[code - 1] ?? noTicks) : noTicks;
}

/**
 * The latest records of their devices, a bit each, among those that may be seen; of those that may not, nothing is said.
 * The latest come first, so that the first place of those that are joined names each device.
 * @param end one more than the highest record
 */
export function latestRecords(
  { records, devices, mergedInto, begins, ends }: DeviceLinks,
  end: number,
  isSeen: (record: number) => boolean,
): Uint32Array {
  const bits = allBits(end);
  const seen = Uint8Array.from(records, (record) => (isSeen(record) ? 1 : 0));
  const parents = Uint32Array.from(records, (_, place) => place);
  const firstOf = (place: number): number => {
    let at = place;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at] ?? 0] ?? 0;
      at = parents[at] ?? 0;
    }
    return at;
  };
  const join = (left: number, right: number): void => {
    const [first, second] = [firstOf(left), firstOf(right)];
    parents[Math.max(first, second)] = Math.min(first, second);
  };
  const followers = new Map<number, Followers>();
  for (let place = 0; place < records.length; place++) {
    if (seen[place] !== 1) continue;
    const device = devices[place] ?? 0;
    if (device > 0) {
      const left = followers.get(device) ?? new Followers(begins);
      followers.set(device, left);
      const follower = left.takeFrom((ends[place] ?? 0) - overlapHours);
      if (follower !== undefined) join(follower, place);
      left.add(place);
    }
    const into = mergedInto[place] ?? 0;
    if (into > 0 && seen[into - 1] === 1) join(into - 1, place);
  }
  for (let place = 0; place < records.length; place++) {
    const record = records[place] ?? 0;
    if (seen[place] === 1 && firstOf(place) !== place)
      bits[record >>> 5] = (bits[record >>> 5] ?? 0) & ~(1 << (record & 31));
  }
  return bits;
}

/** Time that an older record may still be seen after the newer one came: devices report once a day. */
const overlapHours = 24;

/** Places of records that no earlier one leads to yet, by when they began. */
class Followers {
  readonly #begins: Uint32Array;
  readonly #places: number[] = [];

  constructor(begins: Uint32Array) {
    this.#begins = begins;
  }

  /** Takes out the first that began in an hour or later, of several of one hour the latest record; if there is any. */
  takeFrom(hour: number): number | undefined {
    const index = this.#indexOf(hour);
    return index < this.#places.length ? this.#places.splice(index, 1)[0] : undefined;
  }

  add(place: number): void {
    // Behind those of the same hour, which are later records.
    this.#places.splice(this.#indexOf((this.#begins[place] ?? 0) + 1), 0, place);
  }

  /** How many began before an hour. */
  #indexOf(hour: number): number {
    const places = this.#places;
    return firstWhere(0, places.length, (index) => (this.#begins[places[index] ?? 0] ?? 0) >= hour);
  }
}
