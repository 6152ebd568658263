import { registrationOf, type UpstreamIdentity } from './auth/upstream-identity.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { feedPages } from './fleet/changes/feed-pages.ts';
import { createFleet } from './fleet/create-fleet.ts';
import { RenderedStore } from './graphql/answers/rendered-store.ts';
import { pageTurns } from './loop-turns.ts';
import { createCatalog } from './machines/catalog.ts';
import { allDevices } from './machines/device-scope.ts';
import { filterLimits } from './machines/filter-input.ts';
import { idsPerCall } from './machines/machine-id.ts';
import type { FilterBounds } from './machines/odata.ts';
import { pageSizesOf } from './machines/page-request.ts';
import { createWindowPages } from './machines/window-pages.ts';
import { createMetrics } from './metrics.ts';
import { trustedCertificates } from './network/trusted-certificates.ts';
import { redisAddressOf } from './redis/redis-address.ts';
import type { Started } from './started.ts';
import type { Surroundings } from './surroundings.ts';
import { systemTimers } from './timers.ts';
import type { Tracer } from './tracing/tracer.ts';
import { createMachinesApi, maxCallMs, spanFactsOf } from './upstream/machines-api.ts';
import { callsPerHourOfAll, createRegistrationQuota } from './upstream/quota/create-quota.ts';
import { createRowReader } from './upstream/row-reader.ts';
import { createTransport } from './upstream/transport.ts';
import { createLists } from './upstream/windows/create-lists.ts';
import { windowGrid } from './upstream/windows/reading.ts';
import { walkMs } from './upstream/windows/reading-store.ts';
import type { RefreshOptions } from './upstream/windows/refresher.ts';

/** All that lies between a resolver and the Machines API. */
export function createSources(
  config: Config,
  surroundings: Surroundings,
  identity: UpstreamIdentity,
  tracer: Tracer,
  started: Started,
) {
  const { log, clock = systemClock, quotaClock = systemTimers } = surroundings;
  const { upstream, odata, cache: ages, callers } = config;
  const { replicas, redisUrl } = config.quota;
  const ca = trustedCertificates(surroundings.ca);
  const redis = redisUrl && { address: redisAddressOf(redisUrl), ca };
  const registration = registrationOf(upstream.signIn);
  const transport = started.add(createTransport({ ...upstream, proxies: config.proxies, ca }));
  const metrics = createMetrics({
    quota: () => quota.state(),
    upstream: () => source.standing.state,
    cacheBytes: () => lists.store.bytes,
    cacheWindows: () => lists.store.windows,
    fleet: () => fleet.status(),
    fleetTrend: () => fleet.trend(),
    keptChanges: () => fleet.keptChanges(),
  });

  const quota = started.add(
    createRegistrationQuota({
      ...config.quota,
      maxCallMs,
      registration,
      redis,
      clock: quotaClock,
      events: { onRefused: metrics.refused, onForeignUse: metrics.foreignUse },
      log,
    }),
  );
  const rowReader = started.add(createRowReader(metrics.parsed));
  const source = createMachinesApi({
    transport,
    credentialOf: identity.credentialOf,
    delegated: callers.identity === 'caller',
    quota,
    rowReader,
    retries: upstream.retries,
    log,
    spanFacts: spanFactsOf(upstream.url),
    onCall: metrics.called,
    clock,
  });

  const renderedBytes = Math.floor(ages.maxBytes * renderedShare);
  const sizes = pageSizesOf(config.maxPageSize);
  const bounds = filterBounds(config);
  const turn = pageTurns();
  const refreshing: RefreshOptions = {
    ages,
    patienceMs: refreshPatienceMs,
    backgroundMs: config.http.requestTimeoutMs,
    monotonic: clock.monotonic,
    onBackgroundFailure: (err) => log.info({ err }, 'background refresh failed'),
  };
  const lists = createLists({
    ...refreshing,
    source,
    turn,
    grid: windowGrid(upstream.windowRows, config.maxPageSize),
    maxBytes: ages.maxBytes - renderedBytes,
    // A user's rights may change: rows are read again in time, even in walks.
    followMs: callers.identity === 'caller' ? ages.renewMs : Math.max(walkMs, ages.staleMs),
    bounds,
    maxIds: (scope) => idsPerCall(scope, bounds),
    clock,
    onEvicted: metrics.evicted,
  });
  const fleet = started.add(
    createFleet({
      ...config.fleet,
      begins: surroundings.fleetBegins ?? 'at once',
      identity: callers.identity,
      maxBytes: ages.maxBytes,
      source,
      turn,
      windowRows: upstream.windowRows,
      idsPerCall: idsPerCall(allDevices, bounds),
      refreshing,
      callsPerHour: () => callsPerHourOfAll(quota, replicas),
      redis,
      replicas,
      // Different addresses of the API show different machines.
      owner: [...registration, upstream.url],
      clock,
      quotaClock,
      events: { onRead: metrics.fleetRead },
      beginTrace: tracer.begin,
      log,
    }),
  );
  const catalog = createCatalog({
    windows: createWindowPages({ listings: lists.listings, forms: odata, bounds, sizes, now: clock.wall }),
    byIds: lists.byIds,
    fleet: fleet.views,
    changePages: feedPages(),
    limits: filterLimits(odata.maxNodes),
    sizes,
    maxNodes: odata.maxNodes,
  });
  const rendered = new RenderedStore(renderedBytes);
  metrics.gauge('rendered_bytes', 'Bytes of rendered rows and answers in memory.', () => rendered.bytes);
  const { standing } = source;
  /** What can be shown though the API brings no list. Rows of windows are not, where it has rejected us. */
  const holdsRows = (): boolean =>
    fleet.status().machines !== undefined ||
    (standing.state !== 'closed' && lists.store.windows > 0 && standing.sinceListMs < ages.staleMs);
  // All replicas find it at once: what they hold is served until it is too old.
  const problems = (): readonly string[] => (holdsRows() ? [] : standing.problems());
  return { catalog, quota, metrics, rendered, standing, problems };
}

/** Room in an upstream address for `$top`, `$skip` and the names of the parameters, in bytes. */
const otherUrlBytes = 100;
/** How long a caller waits for a newer answer while an old one can be served. */
const refreshPatienceMs = 3_000;
/** Part of the memory for rows that rendered ones may take. */
const renderedShare = 3 / 8;

export const filterBounds = ({ odata, upstream }: Config): FilterBounds => ({
  maxNodes: odata.maxNodes,
  maxEncodedBytes: odata.maxUrlBytes - upstream.url.length - otherUrlBytes,
});
