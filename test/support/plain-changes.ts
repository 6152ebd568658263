import { deltaOf } from '../../src/fleet/changes/delta.ts';
import { ResidentChanges } from '../../src/fleet/changes/resident-changes.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { createFleetViews } from '../../src/fleet/fleet-views.ts';
import type { Snapshot, SnapshotId } from '../../src/fleet/snapshot.ts';
import { unsharedSnapshots } from '../../src/fleet/snapshot-exchange.ts';
import type { Catalog } from '../../src/machines/catalog.ts';
import { buildSnapshot } from './build-snapshot.ts';
import type { PlainReading } from './history.ts';
import { inPlaceEngine } from './in-place-engine.ts';
import { noTurns } from './no-turns.ts';
import { catalogOver } from './plain-fleet.ts';
import { watchedLog } from './watched-log.ts';

/** A catalog over a fleet that the test reads, with the changes of it. */
export interface PlainChanges {
  readonly catalog: Catalog;
  readonly changes: ResidentChanges;
  readonly newest: () => Snapshot;
  readonly read: (reading: PlainReading) => void;
}

export function plainChanges(
  first: PlainReading,
  keep: { keepMs?: number; maxBytes?: number } = {},
): PlainChanges {
  let readings = 0;
  const snapshotOf = ({ machines, readAt }: PlainReading, previous?: Snapshot): Snapshot =>
    buildSnapshot(machines, { id: `s${++readings}` as SnapshotId, readAt, previous });
  let newest = snapshotOf(first);
  const changes = new ResidentChanges({
    engine: inPlaceEngine,
    exchange: unsharedSnapshots(1),
    keepMs: Number.POSITIVE_INFINITY,
    maxBytes: 2 ** 30,
    now: () => Date.parse(newest.readAt),
    log: watchedLog().log,
    ...keep,
  });
  const fleet: Fleet = {
    current: () => newest,
    snapshot: () => undefined,
    ready: async () => newest,
    newer: async () => newest,
    since: changes.since.bind(changes),
    keptChanges: () => changes.kept,
    isTooLarge: () => false,
    ageMs: () => 0,
    status: () => ({ state: 'READY', snapshot: newest.id, ageMs: 0 }),
    close: async () => undefined,
  };
  const views = createFleetViews({
    fleet,
    engine: inPlaceEngine,
    turn: noTurns,
    freshMs: 1_000,
    monotonic: Date.now,
  });
  return {
    catalog: catalogOver(views, []),
    changes,
    newest: () => newest,
    read: (reading) => {
      const previous = newest;
      newest = snapshotOf(reading, previous);
      changes.hold(deltaOf(previous, newest));
    },
  };
}
