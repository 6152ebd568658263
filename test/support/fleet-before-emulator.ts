import { setTimeout as delay, setImmediate as turnOfLoop } from 'node:timers/promises';
import {
  type Emulator,
  type EmulatorOptions,
  type RawMachine,
  startEmulator,
} from '../../src/emulator/emulator.ts';
import { valueAt } from '../../src/fleet/dictionary.ts';
import { createFleetEngine, type FleetEngine } from '../../src/fleet/engine.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import {
  createResidentFleet,
  type ReadReport,
  type ResidentFleetOptions,
} from '../../src/fleet/resident-fleet.ts';
import type { Snapshot, SnapshotId } from '../../src/fleet/snapshot.ts';
import { unsharedSnapshots } from '../../src/fleet/snapshot-exchange.ts';
import type { MachineSource, Principal } from '../../src/machines/source.ts';
import { maxCallMs } from '../../src/upstream/machines-api.ts';
import { memoryLedger } from '../../src/upstream/quota/ledger.ts';
import { defaultRules } from '../../src/upstream/quota/options.ts';
import { createQuota } from '../../src/upstream/quota/scheduler.ts';
import { createRowReader } from '../../src/upstream/row-reader.ts';
import { createTransport } from '../../src/upstream/transport.ts';
import { type SimulatedClock, settle, simulatedClock } from '../upstream/quota/simulated-clock.ts';
import { plainApi } from './plain-api.ts';
import { secrets } from './secrets.ts';
import { ample } from './transport-calls.ts';
import { type LogLine, watchedLog } from './watched-log.ts';

