import { createCallerCheck } from './auth/callers/caller-check.ts';
import { createIdentityNetwork } from './auth/identity-network.ts';
import { createUpstreamIdentity } from './auth/upstream-identity.ts';
import { systemClock } from './clock.ts';
import { type Config, ConfigError } from './config.ts';
import type { CachingRules } from './graphql/answer-caching.ts';
import { type AnswerPrepared, preparedAnswers } from './graphql/answers/answer-prepared.ts';
import { PreparedOperations } from './graphql/answers/prepared-operations.ts';
import { createApollo } from './graphql/apollo.ts';
import { OperationLimits } from './graphql/bounds/operation-bounds.ts';
import { contextsOf } from './graphql/context.ts';
import { machineExports } from './graphql/exports/machine-exports.ts';
import { ManifestError } from './graphql/operation-manifest.ts';
import { createPersistedTexts } from './graphql/persisted-operations.ts';
import { createSubgraphSchema } from './graphql/subgraph.ts';
import { idsPerCall } from './machines/machine-id.ts';
import { pageSizesOf } from './machines/page-request.ts';
import { trustedCertificates } from './network/trusted-certificates.ts';
import { createSources, filterBounds } from './sources.ts';
import type { Started } from './started.ts';
import type { Surroundings } from './surroundings.ts';
import { createTracer } from './tracing/create-tracer.ts';
import { createUsageReporter } from './usage-reporter.ts';

/** All that answers an operation, behind HTTP. */
export async function startAnswering(
  config: Config,
  surroundings: Surroundings,
  traceCloseMs: () => number,
  started: Started,
) {
  const { log, clock = systemClock } = surroundings;
  const { http } = config;
  const sizes = pageSizesOf(config.maxPageSize);
  const tracer = started.add(await createTracer(config.tracing, { log, closeMs: traceCloseMs }));
  const ca = trustedCertificates(surroundings.ca);
  const network = started.add(createIdentityNetwork({ proxies: config.proxies, ca }));
  const identity = createUpstreamIdentity(config.callers.identity, config.upstream.signIn, {
    network,
    clock,
    onRenewalFailed: (err) => log.warn({ err }, 'upstream token renewal failed'),
  });
  const callers = createCallerCheck(config.callers.rules, network, clock);
  const upstream = createSources(config, surroundings, identity, tracer, started);
  const { catalog, quota, metrics } = upstream;

  const limits = new OperationLimits(config.bounds, {
    defaultPageSize: sizes.defaultSize,
    maxPageSize: sizes.maxSize,
    idsPerCall: (scope) => idsPerCall(scope, filterBounds(config)),
  });
  const caching: CachingRules = {
    scope: config.cache.scope,
    spans: { WINDOWS: config.cache.freshMs, FLEET: config.fleet.refreshMs },
    now: clock.wall,
  };
  const persistedTexts = createPersistedTexts(config.persistedOperations);
  const prepared = new PreparedOperations({
    catalog,
    limits,
    store: upstream.rendered,
    caching,
    textOf: persistedTexts.textOf,
    onServed: metrics.served,
  });
  const usageReporter = await createUsageReporter(config, { ca, log, started });
  const schema = createSubgraphSchema();
  const apollo = createApollo({
    ...http,
    schema,
    usageReporter,
    bounds: config.bounds,
    limits,
    caching,
    persistedOperations: config.persistedOperations,
    persistedTexts,
    prepared: prepared.plugin(),
    onOperation: metrics.operationAnswered,
    isTraced: tracer.isOn,
    log,
    monotonic: clock.monotonic,
  });
  await apollo.start().catch((error: unknown) => {
    if (!(error instanceof ManifestError)) throw error;
    throw new ConfigError([{ setting: 'PERSISTED_OPERATIONS_PATH', problem: error.message }]);
  });
  started.add({ close: () => apollo.stop() });
  const createContext = contextsOf({
    catalog,
    quotaState: quota.state,
    onServed: metrics.served,
    onAdmitted: identity.admitted,
  });
  const answerPrepared = preparedAnswers({
    prepared,
    onAdmitted: identity.admitted,
    onOperation: metrics.operationAnswered,
    onPrepared: metrics.preparedAnswered,
    monotonic: clock.monotonic,
  });
  const openExport = machineExports({
    ...http,
    schema,
    catalog,
    limits,
    onlyRegistered: config.persistedOperations.mode === 'require',
    onServed: metrics.served,
    onAdmitted: identity.admitted,
    log,
    monotonic: clock.monotonic,
  });
  return {
    apollo,
    createContext,
    answerPrepared: usageReporter === undefined ? answerPrepared : executeAll,
    openExport,
    identity,
    callers,
    upstream,
    tracer,
  };
}

/** Reporters count what is executed: with one, nothing is answered without that. */
const executeAll: AnswerPrepared = async () => undefined;
