import { systemClock as clocks } from '../../src/clock.ts';
import { type Emulator, type RawMachine, startEmulator } from '../../src/emulator/emulator.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { machineAt } from '../../src/fleet/machine-at.ts';
import { redisSnapshots } from '../../src/fleet/redis-snapshots.ts';
import { createResidentFleet, type ReadReport } from '../../src/fleet/resident-fleet.ts';
import type { Snapshot, SnapshotId } from '../../src/fleet/snapshot.ts';
import type { Principal } from '../../src/machines/source.ts';
import { systemTimers } from '../../src/timers.ts';
import { defaultRules, type QuotaRules } from '../../src/upstream/quota/options.ts';
import { redisLedger } from '../../src/upstream/quota/redis-ledger.ts';
import { createQuota } from '../../src/upstream/quota/scheduler.ts';
import { createRowReader } from '../../src/upstream/row-reader.ts';
import { createTransport } from '../../src/upstream/transport.ts';
import { inPlaceEngine } from './in-place-engine.ts';
import { plainApi } from './plain-api.ts';
import { addressOf, type RedisServer, startRedisServer } from './redis-server.ts';
import { secrets } from './secrets.ts';
import { ample } from './transport-calls.ts';
import { type LogLine, watchedLog } from './watched-log.ts';

/** The parts that read and hold the fleet, several times over one Redis and before one emulator, in real time. */
export interface FleetReplicas {
  readonly emulator: Emulator;
  readonly redis: RedisServer;
  readonly replicas: readonly FleetReplica[];
  /** What became of the readings of all. */
  readonly reports: readonly (ReadReport & { readonly replica: number; readonly at: number })[];
  readonly lines: readonly LogLine[];
  readonly close: () => Promise<void>;
}

export interface FleetReplica {
  readonly fleet: Fleet;
  /** Every snapshot that it has shown, once each. */
  readonly shown: readonly Snapshot[];
}

export const refreshMs = 3_000;
/** So short that a test of a few seconds fills them. */
export const rules: QuotaRules = {
  ...defaultRules,
  windows: [
    { windowMs: 1_000, calls: 60 },
    { windowMs: 6_000, calls: 180 },
  ],
  maxCallMs: 5_000,
};
export const times = {
  leaseMs: 2_500,
  commandMs: 800,
  chunkMs: 2_000,
  adoptMs: 5_000,
  pollMs: 50,
  refusedMs: 1_000,
  reconnectMs: { first: 20, longest: 200 },
};

export async function startFleetReplicas(
  count: number,
  machines: readonly RawMachine[],
  change: {
    readonly latencyMs?: number;
    readonly refreshMs?: number;
    readonly callsPerHour?: number;
  } = {},
): Promise<FleetReplicas> {
  const { log, lines } = watchedLog('info');
  const redis = await startRedisServer();
  const emulator = await startEmulator({
    fleet: { kind: 'rows', rows: machines },
    tokens: [secrets.token],
    quota: 'off',
    accept: { not: true },
    log,
  });
  emulator.configure({ latencyMs: change.latencyMs ?? 0 });
  const reports: (ReadReport & { replica: number; at: number })[] = [];
  const started = Array.from({ length: count }, (_, replica) => {
    const transport = createTransport({ ...ample, url: emulator.url });
    const quota = createQuota({
      clock: systemTimers,
      ledger: redisLedger({
        address: addressOf(redis.url),
        prefix: 'quota',
        replicas: count,
        rules,
        clock: systemTimers,
      }),
    });
    const rowReader = createRowReader(() => undefined);
    const source = plainApi({ transport, quota, rowReader, retries: 0, log, clock: clocks });
    let readings = 0;
    const fleet = createResidentFleet({
      source,
      principal: 'app' as Principal,
      engine: inPlaceEngine,
      exchange: redisSnapshots({
        keepChanges: { keepMs: 86_400_000, maxBytes: 2 ** 26 },
        address: addressOf(redis.url),
        prefix: 'machines-gateway:fleet:1:test',
        replicas: count,
        maxMachines: 10_000,
        keepMs: 60_000,
        clock: systemTimers,
        log,
        times,
      }),
      rules: { windowRows: 100, maxMachines: 10_000, idsPerCall: 20 },
      refreshMs: change.refreshMs ?? refreshMs,
      quotaShare: 0.5,
      callsPerHour: () => change.callsPerHour ?? 1_000_000,
      keepBytes: 2 ** 26,
      serveMs: 3_600_000,
      keepChanges: { keepMs: 86_400_000, maxBytes: 2 ** 26 },
      clock: systemTimers,
      now: Date.now,
      newId: () => `r${replica}n${++readings}` as SnapshotId,
      events: { onRead: (report) => reports.push({ ...report, replica, at: Date.now() }) },
      log,
    });
    const shown: Snapshot[] = [];
    const look = setInterval(() => {
      const newest = fleet.current();
      if (newest !== undefined && newest !== shown.at(-1)) shown.push(newest);
    }, 10);
    const close = async (): Promise<void> => {
      clearInterval(look);
      await fleet.close();
      await quota.close();
      await Promise.all([transport.close(), rowReader.close()]);
    };
    return { fleet, shown, close };
  });
  return {
    emulator,
    redis,
    replicas: started,
    reports,
    lines,
    close: async () => {
      redis.resume();
      await Promise.all(started.map(({ close }) => close()));
      await redis.kill();
      await emulator.close();
    },
  };
}

/** Id and risk of each machine of a snapshot, in its order. */
export const risksOf = (snapshot: Snapshot): string[] =>
  Array.from({ length: snapshot.rows }, (_, row) => {
    const { id, riskScore } = machineAt(snapshot, row);
    return `${id} ${String(riskScore).toUpperCase()}`;
  });
