import { setMaxListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { pageInfoOf } from '../../src/machines/connection.ts';
import { allDevices } from '../../src/machines/device-scope.ts';
import type { Machine } from '../../src/machines/machine.ts';
import type { Call, Principal } from '../../src/machines/source.ts';
import { untraced } from '../../src/tracing/span.ts';
import { defaultRules } from '../../src/upstream/quota/options.ts';
import { UpstreamError } from '../../src/upstream/upstream-error.ts';
import { type FetcherReplica, startFetcherReplica } from '../support/fetcher-replica.ts';
import { hasRedisServer, type RedisServer, redisHarms, startRedisServer } from '../support/redis-server.ts';
import { secrets } from '../support/secrets.ts';
import { upstreamCodes, upstreamFaults } from '../support/upstream-faults.ts';
import { watchedLog } from '../support/watched-log.ts';
import { mostWithin } from '../upstream/quota/sliding-count.ts';

/** Short windows, so that the quota is used up while a test runs. */
const windows = [
  { windowMs: 1_500, calls: 24 },
  { windowMs: 6_000, calls: 72 },
] as const;
/** Longer than any call can last here: upstream is waited for 0.3 s ahead of the headers and between pieces. */
const maxCallMs = 2_000;
const rules = { ...defaultRules, windows, maxCallMs, shareGrowthPerMinute: 60 };
const replicaCount = 2;
const callMs = 3_000;
/** What a machine under load may take on top of a deadline. */
const slackMs = 15_000;
const latencyMs = 120;
/** Pages of a walk that one replica gives before the other does. */
const pagesEach = 4;

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => {
  unhandled.push(reason);
};
beforeAll(() => {
  process.on('unhandledRejection', onUnhandled);
});
afterAll(() => {
  process.off('unhandledRejection', onUnhandled);
});

/** One principal with a fleet of its own, which moves all the time. */
class Owner {
  readonly principal: Principal;
  readonly emulator: Emulator;
  /** Name and platform of each machine that ever was: what a row of it must say. */
  readonly #known = new Map<string, string>();
  #faults = 0;

  constructor(principal: Principal, emulator: Emulator) {
    this.principal = principal;
    this.emulator = emulator;
    this.note();
  }

  static async start(name: string, seed: number): Promise<Owner> {
    const emulator = await startEmulator({
      fleet: { kind: 'seeded', size: 300, seed },
      order: 'newest-seen',
      churnPerMinute: 6_000,
      latencyMs,
      tokens: [secrets.token],
      quota: 'off',
    });
    return new Owner(name as Principal, emulator);
  }

  get ids(): readonly string[] {
    return [...this.#known.keys()];
  }

  note(): void {
    for (const { id, computerDnsName, osPlatform } of this.emulator.rows()) {
      this.#known.set(id, JSON.stringify([computerDnsName || null, osPlatform || null]));
    }
  }

  /** That these are machines of this owner, and say what they must. */
  expectOwn(machines: readonly Machine[]): void {
    this.note();
    for (const { id, computerDnsName, osPlatform } of machines) {
      expect(JSON.stringify([computerDnsName, osPlatform])).toBe(this.#known.get(id));
    }
  }

  /** How many answers went wrong so far, each in another way than the one before. */
  get spoiled(): number {
    return this.#faults - this.emulator.faults.pending();
  }

  /** Lets the next answer go wrong, each time in another way. */
  spoilNext(): void {
    const faults = Object.values(upstreamFaults);
    const fault = faults[this.#faults % faults.length];
    this.#faults += 1;
    if (fault !== undefined) this.emulator.faults.next(1, fault);
  }
}

/** Two owners, whose questions are the same, before two replicas on one Redis. */
interface Scene {
  readonly redis: RedisServer;
  readonly owners: readonly [Owner, Owner];
  readonly replicas: readonly FetcherReplica[];
  /** Instants at which calls arrived upstream, as upstream has noted them. */
  readonly arrivals: () => readonly number[];
  readonly close: () => Promise<void>;
}

async function setScene(): Promise<Scene> {
  const redis = await startRedisServer();
  const owners = [await Owner.start('ada', 11), await Owner.start('ben', 12)] as const;
  const upstreams = new Map(owners.map(({ principal, emulator }) => [principal, emulator.url]));
  const { log } = watchedLog();
  const replicas = Array.from({ length: replicaCount }, () =>
    startFetcherReplica({ redisUrl: redis.url, replicas: replicaCount, upstreams, rules, log }),
  );
  return {
    redis,
    owners,
    replicas,
    arrivals: () => owners.flatMap(({ emulator }) => emulator.requests().map(({ time }) => time)),
    close: async () => {
      await Promise.all(replicas.map((replica) => replica.close()));
      await Promise.all(owners.map(({ emulator }) => emulator.close()));
      redis.resume();
      await redis.kill();
    },
  };
}

/** Asks as a request does, and checks that it is answered in time, and with an error of the contract if with one. */
async function ask<T>({ principal }: Owner, question: (call: Call) => Promise<T>): Promise<T | undefined> {
  const startedAt = performance.now();
  const stop = new AbortController();
  // As that of a request, which many calls may wait with.
  setMaxListeners(0, stop.signal);
  const timer = setTimeout(() => stop.abort(new DOMException('The time is up.', 'TimeoutError')), callMs);
  try {
    return await question({
      principal,
      scope: allDevices,
      turn: principal,
      lane: 'interactive',
      signal: stop.signal,
      deadline: performance.now() + callMs,
      requestId: 'test',
      span: untraced,
      usage: { called: () => undefined, served: () => undefined },
    });
  } catch (error) {
    expectContract(error);
    return undefined;
  } finally {
    clearTimeout(timer);
    expect(performance.now() - startedAt).toBeLessThan(callMs + slackMs);
  }
}

function expectContract(error: unknown): void {
  if (!(error instanceof UpstreamError)) throw error;
  expect(upstreamCodes).toContain(error.code);
}

/** Asks a replica for machines of both owners by their ids, and checks that none of the other's comes. */
async function askByIds(owner: Owner, other: Owner, replica: FetcherReplica, turn: number): Promise<void> {
  const own = owner.ids.slice(turn % 250).slice(0, 12);
  const ids = [...own, ...other.ids.slice(turn % 250).slice(0, 3)];
  const found = (await ask(owner, (call) => replica.catalog.byIds.load(ids, call))) ?? [];
  for (const each of found) if (each instanceof Error) expectContract(each);
  owner.expectOwn(found.flatMap((each) => (each === null || each instanceof Error ? [] : [each])));
}

interface Walker {
  /** Pages that came, and pages that failed. */
  readonly pages: () => number;
  readonly failures: () => number;
  readonly done: Promise<void>;
}

/** Walks through one list after the other, some pages from each replica in turn, until it is told to stop. */
function startWalker({ owners, replicas }: Scene, whose: 0 | 1, isStopped: () => boolean): Walker {
  const owner = owners[whose];
  const other = owners[whose === 0 ? 1 : 0];
  let pages = 0;
  let failures = 0;
  const walk = async (list: number): Promise<void> => {
    const met = new Set<string>();
    for (let after: string | null = null, more = true; more && !isStopped(); ) {
      const turn = pages + failures;
      const replica = replicas[Math.floor(turn / pagesEach) % replicas.length];
      if (replica === undefined) return;
      // A rejection of our own quota asks nothing: faults must not pile up meanwhile, until no answer is right.
      if (turn % 2 === 0 && owner.emulator.faults.pending() === 0) owner.spoilNext();
      await askByIds(owner, other, replica, turn);
      const filter = { computerDnsName: { ne: `list-${list}` } };
      const page = await ask(owner, (call) => replica.catalog.page({ filter, first: 20, after }, call));
      if (page === undefined) {
        failures += 1;
        continue;
      }
      pages += 1;
      owner.expectOwn(page.nodes());
      // Another replica has a reading of its own: the walk goes on in that, and may meet again what has moved.
      if (page.consistency !== 'LISTING') met.clear();
      for (const { id } of page.nodes()) {
        expect(met.has(id), `${id} twice in one listing`).toBe(false);
        met.add(id);
      }
      const info = pageInfoOf(page);
      after = info.endCursor;
      more = info.hasNextPage;
    }
  };
  const walkOn = async (): Promise<void> => {
    for (let list = 0; !isStopped(); list += 1) await walk(list);
  };
  return { pages: () => pages, failures: () => failures, done: walkOn() };
}

/** Waits until so many more calls have arrived upstream: the last of them is then under way, for {@link latencyMs}. */
async function untilArrived({ arrivals }: Scene, more: number): Promise<void> {
  const from = arrivals().length;
  await expect.poll(() => arrivals().length - from, { interval: 2 }).toBeGreaterThanOrEqual(more);
}

/** Waits until each owner's upstream has gone wrong in every way. */
async function untilSpoiled({ owners }: Scene): Promise<void> {
  const ways = Object.keys(upstreamFaults).length;
  await expect
    .poll(() => Math.min(...owners.map(({ spoiled }) => spoiled)), { interval: 50 })
    .toBeGreaterThanOrEqual(ways);
}

describe.skipIf(!hasRedisServer)(
  'walks of two principals over moving fleets, with faults of upstream',
  () => {
    it.each(redisHarms)(
      'are right, in time and within the quota while Redis %s in mid-flight',
      { timeout: 90_000 },
      async (_, harm, mend) => {
        const scene = await setScene();
        let isStopped = false;
        const walkers = ([0, 1, 0, 1] as const).map((whose) => startWalker(scene, whose, () => isStopped));
        const all = Promise.all(walkers.map(({ done }) => done));
        // A walker that stumbles ends the test at once.
        const unlessFailed = <T>(work: Promise<T>): Promise<T> => Promise.race([work, all.then(() => work)]);
        try {
          for (let round = 0; round < 2; round += 1) {
            await unlessFailed(untilArrived(scene, 12));
            await harm(scene.redis);
            await unlessFailed(untilArrived(scene, 10));
            await mend(scene.redis);
          }
          await unlessFailed(untilSpoiled(scene));
          isStopped = true;
          await all;
          for (const { pages } of walkers) expect(pages()).toBeGreaterThan(3);
          await expectWell(scene);
          for (const { windowMs, calls } of windows) {
            expect(mostWithin(scene.arrivals(), windowMs)).toBeLessThanOrEqual(calls);
          }
          // It was the quota that held them back, not a lack of demand.
          expect(scene.arrivals().length).toBeGreaterThan(windows[0].calls * 2);
          expect(unhandled).toEqual([]);
        } finally {
          isStopped = true;
          await all.catch(() => undefined);
          await scene.close();
        }
      },
    );
  },
);

/** That all is as before: the replicas share the quota again, and answer. */
async function expectWell({ owners, replicas }: Scene): Promise<void> {
  for (const { emulator } of owners) emulator.faults.clear();
  for (const replica of replicas) {
    await expect
      .poll(
        async () => {
          const pages = await Promise.all(
            owners.map((owner) => ask(owner, (call) => replica.catalog.page({}, call))),
          );
          return [pages.map((page) => page?.nodes().length), replica.quota.state().ledger];
        },
        { interval: 100 },
      )
      .toEqual([[20, 20], 'redis']);
  }
}
