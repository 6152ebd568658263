import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { compileSource } from '../support/compiled-source.ts';
import { runCommand } from '../support/program.ts';
import { readMetric } from '../support/read-metric.ts';
import { ask } from '../support/running-gateway.ts';
import { secrets } from '../support/secrets.ts';
import { watchedLog } from '../support/watched-log.ts';

const seconds = 60;
const small = '{ machines(first: 5) { nodes { id } } }';
const otherList = (group: number): string =>
  `{ machines(filter: { rbacGroupId: { eq: ${group} } }) { nodes { id } } }`;
const large = `{ ${[1, 2, 3, 4, 5].map((page) => `a${page}: machines(first: 1000) { nodes { id computerDnsName lastSeen osPlatform machineTags } }`).join(' ')} }`;

/** Answers, and does nothing else. */
const bareServer = `
  const server = require('node:http').createServer((_, response) => response.end('there'));
  server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port));
`;

/** In bytes, once garbage is collected. */
interface Memory {
  readonly heap: number;
  readonly external: number;
  readonly resident: number;
  /** Of these, rows that are kept on purpose. */
  readonly cached: number;
}

interface Times {
  readonly health: readonly number[];
  /** Of a server that does nothing else: what this machine itself takes at that time. */
  readonly bare: readonly number[];
  readonly queries: readonly number[];
}

/** Asks for health and for a few machines, over a new connection each, for a time. Fails where one is not answered. */
async function probe(url: string, bareUrl: string, forSeconds: number): Promise<Times> {
  const health: number[] = [];
  const bare: number[] = [];
  const queries: number[] = [];
  const until = performance.now() + forSeconds * 1_000;
  while (performance.now() < until) {
    const startedAt = performance.now();
    const response = await fetch(`${url}/healthz`, { headers: { connection: 'close' } });
    expect(response.status).toBe(200);
    await response.text();
    const healthyAt = performance.now();
    health.push(healthyAt - startedAt);
    const { status, errors } = await ask(url, small, {}, { connection: 'close' });
    expect([status, errors]).toEqual([200, undefined]);
    queries.push(performance.now() - healthyAt);
    const answeredAt = performance.now();
    await (await fetch(bareUrl, { headers: { connection: 'close' } })).text();
    bare.push(performance.now() - answeredAt);
    await delay(100);
  }
  return { health, bare, queries };
}

/** The time below which a part of them are. */
const percentile = (times: readonly number[], part: number): number =>
  [...times].sort((a, b) => a - b)[Math.floor((times.length - 1) * part)] ?? Number.POSITIVE_INFINITY;

describe('a minute of 10,000 idle connections, pipelined resets and unread answers together', () => {
  it('leaves health and the queries of others answered, and neither slot nor memory behind', async () => {
    const emulator = await startEmulator({
      fleet: { kind: 'seeded', size: 5_000, seed: 1 },
      tokens: [secrets.token],
      quota: 'off',
      log: watchedLog('warn').log,
    });
    onTestFinished(emulator.close);
    // Its garbage is collected at a signal, so that what it still holds can be read.
    const collect = 'data:text/javascript,process.on("SIGUSR2",()=>{gc();gc()})';
    const node = ['--expose-gc', '--import', collect, join(compileSource(), 'main.js'), 'start'];
    const program = runCommand(process.execPath, node, {
      PORT: '0',
      CALLER_AUTH: 'none',
      LOG_LEVEL: 'info',
      MACHINES_API_URL: emulator.url,
      MACHINES_API_TOKEN: secrets.token,
      QUOTA_PER_MINUTE: '100000',
      QUOTA_PER_HOUR: '1000000',
      CACHE_MAX_BYTES: String(64 * 1024 * 1024),
    });
    const [, url = ''] = await program.says(/"url":"(http:[^"]+)\/graphql"/);
    const { port } = new URL(url);
    const bare = runCommand(process.execPath, ['-e', bareServer]);
    const [bareUrl = ''] = await bare.says(/http:.*\d/);
    const memory = async (): Promise<Memory> => {
      program.signal('SIGUSR2');
      await delay(1_000);
      const text = await (await fetch(`${url}/metrics`)).text();
      const read = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
      return {
        heap: read('nodejs_heap_size_used_bytes'),
        external: read('nodejs_external_memory_bytes'),
        resident: read('process_resident_memory_bytes'),
        cached: read('machines_gateway_cache_bytes'),
      };
    };
    const attack = async (forSeconds: number): Promise<void> => {
      const attackers = ['idle', 'reset', 'unread'].map((what) => {
        // The gateway's time is not theirs.
        const polite = ['-n', '10', process.execPath, '--import', 'tsx', 'test/attack/flood-attacker.ts'];
        return runCommand('nice', [...polite, port, what, String(forSeconds)]);
      });
      for (const { ended } of attackers) expect(await ended).toBe(0);
      await expect.poll(() => readMetric(url, 'requests_in_flight')).toBe(0);
      await expect.poll(() => readMetric(url, 'unsent_bytes')).toBe(0);
      await expect.poll(() => readMetric(url, 'connections')).toBeLessThan(5);
    };
    /** Asks for lists that nobody else asks for, so many times each. */
    const askFor = async (from: number, end: number, times: number): Promise<void> => {
      for (let group = from; group < end; group += 50) {
        const texts = Array.from({ length: 50 }, (_, index) => otherList(-1 - group - index));
        for (let count = 0; count < times; count++) {
          for (const { errors } of await Promise.all(
            texts.map((text) => ask(url, text, {}, { connection: 'close' })),
          )) {
            expect(errors).toBeUndefined();
          }
        }
      }
    };
    // What is kept within bounds is filled first: rendered answers, parsed documents, lists, connections.
    await askFor(0, 1_500, 3);
    await askFor(1_500, 5_000, 1);
    await attack(5);
    await probe(url, bareUrl, 5);
    expect((await ask(url, large)).errors).toBeUndefined();
    const before = await memory();

    const attacked = attack(seconds);
    const times = await probe(url, bareUrl, seconds);
    await attacked;
    const timesAfter = await probe(url, bareUrl, seconds);
    const after = await memory();
    process.stdout.write(
      `${JSON.stringify({
        healthMs: [0.5, 0.95, 0.99, 1].map((part) => Math.round(percentile(times.health, part))),
        bareMs: [0.5, 0.95, 0.99, 1].map((part) => Math.round(percentile(times.bare, part))),
        queryMs: [0.5, 0.95, 0.99, 1].map((part) => Math.round(percentile(times.queries, part))),
        queryAfterMs: Math.round(percentile(timesAfter.queries, 1)),
        megabytes: [before, after].map((each) =>
          Object.entries(each)
            .map(([name, bytes]) => `${name} ${Math.round(bytes / 1e6)}`)
            .join(', '),
        ),
      })}\n`,
    );
    const machineMs = percentile(times.bare, 0.95);
    expect(percentile(times.health, 0.95) - machineMs).toBeLessThan(200);
    expect(percentile(times.queries, 0.95) - machineMs).toBeLessThan(1_000);
    expect(percentile(timesAfter.queries, 0.95) - percentile(timesAfter.bare, 0.95)).toBeLessThan(1_000);
    expect(after.heap).toBeLessThan(before.heap * 1.2);
  }, 600_000);
});
