import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import pino from 'pino';
import { createFleetEngine } from '../../src/fleet/engine.ts';
import { redisSnapshots } from '../../src/fleet/redis-snapshots.ts';
import type { Snapshot, SnapshotId } from '../../src/fleet/snapshot.ts';
import type { SnapshotExchange } from '../../src/fleet/snapshot-exchange.ts';
import type { Moment } from '../../src/machines/moment.ts';
import { systemTimers } from '../../src/timers.ts';
import { addressOf, type RedisServer, startRedisServer } from '../../test/support/redis-server.ts';
import type { Measure } from '../measures.ts';
import { informed, within } from './measure.ts';
import { makeRowFiles, type RowFiles, rowBlocks } from './row-files.ts';

const longestStallMs = 20;
const mb = 1_000_000;
const patient = new AbortController().signal;

/** What it takes to share a snapshot, and the next one with 5 % changed machines, through a Redis on this machine. */
export async function measureSharing(rows: number): Promise<Measure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-rows-'));
  const redis = await startRedisServer();
  const engine = createFleetEngine();
  const reader = open(redis.url, rows);
  const other = open(redis.url, rows);
  try {
    const plain: RowFiles = { folder, rows, changedPerThousand: 0 };
    const changed: RowFiles = { folder, rows, changedPerThousand: 50 };
    await makeRowFiles(plain);
    await makeRowFiles(changed);
    const build = (files: RowFiles, minute: number, previous?: Snapshot): Promise<Snapshot> =>
      engine.build(
        rowBlocks(files),
        { id: `s${minute}` as SnapshotId, readAt: `2026-11-01T12:0${minute}:00Z` as Moment, previous },
        patient,
      );
    const first = await build(plain, 1);
    const second = await build(changed, 2, first);
    const publishing = await timed(() => publish(reader, first));
    const firstBytes = await dataBytes(redis);
    const adopting = await timed(() => adopt(other, undefined));
    const again = await timed(() => publish(reader, second));
    const bothBytes = await dataBytes(redis);
    const following = await timed(() => adopt(other, adopting.result));
    const told = `${rows.toLocaleString('en')} machines shared through Redis: `;
    const stallMs = Math.max(...[publishing, adopting, again, following].map((each) => each.stallMs));
    return [
      informed(told, 'publishing', `${publishing.ms.toFixed(0)} ms; the next one ${again.ms.toFixed(0)} ms`),
      informed(told, 'adopting', `${adopting.ms.toFixed(0)} ms; the next one ${following.ms.toFixed(0)} ms`),
      informed(told, 'buffers of a snapshot', `${(first.bytes / mb).toFixed(1)} MB`),
      informed(
        told,
        'in Redis',
        `${(firstBytes / mb).toFixed(1)} MB; with the next one for a minute ${(bothBytes / mb).toFixed(1)} MB`,
      ),
      within(told, 'longest stall', stallMs, longestStallMs, 'ms'),
    ];
  } finally {
    await Promise.all([reader.close(), other.close(), engine.close()]);
    await redis.kill();
    await rm(folder, { recursive: true });
  }
}

/** What the data in Redis takes. */
async function dataBytes(redis: RedisServer): Promise<number> {
  return Number(/used_memory_dataset:(\d+)/.exec(await redis.send('INFO', 'memory'))?.[1]);
}

function open(url: string, maxMachines: number): SnapshotExchange {
  return redisSnapshots({
    keepChanges: { keepMs: 86_400_000, maxBytes: 2 ** 26 },
    address: addressOf(url),
    prefix: 'machines-gateway:fleet:1:bench',
    replicas: 2,
    maxMachines,
    keepMs: 3_600_000,
    clock: systemTimers,
    log: pino({ level: 'silent' }),
  });
}

async function publish(exchange: SnapshotExchange, snapshot: Snapshot): Promise<void> {
  const lease = await exchange.lease(patient);
  const isPublished = await lease?.publish({ snapshot, calls: 11 }, patient);
  await lease?.release();
  if (isPublished !== true || exchange.readers() !== 1) throw new Error('The snapshot was not published.');
}

async function adopt(exchange: SnapshotExchange, known: Snapshot | undefined): Promise<Snapshot> {
  const reading = await exchange.newest(known, patient);
  if (reading === undefined) throw new Error('The snapshot was not adopted.');
  return reading.snapshot;
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number; stallMs: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedAt = performance.now();
  const result = await work();
  const ms = performance.now() - startedAt;
  await new Promise((resolve) => setTimeout(resolve, 50));
  delay.disable();
  return { result, ms, stallMs: delay.max / 1e6 };
}
