import type { SignIn } from './auth/upstream-identity.ts';
import { readAuthorities } from './config/authorities.ts';
import { type CallersConfig, readCallers } from './config/callers.ts';
import type { Environment } from './config/given-setting.ts';
import type { ReadFile } from './config/named-file.ts';
import { readPersistedOperations } from './config/persisted-operations.ts';
import type { Problem, Report } from './config/problem.ts';
import { isComplete, readSettings } from './config/setting-values.ts';
import { readSignIn } from './config/sign-in.ts';
import type { DocumentBounds } from './graphql/bounds/document-bounds.ts';
import type { CostBounds } from './graphql/bounds/operation-bounds.ts';
import type { PersistedOperations } from './graphql/persisted-operations.ts';
import type { HttpLimits } from './http/server.ts';
import { isLoopbackHost } from './loopback.ts';
import { Secret } from './secret.ts';
import type { SettingValues } from './settings.ts';
import { apiUrl } from './upstream/clouds.ts';

/** What the gateway runs by: read once from the environment, whole and checked. All times in milliseconds. */
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
    /** Whether requests are taken only under a loopback host name, as nothing else guards the gateway. */
    readonly loopbackOnly: boolean;
    readonly limits: HttpLimits;
    readonly corsOrigins: readonly string[];
  };
  /** How large an operation may be. */
  readonly bounds: DocumentBounds & CostBounds;
  readonly persistedOperations: PersistedOperations;
  /** Certificates of further authorities to trust in what is connected to, in PEM. */
  readonly ca: string | undefined;
  readonly logLevel: string;
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
  readonly quota: {
    readonly perMinute: number;
    readonly perHour: number;
    /** Part that is left to others, 0 to 0.9. */
    readonly margin: number;
    /** Part that background calls leave, 0 to 0.9. */
    readonly reserve: number;
    readonly replicas: number;
    /** Holds a password. */
    readonly redisUrl: Secret | undefined;
  };
  /** Ages in milliseconds. */
  readonly cache: {
    readonly freshMs: number;
    readonly renewMs: number;
    readonly staleMs: number;
    readonly maxBytes: number;
  };
  readonly odata: {
    readonly not: boolean;
    readonly startsWithAnywhere: boolean;
    readonly maxNodes: number;
    readonly maxUrlBytes: number;
  };
  readonly maxPageSize: number;
}

/** The settings are wrong; the message lists every problem there is, by name. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ setting, problem }) => `  ${setting} ${problem}.`);
    super(['The gateway cannot start, since these settings are wrong:', ...lines].join('\n'));
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
    // The first problem of a setting is the one to mend; "is not set" would be wrong beside "must be".
    if (!problems.some((known) => known.setting === setting)) problems.push({ setting, problem });
  };
  const values = readSettings(environment, readFile, report);
  const callers = readCallers(values, readFile, report);
  const signIn = readSignIn(values, readFile, report);
  const cloud = values.MACHINES_API_CLOUD ?? 'commercial';
  if (values.MACHINES_API_REGION !== undefined && cloud !== 'commercial') {
    report('MACHINES_API_REGION', 'goes with MACHINES_API_CLOUD=commercial only; leave it out');
  }
  checkAges(values, report);
  checkRequestedNodes(values, report);
  const persistedOperations = readPersistedOperations(values, readFile, report);
  const ca = readAuthorities(values.EXTRA_CA_PATH, readFile, report);
  checkQuota(values, report);
  checkRedis(values, report);
  if (problems.length > 0 || signIn === undefined || callers === undefined || !isComplete(values)) {
    throw new ConfigError(problems);
  }

  const production = values.NODE_ENV?.toLowerCase() === 'production';
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
      loopbackOnly: callers.rules.kind === 'none' && !values.ALLOW_ANONYMOUS,
      limits: {
        receiveTimeoutMs: values.RECEIVE_TIMEOUT_SECONDS,
        maxConnections: values.MAX_CONNECTIONS,
        maxRequestsInFlight: values.MAX_REQUESTS_IN_FLIGHT,
        callerRequestsPerMinute:
          values.CALLER_REQUESTS_PER_MINUTE ?? (callers.rules.kind === 'none' ? 0 : callerRequestsPerMinute),
      },
      corsOrigins: values.CORS_ORIGINS ?? [],
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
    ca,
    logLevel: values.LOG_LEVEL,
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
      redisUrl: values.REDIS_URL === undefined ? undefined : new Secret(values.REDIS_URL),
    },
    cache: {
      freshMs: values.CACHE_FRESH_SECONDS,
      renewMs: values.CACHE_RENEW_SECONDS,
      staleMs: values.CACHE_STALE_SECONDS,
      maxBytes: values.CACHE_MAX_BYTES,
    },
    odata: {
      not: values.ODATA_NOT,
      startsWithAnywhere: values.ODATA_STARTSWITH_ANYWHERE,
      maxNodes: values.ODATA_MAX_NODES,
      maxUrlBytes: values.ODATA_MAX_URL_BYTES,
    },
    maxPageSize: values.MAX_PAGE_SIZE,
  };
}

/** Requests a minute of a caller who shows who he is. */
const callerRequestsPerMinute = 1_200;
/** Pages of the largest size that one operation may ask for. */
const fullPages = 5;