/** The parts that read and hold the fleet, before the real emulator; time is simulated. */
export interface FleetBeforeEmulator {
  readonly fleet: Fleet;
  readonly emulator: Emulator;
  /** Monotonic. */
  readonly clock: SimulatedClock;
  /** Wall clock, in epoch milliseconds. */
  readonly wall: () => number;
  readonly engine: FleetEngine;
  readonly lines: readonly LogLine[];
  readonly reports: readonly ReadReport[];
  /** Lets time pass, in steps, until a condition holds; while a call or a build is under way, time stands still. */
  readonly until: (holds: () => boolean, stepMs?: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface FleetBeforeEmulatorOptions {
  readonly emulator: Partial<EmulatorOptions> & Pick<EmulatorOptions, 'fleet'>;
  readonly fleet?: Partial<ResidentFleetOptions>;
  /** Told ahead of each call. */
  readonly onCall?: (requestId: string) => void;
  /** Time that passes with each call. */
  readonly callTakesMs?: number;
}

export const midnight = Date.UTC(2026, 8, 8);

export async function runFleet(options: FleetBeforeEmulatorOptions): Promise<FleetBeforeEmulator> {
  const { log, lines } = watchedLog();
  const clock = simulatedClock();
  const began = clock.now();
  // Both pass alike, and stand at other figures: to take one for the other shows.
  const wall = (): number => midnight + clock.now() - began;
  const emulator = await startEmulator({ tokens: [secrets.token], now: wall, log, ...options.emulator });
  const transport = createTransport({ ...ample, url: emulator.url, maxResponseBytes: 2 ** 27 });
  const quota = createQuota({ ledger: memoryLedger({ ...defaultRules, maxCallMs }, clock), clock });
  const rowReader = createRowReader(() => undefined);
  const api = plainApi({
    transport,
    quota,
    rowReader,
    retries: 0,
    log,
    clock: { wall, monotonic: clock.now },
  });
  const busy = new Set<unknown>();
  const whileBusy = async <T>(work: () => Promise<T>): Promise<T> => {
    const token = {};
    busy.add(token);
    try {
      return await work();
    } finally {
      busy.delete(token);
    }
  };
  const source: MachineSource = {
    window: (query, call) =>
      whileBusy(async () => {
        options.onCall?.(call.requestId);
        await clock.advance(options.callTakesMs ?? 1_000);
        return api.window(query, call);
      }),
  };
  const engine = timedEngine(options.fleet?.engine ?? createFleetEngine(), busy);
  const reports: ReadReport[] = [];
  let count = 0;
  const fleet = createResidentFleet({
    source,
    principal: 'app' as Principal,
    engine,
    exchange: unsharedSnapshots(1),
    rules: { windowRows: 10_000, maxMachines: 1_000_000, idsPerCall: 20 },
    refreshMs: 300_000,
    quotaShare: 0.5,
    callsPerHour: () => quota.state().windows.at(-1)?.limit ?? 0,
    keepBytes: 2 ** 28,
    serveMs: 3_600_000,
    keepChanges: { keepMs: 86_400_000, maxBytes: 2 ** 26 },
    clock,
    now: wall,
    newId: () => `s${++count}` as SnapshotId,
    events: { onRead: (report) => reports.push(report) },
    log,
    ...withoutEngine(options.fleet),
  });
  return {
    fleet,
    emulator,
    clock,
    wall,
    engine,
    lines,
    reports,
    until: async (holds, stepMs = 1_000) => {
      while (!holds()) {
        await turnOfLoop();
        // Not turn by turn: the loop would spin, and take the time from the threads that it waits for.
        if (busy.size > 0) await delay(1);
        if (busy.size === 0) {
          await settle();
          if (busy.size === 0 && !holds()) await clock.advance(stepMs);
        }
      }
    },
    close: async () => {
      await fleet.close();
      await quota.close();
      await Promise.all([transport.close(), rowReader.close()]);
      await emulator.close();
    },
  };
}

/** The engine is wrapped. */
function withoutEngine({ engine: _, ...rest }: Partial<ResidentFleetOptions> = {}) {
  return rest;
}

/** Notes the engine as busy while it works on what it was given, not while it waits for more. */
function timedEngine(engine: FleetEngine, busy: Set<unknown>): FleetEngine {
  return {
    ...engine,
    compare: async (...args) => {
      const token = {};
      busy.add(token);
      try {
        return await engine.compare(...args);
      } finally {
        busy.delete(token);
      }
    },
    build: async (blocks, meta, signal) => {
      const token = {};
      // From the start: a thread takes a while to start, and longer on a busy machine.
      busy.add(token);
      const told = async function* () {
        busy.delete(token);
        for await (const block of blocks) {
          busy.add(token);
          yield block;
          busy.delete(token);
        }
        busy.add(token);
      };
      try {
        return await engine.build(told(), meta, signal);
      } finally {
        busy.delete(token);
      }
    },
  };
}

/** Ids of a snapshot, in its order. */
export function idsOf({ columns, rows }: Snapshot): string[] {
  return Array.from({ length: rows }, (_, row) =>
    String(valueAt(columns.id.dictionary, columns.id.codes[row] ?? 0)),
  );
}

/** Small machines, as many as wished: most have reported within a day, some have not for months, a few never have. */
export function smallMachines(size: number, { never = 0.006 } = {}): RawMachine[] {
  const dayMs = 86_400_000;
  return Array.from({ length: size }, (_, index) => {
    const id = `${(Math.imul(index, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')}${index}`;
    const place = ((index * 7_919) % 100_003) / 100_003;
    const ageMs = place < 0.8 ? (place / 0.8) * dayMs : (1 + (place - 0.8) * 700) * dayMs;
    const none = index % 2 === 0 ? null : '0001-01-01T00:00:00Z';
    const isNever = never > 0 && index % Math.round(1 / never) === 0;
    const seen = `${new Date(midnight - ageMs).toISOString().slice(0, -1)}${String(index % 10_000).padStart(4, '0')}Z`;
    return { id, lastSeen: isNever ? none : seen, riskScore: 'Low', rbacGroupId: index % 7, machineTags: [] };
  });
}
