import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemTimers, type Timers } from '../../src/timers.ts';
import { memoryLedger } from '../../src/upstream/quota/ledger.ts';
import { defaultRules, type QuotaRules } from '../../src/upstream/quota/options.ts';
import type { Quota } from '../../src/upstream/quota/quota.ts';
import { redisLedger } from '../../src/upstream/quota/redis-ledger.ts';
import { createQuota } from '../../src/upstream/quota/scheduler.ts';
import { addressOf, startRedisServer } from '../../test/support/redis-server.ts';
import { simulatedClock } from '../../test/upstream/quota/simulated-clock.ts';
import { mostWithin } from '../../test/upstream/quota/sliding-count.ts';
import type { Measure } from '../measures.ts';

/**
 * What the limiter lets through, measured where upstream would: each call arrives at a random instant between its
 * admission and its end, and the calls of every sliding window are counted.
 */

const minuteMs = 60_000;
const hourMs = 3_600_000;

interface Demand {
  readonly quotas: readonly Quota[];
  readonly clock: Timers;
  /** Calls that are wanted at any time by each replica. */
  readonly callers: number;
  readonly latencyMs: readonly [least: number, most: number];
}

/** Callers that want the next call as soon as they have one. Gives the instants at which calls arrived upstream. */
function saturate({ quotas, clock, callers, latencyMs: [least, most] }: Demand): number[] {
  const arrivals: number[] = [];
  const want = async (quota: Quota, turn: string): Promise<void> => {
    for (;;) {
      const { signal } = new AbortController();
      const patienceMs = 10 * hourMs;
      const permit = await quota.acquire({ lane: 'interactive', turn, patienceMs, signal });
      const sentAt = clock.now();
      await new Promise<void>((resolve) => {
        clock.setTimer(Math.round(least + Math.random() * (most - least)), resolve);
      });
      const arrivedAt = sentAt + Math.random() * (clock.now() - sentAt);
      arrivals.push(arrivedAt);
      permit.done({ kind: 'answered' });
    }
  };
  for (const quota of quotas) {
    for (let caller = 0; caller < callers; caller++)
      void want(quota, `caller ${caller}`).catch(() => undefined);
  }
  return arrivals;
}

function measures(name: string, arrivals: readonly number[], scale: number, least: number): Measure[] {
  const minute = mostWithin(arrivals, minuteMs / scale);
  const hour = mostWithin(arrivals, hourMs / scale);
  const part = arrivals.length / 4_500;
  return [
    { what: `${name}: worst 60 s`, measured: `${minute}`, target: '<= 100', reached: minute <= 100 },
    { what: `${name}: worst 3,600 s`, measured: `${hour}`, target: '<= 1500', reached: hour <= 1_500 },
    {
      what: `${name}: admitted of 4,500`,
      measured: `${arrivals.length} (${(part * 100).toFixed(1)} %)`,
      target: `>= ${least * 100} %`,
      reached: part >= least,
    },
  ];
}

/** Three hours of saturating demand in one process, on a simulated clock. */
export async function threeHoursInMemory(): Promise<Measure[]> {
  const clock = simulatedClock();
  const quota = createQuota({ clock, ledger: memoryLedger(defaultRules, clock) });
  const arrivals = saturate({ quotas: [quota], clock, callers: 30, latencyMs: [50, 400] });
  await clock.advance(3 * hourMs);
  await quota.close();
  return measures('3 h, one process', arrivals, 1, 0.99);
}

/** The same by three instances on one real Redis, in time that runs `scale` times as fast, with two restarts. */
export async function threeHoursOnRedis(scale: number): Promise<Measure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'quota-bench-'));
  const server = await startRedisServer(['--appendonly', 'yes', '--dir', directory]);
  const clock = systemTimers;
  const rules: QuotaRules = {
    ...defaultRules,
    windows: defaultRules.windows.map(({ windowMs, calls }) => ({ windowMs: windowMs / scale, calls })),
    maxCallMs: 2_000,
  };
  const ledger = redisLedger({
    address: addressOf(server.url),
    prefix: 'bench',
    replicas: 3,
    rules,
    clock,
    // Not in proportion: scaled down they would be shorter than what a machine hesitates.
    commandMs: 60,
    heartbeatMs: 30,
    presenceMs: 150,
    reconnectMs: { first: 20, longest: 100 },
  });
  let losses = 0;
  const onLedger = (kind: string): void => {
    if (kind === 'share') losses++;
  };
  const quotas = [1, 2, 3].map(() => createQuota({ clock, ledger, events: { onLedger } }));
  const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimer(ms, resolve));
  const hour = hourMs / scale;
  const latencyMs = [50 / scale, 400 / scale] as const;
  const beganAt = clock.now();
  const arrivals = saturate({ quotas, clock, callers: 10, latencyMs });

  // Both restarts come while calls flow: they do in the first quarter of each hour.
  await wait(hour / 8);
  await server.kill();
  await wait(hour / 200);
  await server.start();
  await wait(hour);
  await server.kill();
  await rm(directory, { recursive: true });
  await mkdir(directory);
  await wait(hour / 200);
  await server.start();
  await wait(3 * hour - hour / 8 - hour - hour / 100);
  await Promise.all(quotas.map((quota) => quota.close()));
  await server.kill();
  await rm(directory, { recursive: true });
  const within = arrivals.filter((arrival) => arrival - beganAt <= 3 * hour);
  const name = `3 h at 1:${scale}, 3 replicas, 2 restarts`;
  return [
    ...measures(name, within, scale, 0.9),
    {
      what: '  times a replica went on with its share',
      measured: `${losses}`,
      target: '>= 6',
      reached: losses >= 6,
    },
  ];
}
