import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type AccessToken, type Credential, fixedCredential } from './auth/credential.ts';
import { entraAcquisition } from './auth/entra-credential.ts';
import { createEntraNetwork } from './auth/entra-network.ts';
import { renewingCredential } from './auth/renewing-credential.ts';
import type { Config, CredentialConfig } from './config.ts';
import { createApollo } from './graphql/apollo.ts';
import type { GatewayContext } from './graphql/context.ts';
import { createMachineLoader } from './graphql/machine-loader.ts';
import { UpstreamUsage } from './graphql/upstream-usage.ts';
import { type Arrival, createServer } from './http/server.ts';
import { type Catalog, createCatalog, maxIdBytes } from './machines/catalog.ts';
import type { ListingId } from './machines/cursor.ts';
import { comparisonNodes, maxListValues } from './machines/filter-nodes.ts';
import type { Call, Principal } from './machines/source.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createMachinesApi, maxCallMs } from './upstream/machines-api.ts';
import { type Clock, systemClock } from './upstream/quota/clock.ts';
import { memoryLedger } from './upstream/quota/memory-ledger.ts';
import { defaultRules, type QuotaRules } from './upstream/quota/options.ts';
import type { Quota, QuotaEvents } from './upstream/quota/quota.ts';
import { redisLedger } from './upstream/quota/redis-ledger.ts';
import { createQuota } from './upstream/quota/scheduler.ts';
import { createRowReader } from './upstream/row-reader.ts';
import { createTransport } from './upstream/transport.ts';
import { createIdentifiedMachines } from './upstream/windows/identified-machines.ts';
import { createRedisWindows } from './upstream/windows/redis-windows.ts';
import { Renewals } from './upstream/windows/renewals.ts';
import { type SharedWindows, unshared } from './upstream/windows/shared-windows.ts';
import { WindowCache } from './upstream/windows/window-cache.ts';
import { WindowListings } from './upstream/windows/window-listings.ts';

/** A running gateway. */
export interface Gateway {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Takes no more requests, lets those in flight finish within the drain timeout, and ends. Once is enough. */
  readonly close: () => Promise<void>;
}

/** What a gateway gets from outside besides its settings. */
export interface Surroundings {
  readonly log: Logger;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
  /** Clock and timers of the quota. Default: this machine's. */
  readonly quotaClock?: Clock;
  /** Further certificate authorities to trust at the identity provider, in PEM. */
  readonly ca?: string;
}

/** Room in an upstream address for `$top`, `$skip` and the names of the parameters, in bytes. */
const otherUrlBytes = 100;
/** Encoded bytes of `id eq '…' or ` around an id. */
const idOverheadBytes = 40;
const defaultPageSize = 50;
/** Rows that a page needs besides its own: its cursor's, and the one that proves that there is more. */
const rowsAroundPage = 2;
/** How long `/readyz` waits for a token. */
const readinessTimeoutMs = 3_000;
/** How long a caller waits for a newer answer while an old one is at hand. */
const renewalPatienceMs = 3_000;
/** As whom the app registration asks: all callers see what it sees. */
const appPrincipal = 'app' as Principal;

