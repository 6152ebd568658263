import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { atMost, digits, informed } from '../answers/figures.ts';
import { Processes, processorMs, type RunningGateway, residentMb, until } from '../answers/processes.ts';
import { type Measure, Measures } from '../measures.ts';

/**
 * What an export of 100,000 machines with all fields takes: `npm run bench:export`, or with `-- --quick` the first two
 * alone. Ends with an error where a target is missed.
 */
const isQuick = process.argv.includes('--quick');
const machines = 100_000;
const targets = { seconds: 5, stallMs: 50, growthMb: 30 };
const allFields =
  'id,computerDnsName,firstSeen,lastSeen,osPlatform,osArchitecture,osBuild,version,agentVersion,lastIpAddress,' +
  'lastExternalIpAddress,ipAddresses,healthStatus,riskScore,exposureLevel,onboardingStatus,deviceValue,rbacGroupId,' +
  'rbacGroupName,aadDeviceId,isAadJoined,machineTags,defenderAvStatus,managedBy,managedByStatus,isPotentialDuplication,' +
  'isExcluded,exclusionReason,mergedIntoMachineId,vmMetadata';
const byRiskAndName = JSON.stringify([
  { field: 'RISK_SCORE', direction: 'DESC' },
  { field: 'COMPUTER_DNS_NAME' },
]);
/** After a reading, until the threads that it took are gone. */
const restMs = 15_000;

interface Export {
  readonly what: string;
  readonly path: string;
  readonly coding: string;
}

const exports: readonly Export[] = [
  { what: 'NDJSON', path: `machines.ndjson?fields=${allFields}`, coding: 'identity' },
  { what: 'NDJSON, gzip', path: `machines.ndjson?fields=${allFields}`, coding: 'gzip' },
  { what: 'NDJSON, br', path: `machines.ndjson?fields=${allFields}`, coding: 'br' },
  { what: 'CSV, gzip', path: `machines.csv?fields=${allFields}`, coding: 'gzip' },
  {
    what: 'NDJSON with cursors by risk and name, gzip',
    path: `machines.ndjson?fields=${allFields}&cursors=true&orderBy=${encodeURIComponent(byRiskAndName)}`,
    coding: 'gzip',
  },
];

const idleProgram = `
  const { monitorEventLoopDelay } = require('node:perf_hooks');
  const { parentPort } = require('node:worker_threads');
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  parentPort.once('message', () => parentPort.postMessage(delays.max / 1e6));
`;

const measures = new Measures();
const { note } = measures;

const processes = new Processes();
try {
  const emulator = await processes.emulator(machines);
  const gateway = await processes.gateway(emulator, {
    FLEET: 'on',
    FLEET_REFRESH_SECONDS: '3600',
    QUOTA_PER_MINUTE: '10000',
    QUOTA_PER_HOUR: '100000',
  });
  const isRead = () => gateway.log().find(({ msg }) => msg === 'the fleet was read');
  await until('the fleet', isRead, 600_000);
  await delay(restMs);
  for (const each of isQuick ? exports.slice(0, 2) : exports) note(await measure(gateway, each));
} finally {
  await processes.close();
}
process.exitCode = measures.areReached ? 0 : 1;

async function measure(gateway: RunningGateway, { what, path, coding }: Export): Promise<Measure[]> {
  const before = residentMb(gateway);
  await stallMs(gateway);
  // What stalls this as well is the machine, not the gateway.
  const idle = new Worker(idleProgram, { eval: true });
  let most = before;
  const looking = setInterval(() => {
    most = Math.max(most, residentMb(gateway));
  }, 20);
  const cpuBefore = processorMs(gateway);
  const startedAt = performance.now();
  const { bytes, firstMs } = await read(`${gateway.url}/export/${path}`, coding, startedAt);
  const seconds = (performance.now() - startedAt) / 1_000;
  clearInterval(looking);
  const stall = await stallMs(gateway);
  idle.postMessage('end');
  const [idleMs] = (await once(idle, 'message')) as [number];
  const told = `${machines.toLocaleString('en')} machines, ${what}: `;
  return [
    atMost(`${told}time`, seconds, targets.seconds, 's'),
    informed(`${told}bytes; first of them`, `${digits(bytes / 1e6)} MB; ${digits(firstMs)} ms`),
    informed(`${told}CPU time of all threads`, `${digits((processorMs(gateway) - cpuBefore) / 1_000)} s`),
    atMost(`${told}longest stall of the event loop`, stall, targets.stallMs, 'ms'),
    informed(`${told}longest stall of an idle thread meanwhile`, `${digits(idleMs)} ms`),
    atMost(`${told}growth of resident memory, ${before} MB before`, most - before, targets.growthMb, 'MB'),
  ];
}

/** Reads an answer to its end, as it comes. */
async function read(
  url: string,
  coding: string,
  startedAt: number,
): Promise<{ readonly bytes: number; readonly firstMs: number }> {
  const request = get(url, { headers: { 'accept-encoding': coding } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`Status ${response.statusCode}.`);
  let bytes = 0;
  let firstMs = Number.NaN;
  for await (const piece of response as AsyncIterable<Buffer>) {
    if (bytes === 0) firstMs = performance.now() - startedAt;
    bytes += piece.length;
  }
  return { bytes, firstMs };
}

/** Longest delay of the event loop since it was last asked for. */
async function stallMs({ url }: RunningGateway): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(text)?.[1]) * 1_000;
}
