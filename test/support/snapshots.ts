import type { Snapshot, SnapshotId } from '../../src/fleet/snapshot.ts';
import { arraysOf, byteLengthOf } from '../../src/fleet/snapshot-arrays.ts';
import type { Machine } from '../../src/machines/machine.ts';
import type { Moment } from '../../src/machines/moment.ts';
import { buildSnapshot } from './build-snapshot.ts';

export const readAt = '2026-09-08T00:00:00.500Z' as Moment;

export function snapshotOf(machines: readonly Machine[], id = 's1', previous?: Snapshot): Snapshot {
  return buildSnapshot(machines, { id: id as SnapshotId, readAt, previous });
}

/** The machines of a snapshot, by id as it has them: of those with the same id, the last one. */
export function machinesById(machines: readonly Machine[]): readonly Machine[] {
  const last = new Map(machines.map((machine) => [machine.id, machine]));
  return [...last.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
}

/** Bytes that these snapshots take together: shared arrays count once. */
export function bytesTogether(snapshots: readonly Snapshot[]): number {
  return byteLengthOf(
    snapshots.flatMap(({ columns, devices }) => [...arraysOf(columns).values(), ...Object.values(devices)]),
  );
}
