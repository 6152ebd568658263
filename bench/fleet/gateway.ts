import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { request } from 'undici';
import type { Measure } from '../measures.ts';
import { informed, percentiles, within } from './measure.ts';

/** What a whole gateway takes and how fast it answers by GraphQL: built, started as `npm start` does, before the emulator. */
export interface GatewayTargets {
  readonly machines: number;
  /** p95 of a filter of three conditions, an order, a page of 50, the total and six facets, in ms. */
  readonly queryMs: number;
  /** Resident memory of the process with two snapshots, at rest after a reading, in MB. */
  readonly residentMb: number;
}

const root = new URL('../../', import.meta.url);
const token = 'emulator-token';
const longestStallMs = 20;
const refreshSeconds = 45;
const rounds = 300;

/** A line of the log that tells of a reading. */
interface ReadLine {
  readonly msg: string;
  readonly calls: number;
  readonly ms: number;
}

/** How long after a reading the process is at rest: the thread that reads rows has been let go. */
const restMs = 15_000;

export async function measureGateway(targets: GatewayTargets): Promise<Measure[]> {
  const emulator = start(
    ['--import', 'tsx', 'src/main.ts', 'emulator', '--port', '0', '--no-quota', '--no-log'],
    [
      ['--size', targets.machines],
      ['--churn', 600],
    ],
  );
  // Does nothing but look at its event loop: what stalls it as well is this machine, not the gateway.
  const control = start(['--input-type=module', '--eval', controlProgram]);
  let gateway: ChildProcess | undefined;
  try {
    const url = await said(emulator, /Machines API {2}(\S+)\/api\/machines/);
    // What upstream is thought to take: machines without lastSeen come by one call, not by a walk.
    await fetch(`${url}/emulator/settings`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ accept: { not: true } }),
    });
    control.stdin?.write('begin\n');
    gateway = start(['dist/main.js', 'start'], [], environmentFor(url));
    const { reads, listens } = followLog(gateway);
    const gatewayUrl = await listens;
    const { pid } = gateway;
    const idleMb = residentMb(pid);
    await stallsSince(gatewayUrl);
    await until(() => reads.length >= 1);
    await delay(restMs);
    const oneMb = residentMb(pid);
    await until(() => reads.length >= 2);
    await delay(200);
    const stalls = await stallsSince(gatewayUrl);
    control.stdin?.write('end\n');
    const idleStallMs = Number(await said(control, /stalled for ([\d.]+)/));
    const readingMb = residentMb(pid);
    await delay(restMs);
    const twoMb = residentMb(pid);
    // Its code is compiled as it is used: a gateway that runs answers faster than one that has just started.
    const firstAnswers = await percentiles(rounds, (round) => ask(gatewayUrl, round));
    const answers = await percentiles(rounds, (round) => ask(gatewayUrl, 2 * rounds + round));
    const askedMb = residentMb(pid);
    const [first, second] = reads;

    const told = `${targets.machines.toLocaleString('en')} machines, gateway: `;
    const most = Math.ceil(targets.machines / 10_000) + 3;
    return [
      informed(
        told,
        'reading',
        `${seconds(first)} s, ${first?.calls} calls; the next one ${seconds(second)} s`,
      ),
      within(told, 'calls of a full read', second?.calls ?? Number.POSITIVE_INFINITY, most, 'calls'),
      within(told, 'longest stall of the event loop in two readings', stalls.maxMs, longestStallMs, 'ms'),
      informed(
        told,
        'p99 of its delays; longest stall of an idle process meanwhile',
        [`${stalls.p99Ms.toFixed(1)} ms`, `${idleStallMs.toFixed(1)} ms`].join('; '),
      ),
      informed(
        told,
        'resident memory',
        `${idleMb} MB before, ${oneMb} MB with one snapshot, ${readingMb} MB as a reading ends, ${askedMb} MB after queries`,
      ),
      within(told, 'resident memory with two snapshots', twoMb, targets.residentMb, 'MB'),
      within(told, 'query and six facets by GraphQL, p95', answers.p95, targets.queryMs, 'ms'),
      informed(
        told,
        'query and six facets by GraphQL, p50; p50 and p95 of the first that are asked',
        [answers.p50, firstAnswers.p50, firstAnswers.p95].map((ms) => `${ms.toFixed(1)} ms`).join('; '),
      ),
    ];
  } finally {
    if (gateway !== undefined) await stop(gateway);
    for (const child of [emulator, control]) await stop(child);
  }
}

/** Resident memory of a process, in MB, as Linux tells it. */
function residentMb(pid: number | undefined): number {
  const [, kilobytes = 'NaN'] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round((Number(kilobytes) * 1_024) / 1_000_000);
}

