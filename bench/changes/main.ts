import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { atMost, informed, percentile } from '../answers/figures.ts';
import { Processes, type RunningGateway, residentMb, until } from '../answers/processes.ts';
import { type Measure, Measures } from '../measures.ts';
import type { Told } from './subscribers.ts';

/**
 * How soon 1,000 subscribers of one gateway know what a reading has changed, and what they take: `npm run bench:changes`.
 * All follow all changes of a fleet of which 600 machines a minute change. Ends with an error where a target is missed.
 */
const subscribers = 1_000;
const machines = 10_000;
const changesPerMinute = 600;
/** Readings that are looked at. */
const readings = 10;
const targets = { lastMs: 1_000, perSubscriberKb: 100, growthMb: 100 };
/** What keeps a line alive may come along with changes; less than a change. */
const pingBytes = 64;

/** One reading: how long each subscriber took to have all of its changes. */
interface Spread {
  readonly changes: number;
  readonly times: readonly number[];
}

const measures = new Measures();
const { note } = measures;

const processes = new Processes();
try {
  const emulator = await processes.emulator(machines);
  await fetch(`${emulator.url}/emulator/settings`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ churnPerMinute: changesPerMinute }),
  });
  for (const refreshSeconds of [10, 60]) {
    const gateway = await processes.gateway(emulator, {
      FLEET: 'on',
      FLEET_REFRESH_SECONDS: String(refreshSeconds),
      QUOTA_PER_MINUTE: '1000',
      QUOTA_PER_HOUR: '10000',
    });
    await until('the fleet', () => (publishedAt(gateway).length > 0 ? true : undefined));
    await delay(1_000);
    note(await measure(gateway, refreshSeconds, refreshSeconds === 10 ? readings : 2));
    await processes.end(gateway);
  }
} finally {
  await processes.close();
}
process.exitCode = measures.areReached ? 0 : 1;

async function measure(gateway: RunningGateway, refreshSeconds: number, most: number): Promise<Measure[]> {
  const idle = await least(gateway, 10);
  const child = processes.script('../changes/subscribers.ts', [gateway.url, String(subscribers)]);
  await once(child, 'message');
  const client = { pid: child.pid ?? 0 };
  const before = publishedAt(gateway).length;
  const cpuBefore = cpuMs(gateway);
  const clientCpuBefore = cpuMs(client);
  /** Most megabytes in each half. */
  const halves = [0, 0];
  const endsAt = performance.now() + (most * refreshSeconds + 60) * 1_000;
  for (let read = 0; read < most && performance.now() < endsAt; ) {
    await delay(200);
    read = publishedAt(gateway).length - before;
    const half = read * 2 < most ? 0 : 1;
    halves[half] = Math.max(halves[half] ?? 0, residentMb(gateway));
  }
  await delay(3_000);
  const busyMs = (cpuMs(gateway) - cpuBefore) / most;
  const clientMs = (cpuMs(client) - clientCpuBefore) / most;
  const openBytes = await least(gateway, 5);
  child.send('report');
  const [report] = (await once(child, 'message')) as [readonly (readonly [string, readonly Told[]])[]];
  child.kill('SIGTERM');
  // One that came while they subscribed was not told to all.
  const spreads = report
    .filter(([, told]) => told.length === subscribers)
    .map(([, told]) => spreadOf(told, publishedAt(gateway)));
  const lasts = spreads.map(({ times }) => Math.max(...times));
  const all = spreads.flatMap(({ times }) => times);
  const changes = spreads.map((each) => each.changes).join(', ');
  const told = `${subscribers} subscribers, a reading every ${refreshSeconds} s: `;
  return [
    informed(`${told}changes of each reading`, changes),
    informed(`${told}the last one has all, after each reading`, `${lasts.map(Math.round).join(', ')} ms`),
    atMost(`${told}readings that were not told to all`, most - spreads.length, 1, ''),
    atMost(`${told}all of them with a subscriber, p95`, percentile(all, 0.95), targets.lastMs, 'ms'),
    atMost(
      `${told}all of them with the last one, p95 of readings`,
      percentile(lasts, 0.95),
      targets.lastMs,
      'ms',
    ),
    atMost(
      `${told}memory of an open subscription`,
      (openBytes - idle) / 1_000 / subscribers,
      targets.perSubscriberKb,
      'KB',
    ),
    informed(
      `${told}CPU time for each reading`,
      `gateway ${Math.round(busyMs)}, clients ${Math.round(clientMs)} ms`,
    ),
    atMost(
      `${told}growth of the most resident memory, ${halves[0]} MB in the first half`,
      (halves[1] ?? 0) - (halves[0] ?? 0),
      targets.growthMb,
      'MB',
    ),
  ];
}

/** Memory in use by JavaScript and buffers, without that of the threads that read the fleet. */
async function usedBytes({ url }: RunningGateway): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const names = ['nodejs_heap_size_used_bytes', 'nodejs_external_memory_bytes'];
  return names.reduce((sum, name) => sum + Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]), 0);
}

/** The least of some seconds, as garbage counts until it is collected. */
async function least(gateway: RunningGateway, seconds: number): Promise<number> {
  let bytes = Number.POSITIVE_INFINITY;
  for (let second = 0; second < seconds; second++) {
    bytes = Math.min(bytes, await usedBytes(gateway));
    await delay(1_000);
  }
  return bytes;
}

/** CPU time of a process so far, as Linux tells it in hundredths of a second. */
function cpuMs({ pid }: Pick<RunningGateway, 'pid'>): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** When each reading was published, in epoch milliseconds. */
function publishedAt(gateway: RunningGateway): readonly number[] {
  return gateway
    .log()
    .filter(({ msg }) => msg === 'the fleet was read')
    .map(({ time }) => Date.parse(String(time)));
}

function spreadOf(told: readonly Told[], published: readonly number[]): Spread {
  const firstAt = Math.min(...told.map(({ lastAt }) => lastAt));
  // It is published just ahead of its line in the log.
  const at = published.findLast((each) => each <= firstAt + 20) ?? Number.NaN;
  for (const by of ['WebSocket', 'events']) {
    const bytes = told.filter((each) => each.by === by).map((each) => each.bytes);
    if (Math.max(...bytes) - Math.min(...bytes) > pingBytes) throw new Error(`Told differently by ${by}.`);
  }
  const changes = new Set(told.flatMap((each) => each.changes ?? []));
  if (changes.size !== 1) throw new Error(`Told differently by the two ways: ${[...changes]}`);
  return { changes: [...changes][0] ?? 0, times: told.map(({ lastAt }) => lastAt - at) };
}
