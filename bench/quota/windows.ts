import type { Measure } from '../measures.ts';
import {
  callsOf,
  metricOf,
  query,
  startEmulatorProgram,
  startGatewayProgram,
  startWalkProgram,
  walk,
} from './programs.ts';

/** Listings over windows, measured on built programs, each measure on programs of its own. */
const fleetSize = 100_000;

/** Upstream calls to walk the whole fleet by 100. */
export async function walkCalls(): Promise<Measure> {
  const emulator = await startEmulatorProgram(fleetSize);
  const gateway = await startGatewayProgram(emulator.url);
  try {
    const startedAt = performance.now();
    const met = await walk(gateway.url, 100);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    const calls = await callsOf(emulator);
    return {
      what: `upstream calls to walk ${fleetSize} machines, first: 100`,
      measured: `${calls} calls, ${met} machines, ${seconds} s`,
      target: '<= 12',
      reached: calls <= 12 && met === fleetSize,
    };
  } finally {
    await gateway.stop();
    await emulator.stop();
  }
}

/** Upstream calls for 500 identical cold queries at once, over so many replicas: one for each. */
export async function sharedCalls(replicas: number, redisUrl: string | undefined): Promise<Measure> {
  const emulator = await startEmulatorProgram(5_000, '--latency', '200');
  const settings = redisUrl === undefined ? {} : { REDIS_URL: redisUrl, REPLICAS: String(replicas) };
  const gateways = await Promise.all(
    Array.from({ length: replicas }, () => startGatewayProgram(emulator.url, settings)),
  );
  try {
    const text = '{ machines(first: 50, filter: { riskScore: { eq: HIGH } }) { nodes { id } } }';
    const asked = Array.from({ length: 500 }, (_, index) => gateways[index % replicas]?.url ?? '');
    const answers = await Promise.all(asked.map((url) => query<unknown>(url, text)));
    const different = new Set(answers.map((answer) => JSON.stringify(answer))).size;
    const calls = await callsOf(emulator);
    return {
      what: `upstream calls for 500 concurrent identical cold queries, ${replicas} replica(s)`,
      measured: `${calls} (${different} different answer)`,
      target: `${replicas}`,
      reached: calls <= replicas && different === 1,
    };
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await emulator.stop();
  }
}

/**
 * Interactive p95 while somebody walks the whole fleet, against nobody walking. Of five queries one is new, so that it
 * waits for upstream (120 ms away); the walk runs in a process of its own. What memory alone answers is shown beside it.
 */
export async function interactiveWhileWalking(): Promise<Measure> {
  const emulator = await startEmulatorProgram(fleetSize, '--latency', '120', '--no-quota');
  const unlimited = { QUOTA_PER_MINUTE: '100000', QUOTA_PER_HOUR: '1000000' };
  const gateway = await startGatewayProgram(emulator.url, unlimited);
  try {
    await interactive(gateway.url, 100, 'warming up');
    const alone = await interactive(gateway.url, 500, 'alone');
    const walking = startWalkProgram(gateway.url);
    const beside = await interactive(gateway.url, 500, 'beside');
    await walking.stop();
    const ratio = p95(beside.all) / p95(alone.all);
    const warm = `from memory ${p95(alone.warm).toFixed(1)} ms, ${p95(beside.warm).toFixed(1)} ms`;
    return {
      what: `interactive p95 while a walk of ${fleetSize} runs, against no walk`,
      measured: `${ratio.toFixed(2)} x (${p95(alone.all).toFixed(0)} ms, ${p95(beside.all).toFixed(0)} ms; ${warm})`,
      target: '<= 1.5 x',
      reached: ratio <= 1.5,
    };
  } finally {
    await gateway.stop();
    await emulator.stop();
  }
}

interface Times {
  readonly all: readonly number[];
  readonly warm: readonly number[];
}

/** Times of queries that one client asks one after the other, in ms. */
async function interactive(url: string, count: number, name: string): Promise<Times> {
  const text = `query ($name: String) {
    machines(first: 50, filter: { riskScore: { eq: HIGH }, computerDnsName: { ne: $name } }) { nodes { id computerDnsName } }
  }`;
  const all: number[] = [];
  const warm: number[] = [];
  for (let asked = 0; asked < count; asked += 1) {
    const isNew = asked % 5 === 0;
    const startedAt = performance.now();
    await query(url, text, { name: isNew ? `${name} ${asked}` : 'known' });
    const ms = performance.now() - startedAt;
    all.push(ms);
    if (!isNew) warm.push(ms);
  }
  return { all, warm };
}

const p95 = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN;

/** Longest stall of the event loop while windows of 10,000 rows arrive, and memory with the whole fleet cached. */
export async function stallAndMemory(): Promise<readonly Measure[]> {
  const emulator = await startEmulatorProgram(fleetSize);
  const gateway = await startGatewayProgram(emulator.url);
  try {
    await query(gateway.url, '{ machines(first: 1, filter: { riskScore: { eq: LOW } }) { nodes { id } } }');
    const start = await metricOf(gateway, 'process_resident_memory_bytes');
    // Reading the metric starts its measurement anew.
    await metricOf(gateway, 'nodejs_eventloop_lag_max_seconds');
    await query(gateway.url, '{ machines(last: 1) { totalCount } }');
    const stallMs = (await metricOf(gateway, 'nodejs_eventloop_lag_max_seconds')) * 1_000;
    const grownMb = ((await metricOf(gateway, 'process_resident_memory_bytes')) - start) / 1e6;
    return [
      {
        what: 'longest event-loop stall while 10,000-row windows arrive',
        measured: `${stallMs.toFixed(0)} ms`,
        target: '<= 50 ms',
        reached: stallMs <= 50,
      },
      {
        what: `memory for ${fleetSize} machines cached, over the start`,
        measured: `${grownMb.toFixed(0)} MB RSS`,
        target: '<= 250 MB',
        reached: grownMb <= 250,
      },
    ];
  } finally {
    await gateway.stop();
    await emulator.stop();
  }
}
