import type { Filter } from '../machines/condition.ts';
import { at } from '../machines/connection.ts';
import type { DeviceScope } from '../machines/device-scope.ts';
import type { FleetPageRequest, FleetView, SnapshotId, ViewChanges } from '../machines/fleet-view.ts';
import type { PageTurn } from '../machines/page-turn.ts';
import { spansOf } from '../machines/row-span.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { FleetBusy, type FleetEngine } from './engine.ts';
import { groupAt, rowAt, rowOf, rowSourceOf } from './machine-at.ts';
import { sortKeyOf } from './row-order.ts';
import type { Snapshot } from './snapshot.ts';
import { walkSnapshot } from './snapshot-walk.ts';

/** Seconds after which a query may be repeated when the engine has no room. */
const busySeconds = 1;

export interface SnapshotViewOptions {
  /** What those may see who are given the view. */
  readonly scope: DeviceScope;
  readonly engine: FleetEngine;
  /** Awaited before the machines of a page are assembled. */
  readonly turn: PageTurn;
  /** Called for each page that others may follow, so that the snapshot is kept for them. */
  readonly onWalk?: () => void;
  /** What has changed for a filter since an earlier reading. Default: it is not known. */
  readonly changes?: (
    since: SnapshotId | 'nothing',
    filter: Filter,
    signal: AbortSignal,
  ) => Promise<ViewChanges | undefined>;
}

/** A snapshot for the catalog. */
export function snapshotView(
  snapshot: Snapshot,
  { scope, engine, turn, onWalk = () => undefined, changes = async () => undefined }: SnapshotViewOptions,
): FleetView {
  return {
    id: snapshot.id,
    readAt: snapshot.readAt,
    query: async (query, signal) => {
      const answer = await toldIfBusy(engine.query(snapshot, query, signal));
      if (answer.hasNext || answer.hasPrevious) onWalk();
      await turn(answer.rows.length, signal);
      const source = rowSourceOf(snapshot, scope);
      return {
        spans: spansOf(answer.rows.map((row) => ({ source, row }))),
        keyOf: (index) => sortKeyOf(snapshot, at(answer.rows, index), query.orders),
        hasNext: answer.hasNext,
        hasPrevious: answer.hasPrevious,
        totalCount: answer.totalCount,
      };
    },
    walk: async (query, signal) => {
      onWalk();
      const find = (page: FleetPageRequest) => toldIfBusy(engine.query(snapshot, { ...query, page }, signal));
      const source = rowSourceOf(snapshot, scope);
      return await walkSnapshot(snapshot, source, query, find, () => turn('walk', signal));
    },
    keep: onWalk,
    facets: (requests, signal) => toldIfBusy(engine.facets(snapshot, requests, signal)),
    byId: (id) => {
      const row = rowOf(snapshot, id);
      return row === undefined ? undefined : rowAt(rowSourceOf(snapshot, scope), row);
    },
    groupOf: (id) => {
      const row = rowOf(snapshot, id);
      return row === undefined ? undefined : groupAt(snapshot, row);
    },
    changes: (since, filter, signal) => toldIfBusy(changes(since, filter, signal)),
  };
}

async function toldIfBusy<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof FleetBusy)) throw error;
    throw new UpstreamError(
      {
        code: 'FLEET_LOADING',
        message:
          'More queries of the fleet wait than can be answered in time. Try again after retryAfterSeconds.',
        retryAfterSeconds: busySeconds,
        retryable: true,
      },
      { cause: error },
    );
  }
}
