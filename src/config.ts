import { CredentialError } from './auth/credential.ts';
import { type EntraApplication, type EntraProof, readCertificate } from './auth/entra-credential.ts';
import { isLoopbackHost } from './loopback.ts';
import { Secret } from './secret.ts';
import { type SettingName, type SettingValues, settings } from './settings.ts';
import { apiUrl, clouds } from './upstream/clouds.ts';

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
  };
  readonly logLevel: string;
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
  | { readonly kind: 'entra'; readonly application: EntraApplication };

/** Something the operator must mend before the gateway can start. */
export interface Problem {
  readonly setting: SettingName;
  /** Continues the setting's name: "must be …". Never holds what was set, which may be secret. */
  readonly problem: string;
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

export type Environment = Readonly<Record<string, string | undefined>>;
type Report = (setting: SettingName, problem: string) => void;

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
  checkCallers(values, report);
  const credential = readCredential(values, readFile, report);
  const cloud = values.MACHINES_API_CLOUD ?? 'commercial';
  if (values.MACHINES_API_REGION !== undefined && cloud !== 'commercial') {
    report('MACHINES_API_REGION', 'goes with MACHINES_API_CLOUD=commercial only; leave it out');
  }
  checkAges(values, report);
  checkQuota(values, report);
  if (problems.length > 0 || credential === undefined || !isComplete(values)) throw new ConfigError(problems);

  const production = values.NODE_ENV === 'production';
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
      loopbackOnly: !values.ALLOW_ANONYMOUS,
    },
    logLevel: values.LOG_LEVEL,
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

function checkCallers(values: Partial<SettingValues>, report: Report): void {
  if (values.CALLER_AUTH === undefined) {
    report(
      'CALLER_AUTH',
      'is not set. The gateway shows every device of a company, so who may ask must be chosen: ' +
        'none lets in anybody who reaches the port',
    );
  } else if (values.HOST !== undefined && !isLoopbackHost(values.HOST) && values.ALLOW_ANONYMOUS === false) {
    report(
      'HOST',
      'is not a loopback address, and CALLER_AUTH=none would show every device to the network. ' +
        'Listen on 127.0.0.1, or set ALLOW_ANONYMOUS=true where something else checks callers',
    );
  }
}

function readCredential(
  values: Partial<SettingValues>,
  readFile: (path: string) => string,
  report: Report,
): CredentialConfig | undefined {
  const { MACHINES_API_TOKEN: token, AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId } = values;
  const { AZURE_CLIENT_SECRET: secret, AZURE_CLIENT_CERTIFICATE_PATH: certificatePath } = values;
  if (token !== undefined) {
    if (secret === undefined && certificatePath === undefined)
      return { kind: 'fixed', token: new Secret(token) };
    report(
      'MACHINES_API_TOKEN',
      'stands beside AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH; keep one of them',
    );
    return undefined;
  }
  if (tenantId === undefined) report('AZURE_TENANT_ID', 'is not set; it names the tenant to sign in to');
  if (clientId === undefined)
    report('AZURE_CLIENT_ID', 'is not set; it names the app registration to sign in as');
  const proof = readProof(secret, certificatePath, readFile, report);
  if (tenantId === undefined || clientId === undefined || proof === undefined) return undefined;
  const cloud = clouds[values.MACHINES_API_CLOUD ?? 'commercial'];
  return {
    kind: 'entra',
    application: {
      tenantId,
      clientId,
      proof,
      authorityHost: values.AZURE_AUTHORITY_HOST ?? cloud.authorityHost,
      scope: values.MACHINES_API_SCOPE ?? cloud.scope,
    },
  };
}

function readProof(
  secret: string | undefined,
  certificatePath: string | undefined,
  readFile: (path: string) => string,
  report: Report,
): EntraProof | undefined {
  if (secret !== undefined && certificatePath !== undefined) {
    report('AZURE_CLIENT_SECRET', 'stands beside AZURE_CLIENT_CERTIFICATE_PATH; keep one of them');
    return undefined;
  }
  if (secret !== undefined) return { kind: 'secret', secret: new Secret(secret) };
  if (certificatePath === undefined) {
    report(
      'AZURE_CLIENT_SECRET',
      'is not set; set it, or AZURE_CLIENT_CERTIFICATE_PATH, or MACHINES_API_TOKEN to try things out',
    );
    return undefined;
  }
  try {
    const pem = new Secret(readFile(certificatePath));
    readCertificate(pem);
    return { kind: 'certificate', pem };
  } catch (error) {
    if (error instanceof CredentialError) {
      report(
        'AZURE_CLIENT_CERTIFICATE_PATH',
        'must name a PEM file with a certificate and its unencrypted private key',
      );
      return undefined;
    }
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    report('AZURE_CLIENT_CERTIFICATE_PATH', `names a file that cannot be read${code}`);
    return undefined;
  }
}
