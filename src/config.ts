import type { SignIn } from './auth/upstream-identity.ts';
import { type CallersConfig, readCallers } from './config/callers.ts';
import { checkAscents, type Environment, givenSetting } from './config/given-setting.ts';
import { readPersistedOperations } from './config/persisted-operations.ts';
import type { Problem, Report } from './config/problem.ts';
import { isComplete, type ReadFile, readSettings } from './config/setting-values.ts';
import { readSignIn } from './config/sign-in.ts';
import { readTracing } from './config/tracing.ts';
import {
  explainUnknown,
  retiredProblems,
  type UnknownSetting,
  unknownSettings,
} from './config/unknown-settings.ts';
import { readUsageReporting, type UsageReportingConfig } from './config/usage-reporting.ts';
import type { DocumentBounds } from './graphql/bounds/document-bounds.ts';
import type { CostBounds } from './graphql/bounds/operation-bounds.ts';
import type { PersistedOperations } from './graphql/persisted-operations.ts';
import type { ListenAddress } from './http/listen.ts';
import type { HttpLimits } from './http/server.ts';
import { isLoopbackHost } from './loopback.ts';
import type { Proxies } from './network/proxies.ts';
import { parseRedisAddress } from './redis/redis-address.ts';
import { Secret } from './secret.ts';
import type { SettingName, SettingValues } from './settings.ts';
import type { TracingConfig } from './tracing/tracer.ts';
import { apiUrl } from './upstream/clouds.ts';
import type { QuotaSettings } from './upstream/quota/create-quota.ts';

/** The configuration: read once from the environment, whole and checked. All times in milliseconds. */
export interface Config {
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly landingPage: boolean;
    readonly explorer: boolean;
    readonly introspection: boolean;
    readonly requestTimeoutMs: number;
    readonly drainDelayMs: number;
    readonly drainTimeoutMs: number;
    /** Whether only requests under a loopback host name are accepted, since nothing else guards the gateway. */
    readonly loopbackOnly: boolean;
    readonly limits: HttpLimits;
    readonly compression: boolean;
    /** Path under which a proxy serves the gateway; empty for none. */
    readonly pathPrefix: string;
    readonly corsOrigins: readonly string[];
  };
  /** A port of its own for the metrics; undefined where the gateway's has them. */
  readonly metricsAt:
    | (ListenAddress & {
        /** As that of `http`. */
        readonly loopbackOnly: boolean;
      })
    | undefined;
  /** How large an operation may be. */
  readonly bounds: DocumentBounds & CostBounds;
  readonly persistedOperations: PersistedOperations;
  readonly proxies: Proxies;
  readonly logLevel: string;
  /** Undefined: usage is not reported. */
  readonly usageReporting: UsageReportingConfig | undefined;
  readonly callers: CallersConfig;
  readonly upstream: {
    /** The part of the address before `/api/machines`. */
    readonly url: string;
    readonly signIn: SignIn;
    readonly connections: number;
    readonly connectTimeoutMs: number;
    readonly headersTimeoutMs: number;
    readonly bodyTimeoutMs: number;
    readonly retries: number;
    readonly maxResponseBytes: number;
    readonly windowRows: number;
  };
  /** `redisUrl` holds a password. */
  readonly quota: QuotaSettings & { readonly redisUrl: Secret | undefined };
  /** Ages in milliseconds. */
  readonly cache: {
    readonly freshMs: number;
    readonly renewMs: number;
    readonly staleMs: number;
    readonly maxBytes: number;
    /** Who may keep answers on the way. */
    readonly scope: 'off' | 'private' | 'public';
  };
  readonly fleet: {
    /** Never `on` with UPSTREAM_IDENTITY=caller. */
    readonly mode: 'auto' | 'on' | 'off';
    readonly maxMachines: number;
    readonly refreshMs: number;
    /** Part of the hourly quota, 0 to 0.9. */
    readonly quotaShare: number;
    readonly trendMetrics: boolean;
    readonly keepChanges: { readonly keepMs: number; readonly maxBytes: number };
  };
  readonly odata: {
    readonly not: boolean;
    readonly startsWithAnywhere: boolean;
    readonly maxNodes: number;
    readonly maxUrlBytes: number;
  };
  readonly maxPageSize: number;
  /** Undefined where tracing is off. */
  readonly tracing: TracingConfig | undefined;
}