/** Delays of the event loop since they were last asked for. */
async function stallsSince(url: string): Promise<{ readonly maxMs: number; readonly p99Ms: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const msOf = (name: string): number =>
    Number(new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)$`, 'm').exec(text)?.[1]) * 1_000;
  return { maxMs: msOf('max'), p99Ms: msOf('p99') };
}

const seconds = (read: ReadLine | undefined): string => ((read?.ms ?? 0) / 1_000).toFixed(1);

const environmentFor = (url: string): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  // As npm start sets it.
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '1048576',
  CALLER_AUTH: 'none',
  PORT: '0',
  MACHINES_API_URL: url,
  MACHINES_API_TOKEN: token,
  FLEET: 'on',
  FLEET_REFRESH_SECONDS: String(refreshSeconds),
  QUOTA_PER_MINUTE: '10000',
  QUOTA_PER_HOUR: '100000',
});

/** What the log of a gateway tells: where it listens, and each reading as it ends. */
function followLog(gateway: ChildProcess): {
  readonly reads: readonly ReadLine[];
  readonly listens: Promise<string>;
} {
  const reads: ReadLine[] = [];
  const listens = new Promise<string>((resolve, reject) => {
    gateway.once('exit', () => reject(new Error('The gateway ended.')));
    if (gateway.stdout === null) return;
    createInterface({ input: gateway.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as ReadLine & { readonly url?: string };
      if (line.msg === 'gateway listens') resolve(new URL(line.url ?? '').origin);
      if (line.msg === 'the fleet was read') reads.push(line);
    });
  });
  return { reads, listens };
}

const controlProgram = `
  import { monitorEventLoopDelay } from 'node:perf_hooks';
  const delays = monitorEventLoopDelay({ resolution: 1 });
  process.stdin.setEncoding('utf8').on('data', (text) => {
    if (text.includes('begin')) delays.enable();
    if (text.includes('end')) process.stdout.write('stalled for ' + delays.max / 1e6 + '\\n');
  });
`;

function start(
  args: readonly string[],
  options: readonly (readonly [string, number])[] = [],
  env: NodeJS.ProcessEnv = { PATH: process.env.PATH },
): ChildProcess {
  return spawn(process.execPath, [...args, ...options.flat().map(String)], {
    cwd: root,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

async function said(child: ChildProcess, pattern: RegExp): Promise<string> {
  let text = '';
  for await (const piece of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    text += String(piece);
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(`A process ended without saying ${pattern}: ${text}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function until(holds: () => boolean): Promise<void> {
  for (const endsAt = performance.now() + 300_000; !holds(); ) {
    if (performance.now() > endsAt) throw new Error('The fleet was not read in time.');
    await delay(50);
  }
}

const orders = [
  { field: 'RISK_SCORE', direction: 'DESC' },
  { field: 'COMPUTER_DNS_NAME', direction: 'ASC' },
  { field: 'LAST_SEEN', direction: 'DESC' },
  { field: 'LAST_IP_ADDRESS', direction: 'ASC' },
];

/** One operation with variables, as front ends have it. */
const query = `query ($filter: MachineFilter!, $order: [MachineOrder!]!) {
  machines(first: 50, orderBy: $order, filter: $filter) {
    totalCount
    nodes { id computerDnsName riskScore exposureLevel healthStatus lastSeen osPlatform lastIpAddress machineTags }
    facets {
      riskScore { value count }
      exposureLevel { value count }
      healthStatus { value count }
      osPlatform { value count }
      rbacGroup { value name count }
      machineTags { value count }
    }
  }
}`;

/** A filter that was not asked for before, so that no selection is kept. */
const variablesOf = (round: number) => ({
  order: [orders[round % orders.length]],
  filter: {
    healthStatus: { eq: 'ACTIVE' },
    riskScore: { in: ['NONE', 'LOW', 'HIGH'] },
    lastSeen: { newerThan: `PT${40_000 + round * 30}S` },
  },
});

/** As browsers ask, compressed. By undici's `request`, as `fetch` takes as long as the gateway, on the same processor. */
async function ask(url: string, round: number): Promise<void> {
  const { body } = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-encoding': 'gzip' },
    body: JSON.stringify({ query, variables: variablesOf(round) }),
  });
  const text = gunzipSync(await body.bytes()).toString();
  const { data, errors } = JSON.parse(text) as {
    readonly data?: { readonly machines: { readonly nodes: readonly unknown[] } };
    readonly errors?: unknown;
  };
  if (data?.machines.nodes.length !== 50) throw new Error(`No page of 50: ${JSON.stringify(errors)}`);
}
