import type { Filter } from '../machines/condition.ts';
import type { DeviceScope } from '../machines/device-scope.ts';
import type { FleetViews } from '../machines/fleet-view.ts';
import type { PageTurn } from '../machines/page-turn.ts';
import { isYoungEnough } from '../machines/source.ts';
import { meaningOf } from './answering.ts';
import { changeList } from './changes/change-list.ts';
import type { ChangesQuery, NetChanges } from './changes/net-changes.ts';
import { SharedResults } from './changes/shared-results.ts';
import type { FleetEngine } from './engine.ts';
import type { Fleet } from './fleet.ts';
import type { Snapshot, SnapshotId } from './snapshot.ts';
import { snapshotView } from './snapshot-view.ts';

export interface FleetViewsOptions {
  readonly fleet: Fleet;
  readonly engine: FleetEngine;
  /** Awaited before the machines of a page are assembled. */
  readonly turn: PageTurn;
  /** Age up to which a snapshot answers for a single machine in place of upstream, in milliseconds. */
  readonly freshMs: number;
  /** Clock of deadlines, in milliseconds. */
  readonly monotonic: () => number;
}

/** Bytes of net changes that are kept for the next pages and for callers who ask alike. */
const changesBytes = 16 * 1024 * 1024;

/** The fleet of the app registration for the catalog: the same for all callers, whose scope the catalog applies to filters. */
export function createFleetViews(options: FleetViewsOptions): FleetViews {
  const { fleet, engine, turn, freshMs, monotonic } = options;
  const results = new SharedResults<NetChanges>(
    changesBytes,
    ({ kinds, gone }) => 9 * kinds.length + 64 * gone.length,
  );
  /** What is shared is shared among those who may see the same. */
  const changesOf = async (
    snapshot: Snapshot,
    scope: DeviceScope,
    id: SnapshotId | 'nothing',
    filter: Filter,
    leaving: AbortSignal,
  ) => {
    const since = id === 'nothing' ? 'nothing' : await fleet.since(id, snapshot, leaving);
    if (since === undefined) return undefined;
    const query: ChangesQuery = { filter, among: scope };
    const key = `${id} ${snapshot.id} ${JSON.stringify(scope)} ${meaningOf(filter)}`;
    const net = await results.get(key, leaving, (signal) => engine.changes(snapshot, since, query, signal));
    return changeList(snapshot, net, scope, turn);
  };
  const viewOf = (snapshot: Snapshot, scope: DeviceScope) =>
    snapshotView(snapshot, {
      scope,
      engine,
      turn,
      onWalk: () => fleet.snapshot(snapshot.id),
      changes: (since, filter, signal) => changesOf(snapshot, scope, since, filter, signal),
    });
  return {
    standing: (call) => {
      if (fleet.isTooLarge()) return { kind: 'unavailable', why: tooLarge };
      const snapshot = fleet.current();
      if (snapshot === undefined) return { kind: 'loading' };
      const ageMs = fleet.ageMs(snapshot);
      const isYoung = isYoungEnough(ageMs, call);
      return { kind: 'ready', view: viewOf(snapshot, call.scope), isFresh: ageMs <= freshMs, isYoung };
    },
    ready: async ({ signal, deadline, scope, maxAgeMs }) =>
      viewOf(await fleet.ready({ signal, patienceMs: deadline - monotonic(), maxAgeMs }), scope),
    noChanges: undefined,
    newer: async (than, { signal, scope }) => viewOf(await fleet.newer(than, signal), scope),
    earlier: (id, call) => {
      const snapshot = fleet.snapshot(id);
      if (snapshot === undefined || !isYoungEnough(fleet.ageMs(snapshot), call)) return undefined;
      return viewOf(snapshot, call.scope);
    },
    status: ({ scope }) => {
      const { state, nextSnapshotAt } = fleet.status();
      const snapshot = fleet.current();
      return { state, nextSnapshotAt, view: snapshot && viewOf(snapshot, scope) };
    },
  };
}

/** Why there will be no fleet, in words for callers. */
const tooLarge =
  'The fleet has more machines than the gateway holds. Ask only for what upstream can answer, or let the operator raise ' +
  'FLEET_MAX_MACHINES.';