/** The settings are wrong; the message lists every problem there is, by name. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  /** @param unknown names that may be the cause: a setting is not set where its name is misspelt */
  constructor(problems: readonly Problem[], unknown: readonly UnknownSetting[] = []) {
    const lines = problems.map(({ setting, problem }) => `  ${setting} ${problem}.`);
    const hints = unknown.map((setting) => `  ${explainUnknown(setting)}`);
    super(['The gateway cannot start, since these settings are wrong:', ...lines, ...hints].join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

export type { Environment } from './config/given-setting.ts';

/**
 * @param readFile reads a text file, for settings that name one
 * @throws {ConfigError}
 */
export function readConfig(environment: Environment, readFile: ReadFile): Config {
  const problems: Problem[] = [];
  const report: Report = (setting, problem) => {
    // The first problem of a setting is the one to correct; "is not set" would be wrong beside "must be".
    if (!problems.some((known) => known.setting === setting)) problems.push({ setting, problem });
  };
  const values = readSettings(environment, readFile, report);
  const callers = readCallers(values, readFile, report);
  const signIn = readSignIn(values, readFile, report);
  const cloud = values.MACHINES_API_CLOUD ?? 'commercial';
  if (values.MACHINES_API_REGION !== undefined && cloud !== 'commercial') {
    report('MACHINES_API_REGION', 'works with MACHINES_API_CLOUD=commercial only; leave it out');
  }
  if (values.FLEET === 'on' && callers?.identity === 'caller') {
    report(
      'FLEET',
      'cannot be on with UPSTREAM_IDENTITY=caller, which shows each caller another fleet; leave it at auto, which keeps the ' +
        'list of a caller where it fits one call',
    );
  }
  checkAscents(values, environment, report);
  const persistedOperations = readPersistedOperations(values, readFile, report);
  const usageReporting = readUsageReporting(values, report);
  checkQuota(values, environment, report);
  checkRedis(values, report);
  checkMetricsPort(values, report);
  checkCacheControl(values, report);
  problems.push(...retiredProblems(environment));
  if (problems.length > 0 || signIn === undefined || callers === undefined || !isComplete(values)) {
    throw new ConfigError(problems, unknownSettings(environment));
  }

  const production = values.NODE_ENV?.toLowerCase() === 'production';
  const loopbackOnly = callers.rules.kind === 'none' && !values.ALLOW_ANONYMOUS;
  const { METRICS_PORT: metricsPort, METRICS_HOST: metricsHost = values.HOST } = values;
  return {
    http: {
      host: values.HOST,
      port: values.PORT,
      landingPage: values.LANDING_PAGE ?? !production,
      explorer: values.EXPLORER ?? !production,
      introspection: values.INTROSPECTION ?? !production,
      requestTimeoutMs: values.REQUEST_TIMEOUT_SECONDS,
      drainDelayMs: values.DRAIN_DELAY_SECONDS,
      drainTimeoutMs: values.DRAIN_TIMEOUT_SECONDS,
      loopbackOnly,
      limits: {
        receiveTimeoutMs: values.RECEIVE_TIMEOUT_SECONDS,
        sendTimeoutMs: values.SEND_TIMEOUT_SECONDS,
        maxUnsentBytes: values.MAX_UNSENT_BYTES,
        maxConnections: values.MAX_CONNECTIONS,
        maxRequestsInFlight: values.MAX_REQUESTS_IN_FLIGHT,
        subscriptions: values.MAX_SUBSCRIPTIONS,
        subscriptionsPerCaller: values.MAX_SUBSCRIPTIONS_PER_CALLER,
        callerRequestsPerMinute:
          values.CALLER_REQUESTS_PER_MINUTE ?? (callers.rules.kind === 'none' ? 0 : callerRequestsPerMinute),
      },
      compression: values.COMPRESSION,
      pathPrefix: values.PATH_PREFIX ?? '',
      corsOrigins: values.CORS_ORIGINS ?? [],
    },
    metricsAt:
      metricsPort === undefined
        ? undefined
        : {
            host: metricsHost,
            port: metricsPort,
            loopbackOnly: loopbackOnly && isLoopbackHost(metricsHost),
          },
    bounds: {
      tokens: values.MAX_QUERY_TOKENS,
      depth: values.MAX_QUERY_DEPTH,
      aliases: values.MAX_QUERY_ALIASES,
      rootFields: values.MAX_ROOT_FIELDS,
      nodes: values.MAX_REQUESTED_NODES ?? fullPages * values.MAX_PAGE_SIZE,
      calls: values.MAX_CALLS_PER_OPERATION,
    },
    persistedOperations,
    proxies: {
      https: secretOf(values.HTTPS_PROXY),
      http: secretOf(values.HTTP_PROXY),
      except: values.NO_PROXY ?? '',
    },
    logLevel: values.LOG_LEVEL,
    usageReporting,
    callers,
    upstream: {
      url: values.MACHINES_API_URL ?? apiUrl(values.MACHINES_API_CLOUD, values.MACHINES_API_REGION),
      signIn,
      connections: values.UPSTREAM_CONNECTIONS,
      connectTimeoutMs: values.UPSTREAM_CONNECT_TIMEOUT_SECONDS,
      headersTimeoutMs: values.UPSTREAM_HEADERS_TIMEOUT_SECONDS,
      bodyTimeoutMs: values.UPSTREAM_BODY_TIMEOUT_SECONDS,
      retries: values.UPSTREAM_RETRIES,
      maxResponseBytes: values.UPSTREAM_MAX_RESPONSE_BYTES,
      windowRows: values.UPSTREAM_WINDOW_ROWS,
    },
    quota: {
      perMinute: values.QUOTA_PER_MINUTE,
      perHour: values.QUOTA_PER_HOUR,
      margin: values.QUOTA_MARGIN,
      reserve: values.QUOTA_RESERVE,
      replicas: values.REPLICAS,
      waitMs: values.QUOTA_WAIT_SECONDS,
      redisUrl: secretOf(values.REDIS_URL),
    },
    cache: {
      freshMs: values.CACHE_FRESH_SECONDS,
      renewMs: values.CACHE_RENEW_SECONDS,
      staleMs: values.CACHE_STALE_SECONDS,
      maxBytes: values.CACHE_MAX_BYTES,
      scope: values.CACHE_CONTROL === 'public-to-all-callers' ? 'public' : values.CACHE_CONTROL,
    },
    fleet: {
      mode: values.FLEET,
      maxMachines: values.FLEET_MAX_MACHINES,
      refreshMs: values.FLEET_REFRESH_SECONDS,
      quotaShare: values.FLEET_QUOTA_SHARE,
      trendMetrics: values.FLEET_TREND_METRICS,
      keepChanges: { keepMs: values.CHANGES_KEEP_SECONDS, maxBytes: values.CHANGES_MAX_BYTES },
    },
    odata: {
      not: values.ODATA_NOT,
      startsWithAnywhere: values.ODATA_STARTSWITH_ANYWHERE,
      maxNodes: values.ODATA_MAX_NODES,
      maxUrlBytes: values.ODATA_MAX_URL_BYTES,
    },
    maxPageSize: values.MAX_PAGE_SIZE,
    tracing: readTracing(values),
  };
}

const secretOf = (text: string | undefined): Secret | undefined =>
  text === undefined ? undefined : new Secret(text);

/** Default rate limit of an identified caller, in requests a minute. */
const callerRequestsPerMinute = 1_200;
/** Pages of the largest size that one operation may ask for. */
const fullPages = 5;

/** A cache on the way gives public answers to all who may ask it. */
function checkCacheControl(values: Partial<SettingValues>, report: Report): void {
  const {
    CACHE_CONTROL: kept,
    CALLER_AUTH: auth,
    ROW_RULES_PATH: rules,
    UPSTREAM_IDENTITY: identity,
  } = values;
  if (kept === 'public' && auth !== undefined && auth !== 'none') {
    report(
      'CACHE_CONTROL',
      'is public, by which caches on the way would hand answers of one caller to others, unchecked. Use private; or ' +
        'public-to-all-callers, where such caches check their callers themselves and all may see the same machines',
    );
  }
  if (kept === 'public-to-all-callers' && (rules !== undefined || identity === 'caller')) {
    report(
      'CACHE_CONTROL',
      'cannot be public-to-all-callers with ROW_RULES_PATH or UPSTREAM_IDENTITY=caller, by which callers see different ' +
        'machines. Use private',
    );
  }
}

/** Shared data names devices, and belongs to one identity. */
function checkRedis(values: Partial<SettingValues>, report: Report): void {
  const { REDIS_URL: url, REDIS_PLAINTEXT: plaintext } = values;
  if (url === undefined) return;
  const address = parseRedisAddress(url);
  if (address !== undefined && !address.tls && !isLoopbackHost(address.host) && plaintext === false) {
    report(
      'REDIS_URL',
      'begins with redis://, so device names would cross the network unencrypted. Use rediss://, or set ' +
        'REDIS_PLAINTEXT=on where the network itself is encrypted',
    );
  }
  if (values.AZURE_MANAGED_IDENTITY === 'system') {
    report(
      'REDIS_URL',
      'cannot be used with AZURE_MANAGED_IDENTITY=system, which has no name to key its rows by. ' +
        'Use a user-assigned identity',
    );
  }
}

function checkMetricsPort(values: Partial<SettingValues>, report: Report): void {
  const { METRICS_PORT: port, METRICS_HOST: host } = values;
  if (port === undefined && host !== undefined) report('METRICS_HOST', 'has no effect without METRICS_PORT');
  if (port !== undefined && port !== 0 && port === values.PORT) {
    report('METRICS_PORT', 'must be another port than PORT; leave it out to have /metrics there');
  }
}

/** A replica needs a part of at least one call. The setting that was set is named, not a default. */
function checkQuota(values: Partial<SettingValues>, environment: Environment, report: Report): void {
  const isSet = (name: SettingName): boolean => givenSetting(name, environment).from === 'environment';
  for (const name of ['QUOTA_PER_MINUTE', 'QUOTA_PER_HOUR'] as const) {
    const calls = values[name];
    const { QUOTA_MARGIN: margin, REPLICAS: replicas } = values;
    if (calls === undefined || margin === undefined || replicas === undefined) continue;
    if (Math.floor((calls * (1 - margin)) / replicas) >= 1) continue;
    const blamed = [name, 'REPLICAS', 'QUOTA_MARGIN'] as const;
    report(
      blamed.find(isSet) ?? name,
      `leaves no call for each replica: ${name}, less QUOTA_MARGIN and divided by REPLICAS, must be 1 at least`,
    );
  }
}
