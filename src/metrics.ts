import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { KeptChanges } from './fleet/changes/resident-changes.ts';
import type { FleetStatus } from './fleet/fleet.ts';
import type { ReadReport } from './fleet/resident-fleet.ts';
import type { FleetTrend } from './fleet/trend.ts';
import type { FleetState } from './machines/fleet-view.ts';
import type { ServedFrom } from './machines/source.ts';
import { type UpstreamState, upstreamStates } from './upstream/api-standing.ts';
import type { CallReport } from './upstream/call-report.ts';
import type { Lane, QuotaRefusalReason, QuotaState } from './upstream/quota/quota.ts';
import { readVersion } from './version.ts';

/** What the gateway counts and measures, in the text form that Prometheus reads. Names no machine and no principal. */
export interface Metrics {
  readonly contentType: string;
  readonly print: () => Promise<string>;
  /** @param status of the answer; `aborted` where there was none @param ms time from head to end */
  readonly requestEnded: (route: string, status: string, ms: number) => void;
  /** @param code `OK`, or the code of the first error */
  readonly operationAnswered: (type: string, code: string, ms: number) => void;
  /** An operation was answered from its plan. */
  readonly preparedAnswered: () => void;
  readonly called: (report: CallReport) => void;
  readonly served: (from: ServedFrom) => void;
  readonly parsed: (ms: number, inThread: boolean) => void;
  readonly evicted: (bytes: number) => void;
  readonly refused: (lane: Lane, reason: QuotaRefusalReason) => void;
  readonly foreignUse: () => void;
  readonly fleetRead: (report: ReadReport) => void;
  /** @param reason as an answer names it: `missing`, `invalid_token`, …, `rate_limited`, `overloaded` */
  readonly requestRefused: (reason: string) => void;
  /** @param reason why a connection was closed on which an answer was not taken */
  readonly answerCut: (reason: 'timeout' | 'memory') => void;
  /** @param why the gateway ended a connection for subscriptions */
  readonly streamEnded: (why: string) => void;
  /** Adds a gauge that is read when the metrics are scraped. */
  readonly gauge: (name: string, help: string, read: () => number) => void;
}

/** State that is read when the metrics are scraped. */
export interface Readings {
  readonly quota: () => QuotaState;
  readonly upstream: () => UpstreamState;
  readonly cacheBytes: () => number;
  readonly cacheWindows: () => number;
  readonly fleet: () => FleetStatus;
  readonly keptChanges: () => KeptChanges;
  /** Undefined where it is not asked for, or there is no fleet. */
  readonly fleetTrend: () => FleetTrend | undefined;
}

const fleetStates: readonly FleetState[] = ['OFF', 'LOADING', 'READY', 'STALE', 'TOO_LARGE'];

/** Codes that alerts watch: there from the start, as Prometheus sees no increase in a series that begins with 1. */
const watchedCodes = [
  'OK',
  'INTERNAL_SERVER_ERROR',
  'QUOTA_EXHAUSTED',
  'UPSTREAM_UNAUTHORIZED',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
];

