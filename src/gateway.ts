import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Admission, admit } from './auth/admission.ts';
import { createCallerCheck } from './auth/callers/caller-check.ts';
import { createIdentityNetwork, type IdentityNetwork } from './auth/identity-network.ts';
import {
  callersIdentity,
  type IdentityOptions,
  ownIdentity,
  type SignIn,
  type UpstreamIdentity,
} from './auth/upstream-identity.ts';
import { type Config, ConfigError } from './config.ts';
import { createApollo } from './graphql/apollo.ts';
import type { GatewayContext } from './graphql/context.ts';
import { createMachineLoader } from './graphql/machine-loader.ts';
import { ManifestError } from './graphql/operation-manifest.ts';
import { UpstreamUsage } from './graphql/upstream-usage.ts';
import { type ExampleQuery, exampleQueries } from './http/explorer/example-queries.ts';
import { type Arrival, createServer } from './http/server.ts';
import { type Catalog, createCatalog } from './machines/catalog.ts';
import type { ListingId } from './machines/cursor.ts';
import { allDevices, type DeviceScope, maxScopeGroups } from './machines/device-scope.ts';
import { idsPerCall } from './machines/machine-id.ts';
import type { FilterBounds } from './machines/odata.ts';
import type { PageSizes } from './machines/page-request.ts';
import type { Call, Principal } from './machines/source.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { trustedCertificates } from './trusted-certificates.ts';
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
import { WindowCache, walkMs } from './upstream/windows/window-cache.ts';
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
  /** What the tabs of the explorer hold at first. Default: what suits any fleet. */
  readonly exampleQueries?: readonly ExampleQuery[];
}

/** Room in an upstream address for `$top`, `$skip` and the names of the parameters, in bytes. */
const otherUrlBytes = 100;
const defaultPageSize = 50;
/** Rows that a page needs besides its own: its cursor's, and the one that proves that there is more. */
const rowsAroundPage = 2;
/** How long a caller waits for a newer answer while an old one is at hand. */
const renewalPatienceMs = 3_000;

/** The one place where the parts meet: the way of a request, from HTTP down to the transport, is read here bottom up. */
export async function startGateway(config: Config, surroundings: Surroundings): Promise<Gateway> {
  const { log, now } = surroundings;
  const { http } = config;
  const upstream = createUpstream(config, surroundings);
  const { catalog, quota, identity, metrics } = upstream;
  const callers = createCallerCheck(config.callers.rules, upstream.network, now);
  const admissionRules = { ...config.callers, maxDeviceGroups: maxScopeGroups(config.odata.maxNodes) };

  const apollo = createApollo({
    landingPage: http.landingPage,
    introspection: http.introspection,
    bounds: config.bounds,
    costRules: {
      defaultPageSize: pageSizes(config).defaultSize,
      maxPageSize: config.maxPageSize,
      idsPerCall: (scope) => idsPerCall(scope, filterBounds(config)),
    },
    persistedOperations: config.persistedOperations,
    log,
    now,
  });
  try {
    await apollo.start();
  } catch (error) {
    await upstream.close();
    if (!(error instanceof ManifestError)) throw error;
    throw new ConfigError([{ setting: 'PERSISTED_OPERATIONS_PATH', problem: error.message }]);
  }
  let draining = false;
  const stopping = new AbortController();
  const createContext = (
    arrival: Arrival,
    { caller, principal, deviceGroups }: Admission,
  ): GatewayContext => {
    const usage = new UpstreamUsage(metrics.served);
    const scope: DeviceScope =
      deviceGroups === 'all' ? allDevices : { kind: 'groups', groupIds: deviceGroups };
    const call: Call = {
      ...arrival,
      principal: principal as Principal,
      scope,
      turn: caller.kind === 'known' ? caller.id : principal,
      lane: 'interactive',
      usage,
    };
    identity.admitted(principal, caller);
    return {
      catalog,
      call,
      callerId: caller.kind === 'known' ? caller.id : undefined,
      usage,
      quotaState: quota.state,
      machineById: createMachineLoader(catalog.byIds, call),
    };
  };
  const server = createServer({
    apollo,
    admit: async (rawHeaders) => admit(await callers.check(rawHeaders), admissionRules),
    createContext,
    readiness: async () => [
      ...(draining ? ['The gateway is stopping.'] : []),
      ...(await identity.problems()),
    ],
    requestTimeoutMs: http.requestTimeoutMs,
    explorerQueries: http.explorer ? (surroundings.exampleQueries ?? exampleQueries) : undefined,
    loopbackOnly: http.loopbackOnly,
    landingPage: http.landingPage,
    limits: http.limits,
    corsOrigins: http.corsOrigins,
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
  readonly identity: UpstreamIdentity;
  readonly network: IdentityNetwork;
  readonly metrics: Metrics;
  readonly close: () => Promise<void>;
}

function createUpstream(config: Config, surroundings: Surroundings): Upstream {
  const { log, now } = surroundings;
  const { upstream, odata, cache: ages } = config;

  const transport = createTransport({ ...upstream, ca: trustedCertificates(config.ca) });
  const network = createIdentityNetwork(trustedCertificates(surroundings.ca, config.ca));
  const identity = createIdentity(config, {
    network,
    now,
    onRenewalFailed: (err) => log.warn({ err }, 'renewing an upstream token failed'),
  });
  const grid = {
    firstRows: Math.min(upstream.windowRows, Math.max(1_000, config.maxPageSize) + rowsAroundPage),
    rows: upstream.windowRows,
  };
  const cache = new WindowCache({
    grid,
    maxBytes: ages.maxBytes,
    keepMs: ages.staleMs,
    now,
    onEvicted: (bytes) => metrics.evicted(bytes),
  });
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
    credentialOf: identity.credentialOf,
    delegated: config.callers.identity === 'caller',
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
    // A user's rights may change: what was read for one is renewed in time, walks included.
    followMs: config.callers.identity === 'caller' ? ages.renewMs : Math.max(walkMs, ages.staleMs),
    now,
    newId: () => randomBytes(8).toString('hex') as ListingId,
  });
  const bounds = filterBounds(config);
  const byIds = createIdentifiedMachines({
    source: machinesApi,
    listings,
    shared,
    renewals,
    bounds,
    maxIds: (scope) => idsPerCall(scope, bounds),
    now,
  });
  const catalog = createCatalog(listings, byIds, {
    rules: { not: odata.not, startsWithAnywhere: odata.startsWithAnywhere, maxNodes: odata.maxNodes },
    bounds,
    sizes: pageSizes(config),
    now,
  });
  return {
    catalog,
    quota,
    identity,
    network,
    metrics,
    close: async () => {
      await quota.close();
      await Promise.all([transport.close(), network.close(), rowReader.close(), shared.close()]);
    },
  };
}