/** The one place where the parts meet: the way of a request, from HTTP down to the transport, is read here bottom up. */
export async function startGateway(config: Config, surroundings: Surroundings): Promise<Gateway> {
  const { log, now } = surroundings;
  const { http } = config;
  const upstream = createUpstream(config, surroundings);
  const { catalog, quota, credential, metrics } = upstream;

  const apollo = createApollo({ landingPage: http.landingPage, introspection: http.introspection, log, now });
  await apollo.start();
  let draining = false;
  const stopping = new AbortController();
  const createContext = (arrival: Arrival): GatewayContext => {
    const usage = new UpstreamUsage(metrics.served);
    const call: Call = { ...arrival, principal: appPrincipal, lane: 'interactive', usage };
    return {
      catalog,
      call,
      usage,
      quotaState: quota.state,
      machineById: createMachineLoader(catalog.byIds, call),
    };
  };
  const server = createServer({
    apollo,
    createContext,
    readiness: async () => [
      ...(draining ? ['The gateway is stopping.'] : []),
      ...(await credentialProblems(credential)),
    ],
    requestTimeoutMs: http.requestTimeoutMs,
    loopbackOnly: http.loopbackOnly,
    stopping: stopping.signal,
    log,
    metrics,
    now,
  });

  const closeParts = async (): Promise<void> => {
    await apollo.stop();
    await upstream.close();
  };
  const drain = async (): Promise<void> => {
    draining = true;
    // Ready no longer, and serving on: so a load balancer turns away before there is nobody to answer.
    await delay(http.drainDelayMs);
    const hurry = setTimeout(() => {
      log.warn('requests in flight did not finish in time; cutting them off');
      stopping.abort();
      server.server.closeAllConnections();
    }, http.drainTimeoutMs);
    try {
      await server.close();
    } finally {
      clearTimeout(hurry);
    }
    await closeParts();
  };

  let url: string;
  try {
    url = await server.listen({ host: http.host, port: http.port });
  } catch (error) {
    await closeParts();
    throw error;
  }
  let closed: Promise<void> | undefined;
  return {
    url,
    close: () => {
      closed ??= drain();
      return closed;
    },
  };
}

/** All that lies between a resolver and the Machines API. */
interface Upstream {
  readonly catalog: Catalog;
  readonly quota: Quota;
  readonly credential: Credential;
  readonly metrics: Metrics;
  readonly close: () => Promise<void>;
}

function createUpstream(config: Config, surroundings: Surroundings): Upstream {
  const { log, now } = surroundings;
  const { upstream, odata, cache: ages } = config;

  const transport = createTransport(upstream);
  const { credential, close: closeCredential } = createCredential(upstream.credential, surroundings);
  const grid = {
    firstRows: Math.min(upstream.windowRows, Math.max(1_000, config.maxPageSize) + rowsAroundPage),
    rows: upstream.windowRows,
  };
  const cache = new WindowCache(grid, ages.maxBytes, now, (bytes) => metrics.evicted(bytes));
  const quota = createQuotaOf(config, surroundings, {
    onRefused: (lane, reason) => metrics.refused(lane, reason),
    onForeignUse: () => metrics.foreignUse(),
  });
  const shared = createShared(config, log);
  const metrics = createMetrics({
    quota: quota.state,
    cacheBytes: () => cache.bytes,
    cacheWindows: () => cache.windows,
    sharedCache: () => shared.state(),
  });
  const rowReader = createRowReader(metrics.parsed);
  const machinesApi = createMachinesApi({
    transport,
    credential,
    quota,
    rowReader,
    retries: upstream.retries,
    log,
    onCall: metrics.called,
    now,
  });
  const renewals = new Renewals({
    patienceMs: renewalPatienceMs,
    backgroundMs: config.http.requestTimeoutMs,
    now,
    onBackgroundFailure: (err) => log.info({ err }, 'work in the background was left'),
  });
  const listings = new WindowListings({
    source: machinesApi,
    cache,
    shared,
    grid,
    freshness: ages,
    renewals,
    now,
    newId: () => randomBytes(8).toString('hex') as ListingId,
  });
  const maxIds = maxListValues(odata.maxNodes, comparisonNodes);
  const bounds = {
    maxNodes: odata.maxNodes,
    maxEncodedBytes: odata.maxUrlBytes - upstream.url.length - otherUrlBytes,
  };
  const byIds = createIdentifiedMachines({
    source: machinesApi,
    listings,
    shared,
    renewals,
    bounds,
    maxIds: Math.max(
      1,
      Math.min(maxIds, Math.floor(bounds.maxEncodedBytes / (maxIdBytes + idOverheadBytes))),
    ),
    now,
  });
  const catalog = createCatalog(listings, byIds, {
    rules: { not: odata.not, startsWithAnywhere: odata.startsWithAnywhere, maxNodes: odata.maxNodes },
    bounds,
    sizes: { defaultSize: Math.min(defaultPageSize, config.maxPageSize), maxSize: config.maxPageSize },
    now,
  });
  return {
    catalog,
    quota,
    credential,
    metrics,
    close: async () => {
      await quota.close();
      await Promise.all([transport.close(), closeCredential(), rowReader.close(), shared.close()]);
    },
  };
}