/** What replicas share names devices, and belongs to one identity. */
function checkRedis(values: Partial<SettingValues>, report: Report): void {
  const { REDIS_URL: url, REDIS_PLAINTEXT: plaintext } = values;
  if (url === undefined) return;
  const { protocol, hostname } = new URL(url);
  if (protocol === 'redis:' && !isLoopbackHost(hostname) && plaintext === false) {
    report(
      'REDIS_URL',
      'begins with redis://, by which names of devices would cross the network unencrypted. Use rediss://, or set ' +
        'REDIS_PLAINTEXT=on where the network itself is encrypted',
    );
  }
  if (values.AZURE_MANAGED_IDENTITY === 'system') {
    report(
      'REDIS_URL',
      'cannot go with AZURE_MANAGED_IDENTITY=system, which has no name to keep its rows apart from those of another. ' +
        'Use a user-assigned identity',
    );
  }
}

/** A replica whose part of the quota is not even one call could never ask. */
function checkQuota(values: Partial<SettingValues>, report: Report): void {
  for (const name of ['QUOTA_PER_MINUTE', 'QUOTA_PER_HOUR'] as const) {
    const calls = values[name];
    const { QUOTA_MARGIN: margin, REPLICAS: replicas } = values;
    if (calls === undefined || margin === undefined || replicas === undefined) continue;
    if (Math.floor((calls * (1 - margin)) / replicas) < 1) {
      report(name, 'leaves no call for each replica, less QUOTA_MARGIN and divided by REPLICAS');
    }
  }
}

/** Ages must not fall from one to the next, or a step would never be reached. */
function checkAges(values: Partial<SettingValues>, report: Report): void {
  const { CACHE_FRESH_SECONDS: fresh, CACHE_RENEW_SECONDS: renew, CACHE_STALE_SECONDS: stale } = values;
  if (fresh !== undefined && renew !== undefined && renew < fresh) {
    report('CACHE_RENEW_SECONDS', 'must not be less than CACHE_FRESH_SECONDS');
  }
  if (renew !== undefined && stale !== undefined && stale < renew) {
    report('CACHE_STALE_SECONDS', 'must not be less than CACHE_RENEW_SECONDS');
  }
}

function checkRequestedNodes(values: Partial<SettingValues>, report: Report): void {
  const { MAX_REQUESTED_NODES: nodes, MAX_PAGE_SIZE: page } = values;
  if (nodes !== undefined && page !== undefined && nodes < page) {
    report(
      'MAX_REQUESTED_NODES',
      'must not be less than MAX_PAGE_SIZE, or the largest page could not be had',
    );
  }
}
