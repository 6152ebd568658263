import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { digest } from '../machines/digest.ts';
import type { FleetViews } from '../machines/fleet-view.ts';
import { noFleet } from '../machines/no-fleet.ts';
import type { PageTurn } from '../machines/page-turn.ts';
import type { MachineSource, Principal } from '../machines/source.ts';
import type { RedisAddress } from '../redis/redis-address.ts';
import type { Timers } from '../timers.ts';
import type { Tracer } from '../tracing/tracer.ts';
import { Refresher, type RefreshOptions } from '../upstream/windows/refresher.ts';
import { type CallerList, createCallerFleets } from './caller-fleets.ts';
import type { ChangeLogRules } from './changes/change-log.ts';
import type { KeptChanges } from './changes/resident-changes.ts';
import { createFleetEngine } from './engine.ts';
import type { FleetStatus } from './fleet.ts';
import { createFleetViews } from './fleet-views.ts';
import { redisSnapshots } from './redis-snapshots.ts';
import { createResidentFleet, type FleetBegin, type FleetEvents } from './resident-fleet.ts';
import type { SnapshotId } from './snapshot.ts';
import { type SnapshotExchange, unsharedSnapshots } from './snapshot-exchange.ts';
import { type FleetTrend, trendCounter } from './trend.ts';
import { wireVersion } from './wire.ts';

/** The fleet as the catalog and the metrics ask it, and its end. */
export interface FleetPart {
  readonly views: FleetViews;
  readonly status: () => FleetStatus;
  /** Undefined where it is not measured, or not known yet. */
  readonly trend: () => FleetTrend | undefined;
  readonly keptChanges: () => KeptChanges;
  readonly close: () => Promise<void>;
}

export interface FleetOptions {
  /** `off`: there is none. */
  readonly mode: 'auto' | 'on' | 'off';
  /** Whose: the whole fleet, as the app registration sees it, or a list for each caller, where it fits one call. */
  readonly identity: 'app' | 'caller';
  readonly begins: FleetBegin;
  readonly maxMachines: number;
  readonly refreshMs: number;
  /** Part of the hourly quota that reading may take, 0 to 0.9. */
  readonly quotaShare: number;
  readonly trendMetrics: boolean;
  /** How long and how much of its changes is kept. */
  readonly keepChanges: Omit<ChangeLogRules, 'now'>;
  /** Bound on callers' lists, and on older snapshots beside the newest, in bytes. */
  readonly maxBytes: number;
  readonly source: MachineSource;
  readonly turn: PageTurn;
  /** Most rows, and most ids, that one call brings. */
  readonly windowRows: number;
  readonly idsPerCall: number;
  /** When callers' lists are read again. */
  readonly refreshing: RefreshOptions;
  /** Calls an hour that all readers together may make at the moment. */
  readonly callsPerHour: () => number;
  /** The exchange of replicas; undefined: each reads for itself, within its part of the quota. */
  readonly redis: { readonly address: RedisAddress; readonly ca: readonly string[] | undefined } | undefined;
  readonly replicas: number;
  /** Whose fleet it is, by registration and address of the API. Reaches Redis as a digest. */
  readonly owner: readonly string[];
  readonly clock: Clock;
  readonly quotaClock: Timers;
  readonly events: FleetEvents;
  /** Begins the trace of a reading. */
  readonly beginTrace: Tracer['begin'];
  readonly log: Logger;
}

/** Snapshots older than this many refreshes do not answer for single machines in place of upstream. */
const freshRefreshes = 2;

/** Age up to which a snapshot is worth more than none, until the fleet is read. */
const serveMs = (refreshMs: number): number => Math.max(3_600_000, 3 * refreshMs);

/** The fleet in the way that the settings name. */
export function createFleet(options: FleetOptions): FleetPart {
  if (options.mode === 'off') {
    const why = 'The gateway keeps none (FLEET=off). Let the operator set FLEET=auto.';
    return { ...notResident, views: noFleet(why), close: async () => undefined };
  }
  return options.identity === 'caller' ? callersFleets(options) : residentFleet(options);
}

const notResident: Pick<FleetPart, 'status' | 'trend' | 'keptChanges'> = {
  status: () => ({ state: 'OFF' }),
  keptChanges: () => ({ deltas: 0, bytes: 0 }),
  trend: () => undefined,
};

function callersFleets(options: FleetOptions): FleetPart {
  const engine = createFleetEngine();
  const views = createCallerFleets({
    ...options,
    engine,
    refresher: new Refresher<CallerList>(options.refreshing),
    callRows: options.windowRows,
    monotonic: options.clock.monotonic,
    newId,
  });
  return { ...notResident, views, close: engine.close };
}

function residentFleet(options: FleetOptions): FleetPart {
  const { refreshMs, quotaClock } = options;
  const { wall: now, monotonic } = options.clock;
  const engine = createFleetEngine();
  const fleet = createResidentFleet({
    ...options,
    principal: 'app' as Principal,
    engine,
    exchange: exchangeOf(options),
    rules: options,
    serveMs: serveMs(refreshMs),
    keepBytes: options.maxBytes,
    clock: quotaClock,
    now,
    newId,
  });
  const count = trendCounter();
  return {
    views: createFleetViews({
      ...options,
      fleet,
      engine,
      freshMs: freshRefreshes * refreshMs,
      monotonic,
    }),
    status: fleet.status,
    keptChanges: fleet.keptChanges,
    trend: () => {
      const held = options.trendMetrics ? fleet.current() : undefined;
      return held && count(held);
    },
    close: fleet.close,
  };
}

function exchangeOf(options: FleetOptions): SnapshotExchange {
  const { redis, replicas, owner, maxMachines, refreshMs, keepChanges, quotaClock: clock, log } = options;
  // A replica on its own reads within the part that its quota is then cut to.
  if (redis === undefined) return unsharedSnapshots(1);
  return redisSnapshots({
    ...redis,
    prefix: `machines-gateway:fleet:${wireVersion}:${digest(owner, 32)}`,
    replicas,
    maxMachines,
    keepMs: Math.max(serveMs(refreshMs), keepChanges.keepMs),
    keepChanges,
    clock,
    log,
  });
}

const newId = () => randomBytes(8).toString('hex') as SnapshotId;