/** Names the app registration, which quota and cache belong to, without telling what it is. */
function registrationKey({ upstream: { credential, url } }: Config): string {
  const registration =
    credential.kind === 'fixed'
      ? [url, credential.token.reveal()]
      : [url, credential.application.tenantId, credential.application.clientId];
  return createHash('sha256').update(JSON.stringify(registration)).digest('base64url').slice(0, 16);
}

function createShared(config: Config, log: Logger): SharedWindows {
  const { redisUrl } = config.quota;
  if (redisUrl === undefined) return unshared;
  return createRedisWindows({
    url: redisUrl,
    prefix: `machines-gateway:1:${registrationKey(config)}`,
    keepMs: config.cache.staleMs,
    onState: (state, why) => log.warn({ state, why }, 'the shared cache has turned'),
  });
}

function createQuotaOf(config: Config, { log, quotaClock }: Surroundings, counts: QuotaEvents): Quota {
  const { perMinute, perHour, margin, reserve, replicas, redisUrl } = config.quota;
  const clock = quotaClock ?? systemClock;
  // Without Redis a replica keeps to its part; with it, those that are there divide the parts of all that are.
  const parts = redisUrl === undefined ? replicas : 1;
  const rules: QuotaRules = {
    ...defaultRules,
    windows: [
      { windowMs: 60_000, calls: Math.max(1, Math.floor(perMinute / parts)) },
      { windowMs: 3_600_000, calls: Math.max(1, Math.floor(perHour / parts)) },
    ],
    margin,
    reserve,
    maxCallMs,
  };
  const ledger =
    redisUrl === undefined
      ? memoryLedger(rules, clock)
      : redisLedger({
          url: redisUrl.reveal(),
          prefix: `machines-gateway:1:${registrationKey(config)}`,
          replicas,
          rules,
          clock,
        });
  return createQuota({
    ledger,
    clock,
    events: {
      onGate: (gate) => log.warn({ gate }, 'the gate to upstream has turned'),
      onLedger: (kind, why) => log.warn({ ledger: kind, why }, 'the quota is counted elsewhere from now on'),
      ...counts,
      onForeignUse: (event) => {
        const { share, foreignUse } = event;
        log.warn(
          { share, foreignUse },
          'somebody else uses the app registration; lowering our share of its quota',
        );
        counts.onForeignUse?.(event);
      },
    },
  });
}

interface ClosableCredential {
  readonly credential: Credential;
  readonly close: () => Promise<void>;
}

function createCredential(config: CredentialConfig, { log, now, ca }: Surroundings): ClosableCredential {
  if (config.kind === 'fixed') {
    return { credential: fixedCredential(config.token), close: async () => undefined };
  }
  const network = createEntraNetwork(ca);
  const acquire: () => Promise<AccessToken> = entraAcquisition(config.application, network);
  const onRenewalFailed = (err: unknown): void => log.warn({ err }, 'renewing the upstream token failed');
  return { credential: renewingCredential({ acquire, now, onRenewalFailed }), close: network.close };
}

async function credentialProblems(credential: Credential): Promise<readonly string[]> {
  try {
    await credential.token(AbortSignal.timeout(readinessTimeoutMs));
    return [];
  } catch (error) {
    return [`There is no upstream token. ${error instanceof Error ? error.message : String(error)}`];
  }
}