const seconds = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createMetrics(readings: Readings): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // Memory, event loop and garbage collection of this process.
  collectDefaultMetrics({ register: registry });
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name: `machines_gateway_${name}`, help, labelNames, registers });
  const histogram = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Histogram({ name: `machines_gateway_${name}`, help, labelNames, registers, buckets: seconds });
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    read: (set: (value: number, labels?: Record<string, string>) => void) => void,
  ) =>
    new Gauge({
      name: `machines_gateway_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        read((value, labels = {}) => this.set(labels, value));
      },
    });

  const build = { version: readVersion(), node: process.versions.node };
  gauge(
    'build_info',
    'Build information: 1, by version of the gateway and of Node.',
    ['version', 'node'],
    (set) => set(1, build),
  );
  const requestSeconds = histogram(
    'http_request_seconds',
    'Time from the head of a request to the end of its answer, by route and status.',
    ['route', 'status'],
  );
  const operationSeconds = histogram(
    'graphql_operation_seconds',
    'Time of a GraphQL operation, by its type and by OK or the code of its first error.',
    ['type', 'code'],
  );
  const prepared = counter(
    'graphql_prepared_answers_total',
    'Operations answered from rendered rows, without being executed.',
  );
  for (const code of watchedCodes) operationSeconds.zero({ type: 'query', code });

  gauge(
    'upstream_state',
    'State of the Machines API by its answers: 1 for the current one.',
    ['state'],
    (set) => {
      const state = readings.upstream();
      for (const name of upstreamStates) set(name === state ? 1 : 0, { state: name });
    },
  );
  const calls = counter('upstream_calls_total', 'Upstream calls, by status or failure.', ['outcome', 'lane']);
  const bytes = counter('upstream_bytes_total', 'Bytes of upstream answers, decoded.');
  const callSeconds = histogram('upstream_call_seconds', 'Time from sending a call to its whole answer.', [
    'lane',
  ]);
  const waitSeconds = histogram('quota_wait_seconds', 'Time that calls waited for the quota.', ['lane']);
  const parseSeconds = histogram('parse_seconds', 'Time to read the rows of an answer.', ['where']);
  const servings = counter('windows_served_total', 'Windows and machines served: HIT, MISS, STALE.', [
    'from',
  ]);
  const evictions = counter('cache_evictions_total', 'Windows evicted from the cache.');
  const evictedBytes = counter('cache_evicted_bytes_total', 'Bytes of windows evicted from the cache.');
  const refusals = counter('quota_refused_total', 'Calls rejected because the quota had no room in time.', [
    'lane',
    'reason',
  ]);
  const foreign = counter(
    'quota_foreign_use_total',
    'Answers with 429 while our own call log was below the limit.',
  );
  const fleetReads = counter('fleet_reads_total', 'Readings of the whole fleet, by outcome.', ['outcome']);
  fleetReads.inc({ outcome: 'published' }, 0);
  const fleetRows = counter('fleet_read_rows_total', 'Rows read for the fleet.');
  const fleetCalls = counter('fleet_read_calls_total', 'Upstream calls that read the fleet.');
  const fleetSeconds = histogram('fleet_read_seconds', 'Time of a reading of the fleet.', ['outcome']);
  const fleetWaitSeconds = counter(
    'fleet_read_wait_seconds_total',
    'Time that readings of the fleet waited for the quota and after a 429.',
  );
  gauge('fleet_state', 'State of the fleet: 1 for the current one.', ['state'], (set) => {
    const { state } = readings.fleet();
    for (const name of fleetStates) set(name === state ? 1 : 0, { state: name });
  });
  gauge('fleet_machines', 'Machines in the fleet snapshot; absent without one.', [], (set) => {
    const { machines } = readings.fleet();
    if (machines !== undefined) set(machines);
  });
  gauge(
    'fleet_snapshot_age_seconds',
    'Age of the oldest rows in the fleet snapshot; absent without one.',
    [],
    (set) => {
      const { ageMs } = readings.fleet();
      if (ageMs !== undefined) set(ageMs / 1_000);
    },
  );
  gauge('changes_kept', 'Readings of the fleet since which changes are known.', [], (set) =>
    set(readings.keptChanges().deltas),
  );
  gauge('changes_bytes', 'Bytes of the changes that are kept.', [], (set) =>
    set(readings.keptChanges().bytes),
  );
  gauge('fleet_machines_by_risk', 'Machines by risk score; with FLEET_TREND_METRICS=on.', ['risk'], (set) => {
    for (const [risk, count] of Object.entries(readings.fleetTrend()?.risk ?? {})) set(count, { risk });
  });
  gauge(
    'fleet_machines_by_exposure',
    'Machines by exposure level; with FLEET_TREND_METRICS=on.',
    ['exposure'],
    (set) => {
      for (const [exposure, count] of Object.entries(readings.fleetTrend()?.exposure ?? {})) {
        set(count, { exposure });
      }
    },
  );
  const requestsRefused = counter(
    'requests_refused_total',
    'Requests rejected, by reason: missing or invalid token, rate limit, overload.',
    ['reason'],
  );
  const answersCut = counter(
    'answers_cut_total',
    'Connections closed because an answer was not read: in time, or when memory was short.',
    ['reason'],
  );
  const streamsEnded = counter(
    'streams_ended_total',
    'Connections for subscriptions that the gateway ended, by reason.',
    ['why'],
  );
  gauge('cache_bytes', 'Bytes of the windows in memory.', [], (set) => set(readings.cacheBytes()));
  gauge('cache_windows', 'Windows in memory.', [], (set) => set(readings.cacheWindows()));
  gauge('quota_limit', 'Call limit of the gateway, by window.', ['window_seconds'], (set) => {
    for (const { windowMs, limit } of readings.quota().windows) set(limit, windowLabel(windowMs));
  });
  gauge('quota_used', 'Calls counted, by window.', ['window_seconds'], (set) => {
    for (const { windowMs, used } of readings.quota().windows) set(used, windowLabel(windowMs));
  });
  gauge('quota_share', 'Share of the quota that the gateway uses, 0 to 1.', [], (set) =>
    set(readings.quota().share),
  );
  gauge('quota_waiting', 'Calls that wait for the quota, by lane.', ['lane'], (set) => {
    for (const [lane, waiting] of Object.entries(readings.quota().waiting)) set(waiting, { lane });
  });
  gauge('quota_gate_open', 'Quota gate: 1 open, 0 shut, 0.5 probing.', [], (set) =>
    set({ open: 1, probing: 0.5, shut: 0 }[readings.quota().gate.kind]),
  );
  gauge('quota_ledger', 'Quota ledger: 1 for the one in use.', ['ledger'], (set) => {
    const { ledger } = readings.quota();
    for (const name of ['memory', 'redis', 'share']) set(name === ledger ? 1 : 0, { ledger: name });
  });

  return {
    contentType: registry.contentType,
    print: () => registry.metrics(),
    requestEnded: (route, status, ms) => requestSeconds.observe({ route, status }, ms / 1_000),
    preparedAnswered: () => prepared.inc(),
    operationAnswered: (type, code, ms) => operationSeconds.observe({ type, code }, ms / 1_000),
    called(report) {
      calls.inc({ outcome: report.outcome, lane: report.lane });
      bytes.inc(report.bytes);
      callSeconds.observe({ lane: report.lane }, report.ms / 1_000);
      waitSeconds.observe({ lane: report.lane }, report.waitedMs / 1_000);
    },
    served: (from) => servings.inc({ from }),
    parsed: (ms, inThread) => parseSeconds.observe({ where: inThread ? 'thread' : 'main' }, ms / 1_000),
    evicted(size) {
      evictions.inc();
      evictedBytes.inc(size);
    },
    refused: (lane, reason) => refusals.inc({ lane, reason }),
    foreignUse: () => foreign.inc(),
    fleetRead({ outcome, rows, calls: sent, ms, waitedMs }) {
      fleetReads.inc({ outcome });
      fleetRows.inc(rows);
      fleetCalls.inc(sent);
      fleetSeconds.observe({ outcome }, ms / 1_000);
      fleetWaitSeconds.inc(waitedMs / 1_000);
    },
    requestRefused: (reason) => requestsRefused.inc({ reason }),
    answerCut: (reason) => answersCut.inc({ reason }),
    streamEnded: (why) => streamsEnded.inc({ why }),
    gauge: (name, help, read) => void gauge(name, help, [], (set) => set(read())),
  };
}

const windowLabel = (windowMs: number): Record<string, string> => ({
  window_seconds: String(windowMs / 1_000),
});
