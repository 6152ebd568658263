import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ServedFrom } from './machines/source.ts';
import type { CallReport } from './upstream/call-report.ts';
import type { Lane, QuotaRefusalReason, QuotaState } from './upstream/quota/quota.ts';
import type { SharedState } from './upstream/windows/redis-health.ts';

/** What the gateway counts and measures, in the text form that Prometheus reads. Names no machine and no principal. */
export interface Metrics {
  readonly contentType: string;
  readonly print: () => Promise<string>;
  readonly called: (report: CallReport) => void;
  readonly served: (from: ServedFrom) => void;
  readonly parsed: (ms: number, inThread: boolean) => void;
  readonly evicted: (bytes: number) => void;
  readonly refused: (lane: Lane, reason: QuotaRefusalReason) => void;
  readonly foreignUse: () => void;
  /** @param reason as an answer names it: `missing`, `invalid_token`, …, `rate_limited`, `overloaded` */
  readonly requestRefused: (reason: string) => void;
}

/** What is read off when the metrics are asked for. */
export interface Readings {
  readonly quota: () => QuotaState;
  readonly cacheBytes: () => number;
  readonly cacheWindows: () => number;
  /** What the cache shared with other replicas can do; undefined where there is none. */
  readonly sharedCache: () => SharedState | undefined;
}

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

  const calls = counter('upstream_calls_total', 'Calls sent upstream, by status or how they broke off.', [
    'outcome',
    'lane',
  ]);
  const bytes = counter('upstream_bytes_total', 'Bytes of upstream answers, decoded.');
  const callSeconds = histogram('upstream_call_seconds', 'Time from sending a call to its whole answer.', [
    'lane',
  ]);
  const waitSeconds = histogram('quota_wait_seconds', 'Time that calls waited for the quota.', ['lane']);
  const parseSeconds = histogram('parse_seconds', 'Time to read the rows of an answer.', ['where']);
  const servings = counter('windows_served_total', 'Windows and machines served: HIT, MISS, STALE.', [
    'from',
  ]);
  const evictions = counter('cache_evictions_total', 'Windows that had to leave the cache.');
  const evictedBytes = counter('cache_evicted_bytes_total', 'Bytes of windows that had to leave the cache.');
  const refusals = counter(
    'quota_refused_total',
    'Calls that were not sent, as the quota had no room for them in their time.',
    ['lane', 'reason'],
  );
  const foreign = counter(
    'quota_foreign_use_total',
    'Times that upstream refused a call though our own log showed room.',
  );
  const requestsRefused = counter(
    'requests_refused_total',
    'Requests that were not taken up, by reason: no token or none that is taken, too many, too much at once.',
    ['reason'],
  );
  gauge('cache_bytes', 'Bytes of the windows in memory.', [], (set) => set(readings.cacheBytes()));
  gauge('cache_windows', 'Windows in memory.', [], (set) => set(readings.cacheWindows()));
  gauge(
    'shared_cache_available',
    'What the cache shared with other replicas can do: 1 all, 0.5 be read only, 0 nothing; absent where there is none.',
    [],
    (set) => {
      const state = readings.sharedCache();
      if (state !== undefined) set({ whole: 1, reading: 0.5, away: 0 }[state]);
    },
  );
  gauge('quota_limit', 'Calls that we allow ourselves, by window.', ['window_seconds'], (set) => {
    for (const { windowMs, limit } of readings.quota().windows) set(limit, windowLabel(windowMs));
  });
  gauge('quota_used', 'Calls counted, by window.', ['window_seconds'], (set) => {
    for (const { windowMs, used } of readings.quota().windows) set(used, windowLabel(windowMs));
  });
  gauge('quota_share', 'Part of the quota that we allow ourselves, 0 to 1.', [], (set) =>
    set(readings.quota().share),
  );
  gauge('quota_waiting', 'Calls that wait for the quota, by lane.', ['lane'], (set) => {
    for (const [lane, waiting] of Object.entries(readings.quota().waiting)) set(waiting, { lane });
  });
  gauge('quota_gate_open', 'Whether upstream takes calls: 1 open, 0 shut, 0.5 probing.', [], (set) =>
    set({ open: 1, probing: 0.5, shut: 0 }[readings.quota().gate.kind]),
  );
  gauge('quota_ledger', 'Where the quota is counted: 1 for the one in use.', ['ledger'], (set) => {
    const { ledger } = readings.quota();
    for (const name of ['memory', 'redis', 'share']) set(name === ledger ? 1 : 0, { ledger: name });
  });

  return {
    contentType: registry.contentType,
    print: () => registry.metrics(),
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
    requestRefused: (reason) => requestsRefused.inc({ reason }),
  };
}

const windowLabel = (windowMs: number): Record<string, string> => ({
  window_seconds: String(windowMs / 1_000),
});
