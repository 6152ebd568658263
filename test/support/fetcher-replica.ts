import type { Logger } from 'pino';
import { systemClock as clocks } from '../../src/clock.ts';
import { feedPages } from '../../src/fleet/changes/feed-pages.ts';
import { type Catalog, createCatalog } from '../../src/machines/catalog.ts';
import { filterLimits } from '../../src/machines/filter-input.ts';
import { noFleet } from '../../src/machines/no-fleet.ts';
import type { MachineSource, Principal } from '../../src/machines/source.ts';
import { createWindowPages } from '../../src/machines/window-pages.ts';
import { redisAddressOf } from '../../src/redis/redis-address.ts';
import { Secret } from '../../src/secret.ts';
import { systemTimers } from '../../src/timers.ts';
import type { QuotaRules } from '../../src/upstream/quota/options.ts';
import type { Quota } from '../../src/upstream/quota/quota.ts';
import { redisLedger } from '../../src/upstream/quota/redis-ledger.ts';
import { createQuota } from '../../src/upstream/quota/scheduler.ts';
import { createRowReader } from '../../src/upstream/row-reader.ts';
import { createTransport } from '../../src/upstream/transport.ts';
import { createLists } from '../../src/upstream/windows/create-lists.ts';
import { noTurns } from './no-turns.ts';
import { plainApi } from './plain-api.ts';

/** The parts of a gateway between its resolvers and upstream, as one of several replicas. */
export interface FetcherReplica {
  readonly catalog: Catalog;
  readonly quota: Quota;
  readonly close: () => Promise<void>;
}

export interface FetcherReplicaOptions {
  readonly redisUrl: string;
  readonly replicas: number;
  /** Where each principal is answered: an upstream of its own, so that a row tells whose it is. */
  readonly upstreams: ReadonlyMap<Principal, string>;
  readonly rules: QuotaRules;
  readonly log: Logger;
}

/** Windows of 50 rows and short ages, so that a walk asks, refreshes and reads ahead often. */
const grid = { firstRows: 22, rows: 50 };
const ages = { freshMs: 400, renewMs: 1_500, staleMs: 60_000 };
/** How long an upstream that stalls is waited for. */
const stallMs = 300;
const bounds = { maxNodes: 100, maxEncodedBytes: 7_800 };

export function startFetcherReplica(options: FetcherReplicaOptions): FetcherReplica {
  const { redisUrl, replicas, upstreams, rules, log } = options;
  const clock = systemTimers;
  const quota = createQuota({
    clock,
    ledger: redisLedger({
      address: redisAddressOf(new Secret(redisUrl)),
      prefix: 'quota',
      replicas,
      rules,
      clock,
    }),
  });
  const rowReader = createRowReader(() => undefined);
  const transports = [...upstreams].map(([principal, url]) => {
    const transport = createTransport({
      url,
      connections: 10,
      connectTimeoutMs: stallMs,
      headersTimeoutMs: stallMs,
      bodyTimeoutMs: stallMs,
      maxResponseBytes: 10_000_000,
    });
    const api = plainApi({ transport, quota, rowReader, retries: 1, log, clock: clocks });
    return { principal, transport, api };
  });
  const source: MachineSource = {
    window: async (query, call) => {
      const own = transports.find(({ principal }) => principal === call.principal);
      if (own === undefined) throw new Error(`Nobody answers ${call.principal}.`);
      return await own.api.window(query, call);
    },
  };
  const lists = createLists({
    source,
    grid,
    ages,
    maxBytes: 32 * 1024 * 1024,
    followMs: 3_600_000,
    patienceMs: 500,
    backgroundMs: 2_000,
    bounds,
    maxIds: () => 20,
    clock: clocks,
    turn: noTurns,
    onEvicted: () => undefined,
    onBackgroundFailure: (err) => log.info({ err }, 'background refresh failed'),
  });
  const sizes = { defaultSize: 20, maxSize: 20 };
  const forms = { not: false, startsWithAnywhere: false };
  const catalog = createCatalog({
    windows: createWindowPages({ listings: lists.listings, forms, bounds, sizes, now: Date.now }),
    byIds: lists.byIds,
    fleet: noFleet('There is none here.'),
    changePages: feedPages(),
    limits: filterLimits(bounds.maxNodes),
    sizes,
    maxNodes: bounds.maxNodes,
  });
  return {
    catalog,
    quota,
    close: async () => {
      await quota.close();
      await Promise.all([...transports.map(({ transport }) => transport.close()), rowReader.close()]);
    },
  };
}
