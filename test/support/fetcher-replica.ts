import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { fixedCredential } from '../../src/auth/credential.ts';
import { type Catalog, createCatalog } from '../../src/machines/catalog.ts';
import type { ListingId } from '../../src/machines/cursor.ts';
import type { MachineSource, Principal } from '../../src/machines/source.ts';
import { Secret } from '../../src/secret.ts';
import { createMachinesApi } from '../../src/upstream/machines-api.ts';
import { systemClock } from '../../src/upstream/quota/clock.ts';
import type { QuotaRules } from '../../src/upstream/quota/options.ts';
import type { Quota } from '../../src/upstream/quota/quota.ts';
import { redisLedger } from '../../src/upstream/quota/redis-ledger.ts';
import { createQuota } from '../../src/upstream/quota/scheduler.ts';
import { createRowReader } from '../../src/upstream/row-reader.ts';
import { createTransport } from '../../src/upstream/transport.ts';
import { createIdentifiedMachines } from '../../src/upstream/windows/identified-machines.ts';
import { createRedisWindows } from '../../src/upstream/windows/redis-windows.ts';
import { Renewals } from '../../src/upstream/windows/renewals.ts';
import type { SharedWindows } from '../../src/upstream/windows/shared-windows.ts';
import { WindowCache } from '../../src/upstream/windows/window-cache.ts';
import { WindowListings } from '../../src/upstream/windows/window-listings.ts';
import { secrets } from './secrets.ts';

/** The parts of a gateway between its resolvers and upstream, as one of several replicas. */
export interface FetcherReplica {
  readonly catalog: Catalog;
  readonly quota: Quota;
  readonly shared: SharedWindows;
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

/** Windows of 50 rows and short ages, so that a walk asks, renews and reads ahead often. */
const grid = { firstRows: 22, rows: 50 };
const freshness = { freshMs: 400, renewMs: 1_500, staleMs: 60_000 };
/** How long an upstream that stalls is waited for. */
const stallMs = 300;
const bounds = { maxNodes: 100, maxEncodedBytes: 7_800 };

export function startFetcherReplica(options: FetcherReplicaOptions): FetcherReplica {
  const { redisUrl, replicas, upstreams, rules, log } = options;
  const now = Date.now;
  const clock = systemClock;
  const quota = createQuota({
    clock,
    ledger: redisLedger({ url: redisUrl, prefix: 'quota', replicas, rules, clock }),
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
    const credential = fixedCredential(new Secret(secrets.token));
    const onCall = (): void => undefined;
    const api = createMachinesApi({
      transport,
      credentialOf: () => credential,
      delegated: false,
      quota,
      rowReader,
      retries: 1,
      log,
      onCall,
      now,
    });
    return { principal, transport, api };
  });
  const source: MachineSource = {
    window: async (query, call) => {
      const own = transports.find(({ principal }) => principal === call.principal);
      if (own === undefined) throw new Error(`Nobody answers ${call.principal}.`);
      return await own.api.window(query, call);
    },
  };
  const shared = createRedisWindows({
    url: new Secret(redisUrl),
    prefix: 'windows',
    keepMs: freshness.staleMs,
    onState: (state, why) => log.warn({ state, why }, 'the shared cache has turned'),
  });
  const renewals = new Renewals({
    patienceMs: 500,
    backgroundMs: 2_000,
    now,
    onBackgroundFailure: (err) => log.info({ err }, 'work in the background was left'),
  });
  const listings = new WindowListings({
    source,
    cache: new WindowCache({
      grid,
      maxBytes: 32 * 1024 * 1024,
      keepMs: freshness.staleMs,
      now,
      onEvicted: () => undefined,
    }),
    shared,
    grid,
    freshness,
    renewals,
    followMs: 3_600_000,
    now,
    newId: () => randomBytes(8).toString('hex') as ListingId,
  });
  const byIds = createIdentifiedMachines({
    source,
    listings,
    shared,
    renewals,
    bounds,
    maxIds: () => 20,
    now,
  });
  const catalog = createCatalog(listings, byIds, {
    rules: { not: false, startsWithAnywhere: false, maxNodes: bounds.maxNodes },
    bounds,
    sizes: { defaultSize: 20, maxSize: 20 },
    now,
  });
  return {
    catalog,
    quota,
    shared,
    close: async () => {
      await quota.close();
      await Promise.all([
        ...transports.map(({ transport }) => transport.close()),
        rowReader.close(),
        shared.close(),
      ]);
    },
  };
}
