import type { Filter } from '../../machines/condition.ts';
import type { DeviceScope } from '../../machines/device-scope.ts';
import { leavesOf } from '../../machines/filter.ts';
import type { ShownMachine } from '../../machines/machine.ts';
import { lowerBound, searchKey } from '../dictionary.ts';
import { latestOfDevices } from '../latest-of-devices.ts';
import { machineAt } from '../machine-at.ts';
import { select } from '../select.ts';
import { forEachRow, hasBit, isSelected, type Selection } from '../selection.ts';
import type { Snapshot } from '../snapshot.ts';
import { latestBefore } from './latest-before.ts';
import type { Past } from './past.ts';

/** What has changed for one filter between a reading and a snapshot, by id. Plain data, which passes between threads. */
export interface NetChanges {
  readonly kinds: Uint8Array;
  /** Row of each machine in the snapshot, + 1; 0 where it is gone. */
  readonly rows: Uint32Array;
  /** Ids of those that are gone, in the same order. */
  readonly gone: readonly string[];
  /** Of those that are updated, which properties: a place in `sets`. */
  readonly changed: Uint32Array;
  readonly sets: readonly (readonly (keyof ShownMachine)[])[];
}

/** Whose changes are asked for. */
export interface ChangesQuery {
  readonly filter: Filter;
  /** What the caller may see, within which devices are distinguished; the filter holds it, too. */
  readonly among: DeviceScope;
}

/** What `kinds` are. */
export const changeKinds = ['ADDED', 'UPDATED', 'REMOVED'] as const;
const added = 0;
const updated = 1;
const removed = 2;

interface Found {
  /** Even at a row of the snapshot, odd between two: ids that are gone lie there. */
  readonly place: number;
  readonly kind: number;
  readonly row: number;
  readonly id: string;
  readonly changed: number;
}

/**
 * A record that begins or ceases to be the latest of its device has changed by that alone, for it is a property as any
 * other; and it begins or ceases to match a filter by it.
 *
 * @param past how the fleet was, on the way back from `now`
 * @param selectNow the rows of `now` that a filter matches
 */
export function netChanges(
  now: Snapshot,
  past: Past,
  { filter, among }: ChangesQuery,
  selectNow: (filter: Filter) => Selection,
): NetChanges {
  const was = select(past.snapshot, filter, (scope) => latestBefore(now, past, scope).changed);
  const is = selectNow(filter);
  const wasLatest = latestBefore(now, past, among);
  const isLatest = latestOfDevices(now, among);
  const found: Found[] = [];
  const note = (kind: number, row: number, changed = 0): void => {
    found.push({ place: row * 2, kind, row: row + 1, id: '', changed });
  };
  const told = new Uint8Array(now.rows);
  for (const row of past.came) {
    told[row] = 1;
    if (isSelected(is, row)) note(added, row);
  }
  for (let row = 0; row < past.snapshot.rows; row++) {
    const wasShown = isSelected(was, row);
    const rowNow = past.rowsNow[row] ?? 0;
    const isShown = rowNow > 0 && isSelected(is, rowNow - 1);
    if (rowNow > 0) told[rowNow - 1] = 1;
    if (rowNow === 0 && wasShown) found.push(goneFrom(now, machineAt(past.snapshot, row).id));
    else if (wasShown && isShown) {
      const isOther = hasBit(wasLatest.changed, row) !== hasBit(isLatest, rowNow - 1);
      note(updated, rowNow - 1, (past.changed[row] ?? 0) * 2 + (isOther ? 1 : 0));
    } else if (wasShown !== isShown) note(isShown ? added : removed, rowNow - 1);
  }
  // Machines that did not change, but differ by the time that has passed, or by other records of their device.
  const wasThen = hangsOnMore(filter) ? selectBefore(now, past, filter) : is;
  for (let word = 0; word < is.bits.length; word++) {
    const isOther = (wasLatest.unchanged[word] ?? 0) ^ (isLatest[word] ?? 0);
    if ((isOther | ((wasThen.bits[word] ?? 0) ^ (is.bits[word] ?? 0))) === 0) continue;
    for (let row = word * 32; row < Math.min(now.rows, word * 32 + 32); row++) {
      if (told[row] === 1) continue;
      const wasShown = isSelected(wasThen, row);
      const isShown = isSelected(is, row);
      if (wasShown !== isShown) note(isShown ? added : removed, row);
      else if (isShown && ((isOther >>> (row & 31)) & 1) === 1) note(updated, row, past.sets.length * 2);
    }
  }
  found.sort((left, right) => left.place - right.place || (left.id < right.id ? -1 : 1));
  return {
    kinds: Uint8Array.from(found, ({ kind }) => kind),
    rows: Uint32Array.from(found, ({ row }) => row),
    gone: found.flatMap(({ row, id }) => (row === 0 ? [id] : [])),
    changed: Uint32Array.from(found, ({ changed }) => changed),
    sets: [...past.sets.flatMap((set) => [set, [...set, ...byDevice]]), byDevice],
  };
}

const byDevice: readonly (keyof ShownMachine)[] = ['isLatestOfDevice'];

/** What has changed since there was nothing. */
export function allAdded(is: Selection): NetChanges {
  const rows = new Uint32Array(is.count);
  let place = 0;
  forEachRow(is, (row) => {
    rows[place++] = row + 1;
  });
  return {
    kinds: new Uint8Array(is.count).fill(added),
    rows,
    gone: [],
    changed: new Uint32Array(is.count),
    sets: [],
  };
}

function goneFrom({ columns }: Snapshot, id: string): Found {
  const { dictionary } = columns.id;
  const key = searchKey(dictionary, id);
  const code = key === undefined ? 1 : lowerBound(dictionary, key);
  return { place: (code - 1) * 2 - 1, kind: removed, row: 0, id, changed: 0 };
}

/** Which machines of now a filter matched then; of those that have changed since, nothing is said. */
const selectBefore = (now: Snapshot, past: Past, filter: Filter): Selection =>
  select(
    { ...now, readAt: past.snapshot.readAt },
    filter,
    (scope) => latestBefore(now, past, scope).unchanged,
  );

/** Whether a filter hangs on more than the machine itself: on the time of the reading, or on other records. */
const hangsOnMore = (filter: Filter): boolean =>
  leavesOf(filter).some(
    (leaf) =>
      leaf.kind === 'latest of device' ||
      leaf.test.operator === 'newerThan' ||
      leaf.test.operator === 'olderThan',
  );
