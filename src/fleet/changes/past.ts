import type { Machine } from '../../machines/machine.ts';
import { machineProperties } from '../../machines/machine-row.ts';
import { linkRecords } from '../devices.ts';
import { machineAt, rowOf } from '../machine-at.ts';
import { wordsFor } from '../selection.ts';
import type { DeviceLinks, Snapshot } from '../snapshot.ts';
import { SnapshotBuilder } from '../snapshot-builder.ts';
import { type Before, type Delta, entriesOf, type Reading } from './delta.ts';

/** A reading, and the way back to it. */
export interface Since {
  readonly reading: Reading;
  /** One leads on to the next, from the newest snapshot back to the reading. */
  readonly deltas: readonly Delta[];
}

/** Where changes start: a reading, or an empty fleet. */
export type SinceWhen = Since | 'nothing';

/** How the fleet was at a reading, as far as it differs from how it is now. */
export interface Past {
  /** The machines that have changed since, or are gone, as they were: evaluated like any snapshot. */
  readonly snapshot: Snapshot;
  /** By its rows: the row of the same machine now, + 1; 0 where it is gone. */
  readonly rowsNow: Uint32Array;
  /** By its rows: which properties differ now, as a place in `sets`. */
  readonly changed: Uint32Array;
  /** The sets of properties that occur. */
  readonly sets: readonly (readonly (keyof Machine)[])[];
  /** Rows of machines that are there now and were not. */
  readonly came: readonly number[];
  /**
   * Which records were of one device. Those of machines that have not changed since are numbered as the rows are now, the
   * others from the next multiple of 32 on, so that the bits of both begin with a word.
   */
  readonly devices: DeviceLinks;
}

/** Goes back from a snapshot to an earlier reading. @throws {Error} where the deltas do not lead there */
export function pastOf(now: Snapshot, { reading, deltas }: Since): Past {
  const builder = new SnapshotBuilder(undefined);
  const sets = new PropertySets();
  const told = new Map<string, { readonly rowNow: number; readonly set: number }>();
  const came: number[] = [];
  for (const [id, before] of foldBack(deltas)) {
    const row = rowOf(now, id);
    if (before === undefined) {
      if (row !== undefined) came.push(row);
      continue;
    }
    const machine = row === undefined ? undefined : machineAt(now, row);
    const changed = machine === undefined ? [] : differing(before, machine);
    // Changed there and back.
    if (machine !== undefined && changed.length === 0) continue;
    builder.add(asItWas(id, machine, before));
    told.set(id, { rowNow: row === undefined ? 0 : row + 1, set: sets.placeOf(changed) });
  }
  const snapshot = builder.finish(reading.id, reading.readAt);
  const rowsNow = new Uint32Array(snapshot.rows);
  const changed = new Uint32Array(snapshot.rows);
  for (let row = 0; row < snapshot.rows; row++) {
    const { rowNow = 0, set = 0 } = told.get(machineAt(snapshot, row).id) ?? {};
    rowsNow[row] = rowNow;
    changed[row] = set;
  }
  const devices = devicesBefore(now, snapshot, rowsNow, came);
  return { snapshot, rowsNow, changed, sets: sets.all, came, devices };
}

function devicesBefore(
  now: Snapshot,
  past: Snapshot,
  rowsNow: Uint32Array,
  came: readonly number[],
): DeviceLinks {
  const isTold = new Uint8Array(now.rows);
  for (const row of rowsNow) if (row > 0) isTold[row - 1] = 1;
  for (const row of came) isTold[row] = 1;
  return linkRecords(
    { columns: now.columns, rows: now.rows, first: 0, has: (row) => isTold[row] === 0 },
    { columns: past.columns, rows: past.rows, first: wordsFor(now.rows) * 32, has: () => true },
  );
}

/** What each machine was like: the older a delta, the more it counts. */
function foldBack(deltas: readonly Delta[]): ReadonlyMap<string, Before | undefined> {
  const folded = new Map<string, Before | undefined>();
  for (const { pieces } of deltas) {
    for (const piece of pieces) {
      for (const [id, before] of entriesOf(piece)) {
        const newer = folded.get(id);
        folded.set(id, newer === undefined || before === undefined ? before : Object.assign(newer, before));
      }
    }
  }
  return folded;
}

function asItWas(id: string, machine: Machine | undefined, before: Before): Machine {
  const was: Partial<Machine> = { ...machine, ...before, id };
  if (isWhole(was)) return was;
  throw new Error('The changes that are kept do not lead up to the newest snapshot.');
}

const isWhole = (machine: Partial<Machine>): machine is Machine =>
  machineProperties.every((name) => machine[name] !== undefined);

function differing(before: Before, machine: Machine): readonly (keyof Machine)[] {
  return machineProperties.filter((name) => {
    const value = before[name];
    return value !== undefined && value !== machine[name] && !isSame(value, machine[name]);
  });
}

/** Lists and objects. */
const isSame = (left: unknown, right: unknown): boolean =>
  typeof left === 'object' && JSON.stringify(left) === JSON.stringify(right);

/** The sets of properties that changed together, each kept once. */
class PropertySets {
  readonly all: (readonly (keyof Machine)[])[] = [];
  readonly #places = new Map<string, number>();

  placeOf(set: readonly (keyof Machine)[]): number {
    const key = set.join();
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.all.push(set) - 1;
      this.#places.set(key, place);
    }
    return place;
  }
}
