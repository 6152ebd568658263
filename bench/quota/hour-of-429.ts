import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { startGateway } from '../../src/gateway.ts';
import { createLog } from '../../src/log.ts';
import type { Surroundings } from '../../src/surroundings.ts';
import { clockOf } from '../../test/support/set-clock.ts';
import { simulatedClock } from '../../test/upstream/quota/simulated-clock.ts';
import type { Measure } from '../measures.ts';
import { query } from './programs.ts';

/**
 * An hour in which upstream answers nothing but 429: are queries seen before still answered, and how many calls are sent
 * meanwhile? First pages, pages behind them, deep ones, last ones and machines by id are asked for over and over, of
 * several lists, in turn of each replica.
 */
const hourMs = 3_600_000;
const start = Date.UTC(2026, 8, 8);
const fleetSize = 15_000;

/** How time passes for the gateways. */
interface Time {
  readonly name: string;
  readonly surroundings: { readonly clock: Clock } & Pick<Surroundings, 'quotaClock'>;
  /** Lets simulated time pass. */
  readonly pass: (ms: number) => Promise<void>;
  /** Between two rounds of questions, in simulated milliseconds. */
  readonly stepMs: number;
  /** What upstream sends: in the time of the quota, which with Redis is real. */
  readonly retryAfterSeconds: number;
  /** In simulated milliseconds. */
  readonly periodMs: number;
}

/** One gateway, on a simulated clock. */
export function hourOf429(): Promise<readonly Measure[]> {
  const clock = simulatedClock(start);
  const time: Time = {
    name: 'an hour of upstream 429',
    surroundings: { clock: clockOf(clock.now), quotaClock: clock },
    pass: (ms) => clock.advance(ms),
    stepMs: 5_000,
    retryAfterSeconds: 30,
    periodMs: 30_000,
  };
  return measure(time, 1, {});
}

/** Two replicas on one Redis, whose clock is real: so the hour, its ages and its Retry-After are shortened alike. */
export function hourOf429OnRedis(redisUrl: string, scale: number): Promise<readonly Measure[]> {
  const began = performance.now();
  const retryAfterSeconds = 10;
  const time: Time = {
    name: `an hour of upstream 429 at 1:${scale}, 2 replicas`,
    surroundings: { clock: clockOf(() => Math.floor(start + (performance.now() - began) * scale)) },
    pass: (ms) => delay(ms / scale),
    stepMs: 250 * scale,
    retryAfterSeconds,
    periodMs: retryAfterSeconds * 1_000 * scale,
  };
  // Shorter than a Retry-After, as in an hour of full length.
  return measure(time, 2, { REDIS_URL: redisUrl, REPLICAS: '2', REQUEST_TIMEOUT_SECONDS: '3' });
}

async function measure(
  time: Time,
  replicas: number,
  settings: Readonly<Record<string, string>>,
): Promise<readonly Measure[]> {
  const { wall: now } = time.surroundings.clock;
  const emulator = await startEmulator({
    fleet: { kind: 'seeded', size: fleetSize, seed: 1, now: now() },
    tokens: ['t'],
    quota: 'off',
    now,
  });
  const config = readConfig(
    {
      CALLER_AUTH: 'none',
      PORT: '0',
      MACHINES_API_URL: emulator.url,
      MACHINES_API_TOKEN: 't',
      CACHE_STALE_SECONDS: '7200',
      UPSTREAM_WINDOW_ROWS: '4000',
      ...settings,
    },
    () => '',
  );
  const gateways = await Promise.all(
    Array.from({ length: replicas }, () =>
      startGateway(config, { log: createLog('silent'), ...time.surroundings }),
    ),
  );
  try {
    // Each has lists of its own.
    const asksOf: (readonly Ask[])[] = [];
    for (const { url } of gateways) asksOf.push(await seenQueries(url));
    const [questions = []] = asksOf;
    await untilQuiet(emulator);
    emulator.clearRequests();
    const headers = { 'retry-after': String(time.retryAfterSeconds) };
    emulator.faults.next(10_000, { kind: 'status', status: 429, headers });
    let asked = 0;
    let answered = 0;
    const until = now() + hourMs;
    while (now() < until) {
      await time.pass(time.stepMs);
      for (const [number, question] of questions.entries()) {
        asked += 1;
        // Each question comes to each replica in turn.
        const replica = (asked + Math.floor(asked / questions.length)) % replicas;
        const ask = asksOf[replica]?.[number] ?? question;
        answered += await ask().then(
          () => 1,
          () => 0,
        );
      }
      await untilQuiet(emulator);
    }
    const calls = emulator.requests().filter(({ time: sentAt }) => sentAt <= until).length;
    const periods = hourMs / time.periodMs;
    return [
      {
        what: `${time.name}: queries seen before that are answered`,
        measured: `${((100 * answered) / asked).toFixed(1)} % of ${asked}`,
        target: '100 %',
        reached: answered === asked,
      },
      {
        what: `${time.name}: calls sent, by all replicas`,
        measured: `${calls} in ${periods} periods of Retry-After`,
        target: 'one per Retry-After',
        reached: calls <= periods && calls > periods / 2,
      },
    ];
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.close()));
    await emulator.close();
  }
}

interface Page {
  readonly machines: {
    readonly nodes: readonly { readonly id: string }[];
    readonly pageInfo: { readonly startCursor: string; readonly endCursor: string };
  };
}

type Ask = () => Promise<unknown>;

const pageText = `query ($risk: MachineRiskScore, $first: Int, $after: String, $last: Int, $before: String) {
  machines(filter: { riskScore: { ne: $risk } }, first: $first, after: $after, last: $last, before: $before) {
    nodes { id } pageInfo { startCursor endCursor }
  }
}`;
const machineText = 'query ($id: ID!) { machine(id: $id) { id } }';

/** Asks each query once, so that it was seen, and gives back how to ask it again. */
async function seenQueries(url: string): Promise<readonly Ask[]> {
  const asks: Ask[] = [];
  const see = async (variables: object): Promise<Page['machines']> => {
    asks.push(() => query(url, pageText, variables));
    return (await untilAnswered(() => query<Page>(url, pageText, variables))).machines;
  };
  for (const risk of ['HIGH', 'MEDIUM', 'LOW']) {
    const first = await see({ risk, first: 20 });
    await see({ risk, first: 20, after: first.pageInfo.endCursor });
    const last = await see({ risk, last: 20 });
    await see({ risk, last: 20, before: last.pageInfo.startCursor });
    // Far from both ends, where a reader who came by cursors would be.
    const { machines } = await untilAnswered(() => query<Page>(url, pageText, { risk, last: 1_000 }));
    await see({ risk, first: 20, after: machines.pageInfo.startCursor });
    await see({ risk, last: 20, before: machines.pageInfo.startCursor });
  }
  const { nodes } = (await untilAnswered(() => query<Page>(url, pageText, { first: 1 }))).machines;
  for (const id of ['no such machine', nodes[0]?.id]) {
    asks.push(() => query(url, machineText, { id }));
    await untilAnswered(() => query(url, machineText, { id }));
  }
  return asks;
}

/** The quota of a Redis that is empty waits a while for replicas that know more. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (const giveUpAt = performance.now() + 30_000; ; ) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await delay(200);
    }
  }
}

/** Lets calls in the background arrive before time moves on. */
async function untilQuiet({ requests }: Emulator): Promise<void> {
  for (let before = -1; before !== requests().length; ) {
    before = requests().length;
    await delay(5);
  }
}
