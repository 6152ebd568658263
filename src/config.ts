import { readCertificate } from './auth/client-certificate.ts';
import { CredentialError } from './auth/credential.ts';
import type { EntraApplication, EntraProof } from './auth/entra-client.ts';
import type { ManagedIdentity } from './auth/entra-credential.ts';
import { type CallersConfig, readCallers } from './config/callers.ts';
import { type Problem, problemOfFile, type Report } from './config/problem.ts';
import { Secret } from './secret.ts';
import { type SettingName, type SettingValues, settings } from './settings.ts';
import { apiUrl, clouds } from './upstream/clouds.ts';

/** What the gateway runs by: read once from the environment, whole and checked. All times in milliseconds. */
export interface Config {
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly landingPage: boolean;
    readonly introspection: boolean;
    readonly requestTimeoutMs: number;
    readonly drainDelayMs: number;
    readonly drainTimeoutMs: number;
    /** Whether requests are taken only under a loopback host name, as nothing else guards the gateway. */
    readonly loopbackOnly: boolean;
  };
  readonly logLevel: string;
  readonly callers: CallersConfig;
  readonly upstream: {
    /** The part of the address before `/api/machines`. */
    readonly url: string;
    readonly credential: CredentialConfig;
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

export type CredentialConfig =
  | { readonly kind: 'fixed'; readonly token: Secret }
  | { readonly kind: 'managed-identity'; readonly identity: ManagedIdentity }
  | { readonly kind: 'entra'; readonly application: EntraApplication };

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

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param readFile reads a text file, for settings that name one
 * @throws {ConfigError}
 */
export function readConfig(environment: Environment, readFile: (path: string) => string): Config {
  const problems: Problem[] = [];
  const report: Report = (setting, problem) => {
    // The first problem of a setting is the one to mend; "is not set" would be wrong beside "must be".
    if (!problems.some((known) => known.setting === setting)) problems.push({ setting, problem });
  };
  const values = readSettings(environment, report);
  const callers = readCallers(values, readFile, report);
  const credential = readCredential(values, readFile, report);
  const cloud = values.MACHINES_API_CLOUD ?? 'commercial';
  if (values.MACHINES_API_REGION !== undefined && cloud !== 'commercial') {
    report('MACHINES_API_REGION', 'goes with MACHINES_API_CLOUD=commercial only; leave it out');
  }
  checkAges(values, report);
  checkQuota(values, report);
  if (problems.length > 0 || credential === undefined || callers === undefined || !isComplete(values))
    throw new ConfigError(problems);

  const production = values.NODE_ENV === 'production';
  return {
    http: {
      host: values.HOST,
      port: values.PORT,
      landingPage: values.LANDING_PAGE ?? !production,
      introspection: values.INTROSPECTION ?? !production,
      requestTimeoutMs: values.REQUEST_TIMEOUT_SECONDS,
      drainDelayMs: values.DRAIN_DELAY_SECONDS,
      drainTimeoutMs: values.DRAIN_TIMEOUT_SECONDS,
      loopbackOnly: callers.rules.kind === 'none' && !values.ALLOW_ANONYMOUS,
    },
    logLevel: values.LOG_LEVEL,
    callers,
    upstream: {
      url: values.MACHINES_API_URL ?? apiUrl(values.MACHINES_API_CLOUD, values.MACHINES_API_REGION),
      credential,
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

/** Reads each setting by itself, so that one problem hides no other. An empty setting counts as not set. */
function readSettings(environment: Environment, report: Report): Partial<SettingValues> {
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of Object.keys(settings) as SettingName[]) {
    const { reads, without } = settings[name];
    const given = environment[name]?.trim();
    const text = given === undefined || given === '' ? without : given;
    if (text === undefined) continue;
    const result = reads.safeParse(text);
    if (result.success) values[name] = result.data;
    else report(name, result.error.issues[0]?.message ?? 'cannot be read');
  }
  return values as Partial<SettingValues>;
}

/** Whether every setting that has a default was read; one that was not has been reported. */
function isComplete(values: Partial<SettingValues>): values is SettingValues {
  return (Object.keys(settings) as SettingName[]).every(
    (name) => settings[name].without === undefined || values[name] !== undefined,
  );
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

/** The settings by which the gateway shows who it is, of which one is to be given. */
const proofSettings = [
  'MACHINES_API_TOKEN',
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PATH',
  'AZURE_FEDERATED_TOKEN_FILE',
  'AZURE_MANAGED_IDENTITY',
] as const;

function readCredential(
  values: Partial<SettingValues>,
  readFile: (path: string) => string,
  report: Report,
): CredentialConfig | undefined {
  const [given, another] = proofSettings.filter((name) => values[name] !== undefined);
  if (given !== undefined && another !== undefined) {
    report(given, `stands beside ${another}; keep one of them`);
    return undefined;
  }
  const cloud = clouds[values.MACHINES_API_CLOUD ?? 'commercial'];
  const scope = values.MACHINES_API_SCOPE ?? cloud.scope;
  const { MACHINES_API_TOKEN: token, AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId } = values;
  if (token !== undefined) return { kind: 'fixed', token: new Secret(token) };
  if (values.AZURE_MANAGED_IDENTITY === 'system') {
    return { kind: 'managed-identity', identity: { clientId: undefined, scope } };
  }
  if (clientId === undefined) {
    report(
      'AZURE_CLIENT_ID',
      'is not set; it names the app registration or the managed identity to sign in as',
    );
  }
  if (values.AZURE_MANAGED_IDENTITY === 'user') {
    return clientId === undefined ? undefined : { kind: 'managed-identity', identity: { clientId, scope } };
  }
  if (tenantId === undefined) report('AZURE_TENANT_ID', 'is not set; it names the tenant to sign in to');
  const proof = readProof(values, readFile, report);
  if (tenantId === undefined || clientId === undefined || proof === undefined) return undefined;
  const authorityHost = values.AZURE_AUTHORITY_HOST ?? cloud.authorityHost;
  return { kind: 'entra', application: { tenantId, clientId, proof, authorityHost, scope } };
}

function readProof(
  values: Partial<SettingValues>,
  readFile: (path: string) => string,
  report: Report,
): EntraProof | undefined {
  const { AZURE_CLIENT_SECRET: secret, AZURE_CLIENT_CERTIFICATE_PATH: certificatePath } = values;
  const { AZURE_FEDERATED_TOKEN_FILE: tokenFile } = values;
  if (secret !== undefined) return { kind: 'secret', secret: new Secret(secret) };
  if (certificatePath !== undefined) return readCertificateFile(certificatePath, readFile, report);
  if (tokenFile === undefined) {
    report(
      'AZURE_CLIENT_SECRET',
      'is not set; set it, or AZURE_CLIENT_CERTIFICATE_PATH, AZURE_FEDERATED_TOKEN_FILE or AZURE_MANAGED_IDENTITY, or ' +
        'MACHINES_API_TOKEN to try things out',
    );
    return undefined;
  }
  try {
    readFile(tokenFile);
    return { kind: 'federated', tokenFile };
  } catch (error) {
    report('AZURE_FEDERATED_TOKEN_FILE', problemOfFile(error));
    return undefined;
  }
}

function readCertificateFile(
  path: string,
  readFile: (path: string) => string,
  report: Report,
): EntraProof | undefined {
  try {
    const pem = new Secret(readFile(path));
    readCertificate(pem);
    return { kind: 'certificate', pem };
  } catch (error) {
    report(
      'AZURE_CLIENT_CERTIFICATE_PATH',
      error instanceof CredentialError
        ? 'must name a PEM file with a certificate and its unencrypted private key'
        : problemOfFile(error),
    );
    return undefined;
  }
}