const filterBounds = ({ odata, upstream }: Config): FilterBounds => ({
  maxNodes: odata.maxNodes,
  maxEncodedBytes: odata.maxUrlBytes - upstream.url.length - otherUrlBytes,
});

const pageSizes = ({ maxPageSize }: Config): PageSizes => ({
  defaultSize: Math.min(defaultPageSize, maxPageSize),
  maxSize: maxPageSize,
});

/** Names what the quota belongs to, the app registration, without telling what it is: whatever address it is asked by. */
function registrationKey({ upstream: { signIn } }: Config): string {
  return digest(registrationOf(signIn));
}

/** Names what rows belong to: the app registration at one address. */
function rowsKey({ upstream: { signIn, url } }: Config): string {
  return digest([url, ...registrationOf(signIn)]);
}

const digest = (names: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(names)).digest('base64url').slice(0, 16);

function registrationOf(signIn: SignIn): readonly string[] {
  switch (signIn.kind) {
    case 'fixed':
      return [signIn.token.reveal()];
    case 'entra':
      return [signIn.application.tenantId.toLowerCase(), signIn.application.clientId.toLowerCase()];
    case 'managed-identity':
      return ['managed identity', signIn.identity.clientId?.toLowerCase() ?? ''];
    default:
      return signIn satisfies never;
  }
}

function createShared(config: Config, log: Logger): SharedWindows {
  const { redisUrl } = config.quota;
  if (redisUrl === undefined) return unshared;
  return createRedisWindows({
    url: redisUrl,
    // Raised where the form of what is kept changes, so that versions can run side by side.
    prefix: `machines-gateway:2:${rowsKey(config)}`,
    ca: trustedCertificates(config.ca),
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
          ca: trustedCertificates(config.ca),
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

function createIdentity({ callers, upstream }: Config, options: IdentityOptions): UpstreamIdentity {
  const { signIn } = upstream;
  if (callers.identity === 'app') return ownIdentity(signIn, options);
  // The settings refuse it, and so must this: callers would else be shown what the gateway itself may see.
  if (signIn.kind !== 'entra') throw new Error('Only an app registration can ask on behalf of callers.');
  return callersIdentity(signIn.application, options);
}
