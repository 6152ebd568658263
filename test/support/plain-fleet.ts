import { feedPages } from '../../src/fleet/changes/feed-pages.ts';
import type { Snapshot } from '../../src/fleet/snapshot.ts';
import { snapshotView } from '../../src/fleet/snapshot-view.ts';
import { type Catalog, createCatalog, type MachinesById } from '../../src/machines/catalog.ts';
import { allDevices, type DeviceScope } from '../../src/machines/device-scope.ts';
import { filterLimits } from '../../src/machines/filter-input.ts';
import type { FleetViews } from '../../src/machines/fleet-view.ts';
import type { Listings } from '../../src/machines/listing.ts';
import type { Machine } from '../../src/machines/machine.ts';
import type { Call, Principal } from '../../src/machines/source.ts';
import { createWindowPages } from '../../src/machines/window-pages.ts';
import { untraced } from '../../src/tracing/span.ts';
import { inPlaceEngine } from './in-place-engine.ts';
import { noTurns } from './no-turns.ts';
import { snapshotOf } from './snapshots.ts';

/** A catalog over a fleet that the test puts there, and upstream that counts what it is asked. */
export interface PlainFleet {
  readonly catalog: Catalog;
  /** What upstream was asked: lists by their filter, machines by their ids. */
  readonly asked: string[];
  /** Puts another reading of the fleet in place of the one that is there, which is kept as long as `keeps` says. */
  readonly read: (machines: readonly Machine[], keeps?: boolean) => void;
  isFresh: boolean;
}

export function plainFleet(machines: readonly Machine[]): PlainFleet {
  const asked: string[] = [];
  let newest: Snapshot = snapshotOf(machines, 's1');
  const kept = new Map([[newest.id, newest]]);
  const view = (snapshot: Snapshot, { scope }: Pick<Call, 'scope'>) =>
    snapshotView(snapshot, { scope, engine: inPlaceEngine, turn: noTurns });
  const fleet: FleetViews = {
    standing: (call) => ({ kind: 'ready', view: view(newest, call), isFresh: plain.isFresh, isYoung: true }),
    ready: async (call) => view(newest, call),
    noChanges: undefined,
    newer: async (_, call) => view(newest, call),
    earlier: (id, call) => {
      const snapshot = kept.get(id);
      return snapshot && view(snapshot, call);
    },
    status: (call) => ({ state: 'READY', nextSnapshotAt: undefined, view: view(newest, call) }),
  };
  const catalog = catalogOver(fleet, asked);
  const plain: PlainFleet = {
    catalog,
    asked,
    read: (next, keeps = true) => {
      if (!keeps) kept.clear();
      newest = snapshotOf(next, `s${Number(newest.id.slice(1)) + 1}`);
      kept.set(newest.id, newest);
    },
    isFresh: true,
  };
  return plain;
}

/** A catalog over a fleet alone: notes what it would have upstream asked. */
export function catalogOver(fleet: FleetViews, asked: string[]): Catalog {
  const listings: Listings = {
    open: async (filter) => {
      asked.push(filter ?? 'everything');
      throw new Error('Upstream is not to be asked for a list.');
    },
    held: () => undefined,
    standIns: async () => [],
  };
  const byIds: MachinesById = {
    load: async (ids) => {
      asked.push(...ids);
      return ids.map(() => null);
    },
  };
  const sizes = { defaultSize: 50, maxSize: 1_000 };
  const bounds = { maxNodes: 100, maxEncodedBytes: 7_800 };
  const forms = { not: false, startsWithAnywhere: false };
  return createCatalog({
    windows: createWindowPages({ listings, forms, bounds, sizes, now: Date.now }),
    byIds,
    fleet,
    changePages: feedPages(),
    limits: filterLimits(bounds.maxNodes),
    sizes,
    maxNodes: bounds.maxNodes,
  });
}

/** The call of somebody who may see these device groups; without any given, of somebody who may see all. */
export function callOf(groupIds?: readonly number[]): Call {
  const scope: DeviceScope = groupIds === undefined ? allDevices : { kind: 'groups', groupIds };
  return {
    principal: `app ${groupIds ?? ''}` as Principal,
    scope,
    turn: 'one',
    lane: 'interactive',
    signal: new AbortController().signal,
    deadline: Date.now() + 10_000,
    requestId: 'test',
    span: untraced,
    usage: { called: () => undefined, served: () => undefined },
  };
}
