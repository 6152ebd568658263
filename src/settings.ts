import { isIP } from 'node:net';
import { z } from 'zod';
import { isLoopbackHost } from './loopback.ts';
import { cloudNames, regions } from './upstream/clouds.ts';

/**
 * Every setting of the gateway: its name in the environment, what it takes, what it is without, what it means.
 * Reading, the error messages and the table in the README follow from this table.
 */

const text = z.string().trim().min(1);

const whole = (min: number, max: number) =>
  z
    .string()
    .trim()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

/** Seconds, of which decimals are taken, as milliseconds. */
const seconds = (min: number, max: number) =>
  z
    .string()
    .trim()
    .regex(/^\d+(\.\d+)?$/, `must be a number of seconds from ${min} to ${max}`)
    .transform((value) => Math.round(Number(value) * 1_000))
    .refine(
      (ms) => ms >= min * 1_000 && ms <= max * 1_000,
      `must be a number of seconds from ${min} to ${max}`,
    );

const fraction = z
  .string()
  .trim()
  .regex(/^0?\.?\d+$/, 'must be a number from 0 to 0.9')
  .transform(Number)
  .refine((value) => value >= 0 && value <= 0.9, 'must be a number from 0 to 0.9');

const onOff = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.enum(['on', 'off', 'true', 'false', '1', '0'], { error: 'must be on or off' }))
  .transform((value) => value === 'on' || value === 'true' || value === '1');

const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z
    .string()
    .trim()
    .toLowerCase()
    .pipe(z.enum(values, { error: `must be one of ${values.join(', ')}` }));

/** Tokens are sent to these addresses, so only this machine itself may be reached without TLS. */
const apiAddress = text
  .refine((value) => URL.canParse(value), 'must be an address such as https://api.security.microsoft.com')
  .refine((value) => {
    if (!URL.canParse(value)) return true;
    const { protocol, hostname } = new URL(value);
    return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
  }, 'must begin with https:// (http:// is taken for this machine itself only)')
  .refine(
    (value) => !URL.canParse(value) || (new URL(value).search === '' && new URL(value).hash === ''),
    'must end before any ? or #',
  )
  .refine(
    (value) => !URL.canParse(value) || (new URL(value).username === '' && new URL(value).password === ''),
    'must hold no user name or password',
  )
  .transform((value) => value.replace(/\/+$/, ''))
  .refine((value) => !/\/api(\/machines)?$/i.test(value), 'must end before /api/machines, which is added');

const redisAddress = text.refine(
  (value) => URL.canParse(value) && ['redis:', 'rediss:'].includes(new URL(value).protocol),
  'must be an address such as rediss://user:password@redis.example:6380',
);

/** What browsers send as Origin: scheme, host and port, and nothing behind them. */
const origins = z
  .string()
  .transform((value) => value.split(',').map((origin) => origin.trim()))
  .refine(
    (values) =>
      values.every(
        (origin) =>
          /^https?:[^*]+$/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin,
      ),
    'must be a list of exact origins such as https://app.example.com, with commas between them; * is not taken',
  );

const guid = text.regex(
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  'must be a GUID: 32 hexadecimal digits in five groups',
);

const tenant = text.regex(
  /^[0-9a-z][0-9a-z.-]*$/i,
  'must be a tenant id or one of the domain names of the tenant',
);

/** Host and port, also where given as an address, as Azure's own tools do. */
const authorityHost = text
  .transform((value) => value.replace(/^https:\/\//i, '').replace(/\/+$/, ''))
  .refine(
    (value) => /^[\w.-]+(:\d+)?$/.test(value) || isIP(value) !== 0,
    'must be a host such as login.microsoftonline.com; tokens are fetched over https only',
  );

/** Names separated by commas or spaces, each once. */
const names = (what: string, one: z.ZodType<string, string>) =>
  text
    .transform((value) => [...new Set(value.split(/[\s,]+/).filter((name) => name !== ''))])
    .refine(
      (list) => list.every((name) => one.safeParse(name).success),
      `must be ${what}, separated by commas`,
    );

/** The scope characters of RFC 6749, less those that would break a quoted text of a header. */
const printable = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/);

/** Printed at the start, and compared with what tokens say. */
const issuerAddress = text
  .refine(
    (value) => !URL.canParse(value) || !/[?#@]/.test(value),
    'must hold no user name, no password and nothing behind a ? or #',
  )
  .refine(
    (value) => URL.canParse(value),
    'must be the address of an issuer, such as https://id.example/realms/staff',
  )
  .refine((value) => {
    if (!URL.canParse(value)) return true;
    const { protocol, hostname } = new URL(value);
    return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
  }, 'must begin with https:// (http:// is taken for this machine itself only)');

const scope = text.regex(/\/\.default$/, 'must end in /.default');

export const settings = {
  HOST: { reads: text, without: '127.0.0.1', means: 'Address to listen on.' },
  PORT: { reads: whole(0, 65_535), without: '4000', means: 'Port to listen on; 0 takes any free one.' },
  CALLER_AUTH: {
    reads: oneOf(['none', 'entra', 'oidc']),
    without: undefined,
    means:
      'Who may ask; it must be chosen. `entra`: callers with an access token of Microsoft Entra ID. `oidc`: the same of another issuer. `none`: anybody who reaches the port.',
  },
  ALLOW_ANONYMOUS: {
    reads: onOff,
    without: 'off',
    means:
      'Lets `CALLER_AUTH=none` listen on an address other than loopback, for use behind something that checks callers.',
  },
  CALLER_AUDIENCES: {
    reads: names('audiences', printable),
    without: undefined,
    means:
      'Audiences of which a token must name one. With `entra`, without this: `AZURE_CLIENT_ID` and `api://` with it.',
  },
  CALLER_SCOPES: {
    reads: names('scopes', printable),
    without: undefined,
    means: 'Scopes of which a token must hold one, such as `Machines.Read`; or else one of `CALLER_ROLES`.',
  },
  CALLER_ROLES: {
    reads: names('roles', printable),
    without: undefined,
    means: 'App roles of which a token must hold one; or else one of `CALLER_SCOPES`.',
  },
  CALLER_TENANTS: {
    reads: names('tenant ids', guid),
    without: undefined,
    means: 'With `entra`: ids of the tenants whose callers are let in, if not `AZURE_TENANT_ID` alone.',
  },
  CALLER_ISSUER: {
    reads: issuerAddress,
    without: undefined,
    means:
      'With `oidc`: the issuer, exactly as its tokens name it; its keys are found by OpenID Connect Discovery.',
  },
  UPSTREAM_IDENTITY: {
    reads: oneOf(['app', 'caller']),
    without: 'app',
    means:
      'As whom the API is asked. `app`: the app registration, whose rights all callers share. `caller`: the user who asks (on-behalf-of), who sees what Defender would show; needs `CALLER_AUTH=entra`.',
  },
  ROW_RULES_PATH: {
    reads: text,
    without: undefined,
    means:
      'With `UPSTREAM_IDENTITY=app`: JSON file that says by roles and groups which device groups a caller sees. Whom no rule matches sees none.',
  },
  AZURE_TENANT_ID: {
    reads: tenant,
    without: undefined,
    means: 'Tenant of the app registration: its id or a domain name.',
  },
  AZURE_CLIENT_ID: {
    reads: guid,
    without: undefined,
    means: 'Application (client) id of the app registration.',
  },
  AZURE_CLIENT_SECRET: {
    reads: text,
    without: undefined,
    secret: 'all',
    means: 'Client secret: its value, not its id. Or `AZURE_CLIENT_SECRET_FILE`, the path of a file with it.',
  },
  AZURE_CLIENT_CERTIFICATE_PATH: {
    reads: text,
    without: undefined,
    means: 'Instead of the secret: PEM file with the certificate and its unencrypted private key.',
  },
  AZURE_FEDERATED_TOKEN_FILE: {
    reads: text,
    without: undefined,
    means:
      'Instead of the secret: file with a token of the platform, by workload identity federation, as Kubernetes mounts it.',
  },
  AZURE_MANAGED_IDENTITY: {
    reads: oneOf(['system', 'user']),
    without: undefined,
    means:
      'Instead of the secret: the managed identity that Azure gives the host. `user`: the user-assigned one that `AZURE_CLIENT_ID` names.',
  },
  AZURE_AUTHORITY_HOST: {
    reads: authorityHost,
    without: undefined,
    means: 'Host that tokens come from, if not the one of the cloud.',
  },
  MACHINES_API_CLOUD: {
    reads: z
      .string()
      .trim()
      .toLowerCase()
      .pipe(z.enum(cloudNames, { error: `must be one of ${cloudNames.join(', ')}` })),
    without: 'commercial',
    means: 'Microsoft cloud of the tenant: `commercial`, `gcc`, `gcc-high`, `dod`.',
  },
  MACHINES_API_REGION: {
    reads: oneOf(regions),
    without: undefined,
    means:
      'Region to ask, nearest to the data of the tenant: `us`, `eu`, `uk`, `au`, `swa`, `ina`, `aea`. Commercial cloud only.',
  },
  MACHINES_API_URL: {
    reads: apiAddress,
    without: undefined,
    means: 'Address of the API, the part before `/api/machines`, if not the one of cloud and region.',
  },
  MACHINES_API_SCOPE: {
    reads: scope,
    without: undefined,
    means: 'OAuth scope to ask for, if not the one of the cloud.',
  },
  MACHINES_API_TOKEN: {
    reads: text.regex(/^[\x21-\x7e]+$/, 'holds a character that no token has'),
    without: undefined,
    secret: 'all',
    means:
      'A bearer token to use as it is, instead of signing in; for trying things out. Or `MACHINES_API_TOKEN_FILE`, the path of a file with it.',
  },
  MAX_PAGE_SIZE: {
    reads: whole(1, 9_990),
    without: '1000',
    means: 'Most machines of one page (`first`, `last`).',
  },
  REQUEST_TIMEOUT_SECONDS: {
    reads: seconds(1, 600),
    without: '60',
    means: 'Time for one GraphQL request, upstream calls and all.',
  },
  MAX_REQUESTS_IN_FLIGHT: {
    reads: whole(1, 1_000_000),
    without: '1000',
    means: 'Most requests at a time; further ones get 503 at once, health and metrics aside.',
  },
  CALLER_REQUESTS_PER_MINUTE: {
    reads: whole(0, 1_000_000),
    without: undefined,
    means:
      'Most requests a minute of one caller at each replica, a sixth of them at once; further ones get 429. 0 for no limit, as is the case with `CALLER_AUTH=none` (counted by address, which can stand for many); else 1,200.',
  },
  MAX_CONNECTIONS: {
    reads: whole(1, 1_000_000),
    without: '4000',
    means: 'Most connections of callers at a time; further ones are closed at once.',
  },
  RECEIVE_TIMEOUT_SECONDS: {
    reads: seconds(1, 600),
    without: '30',
    means: 'Time for a caller to send a whole request; its head must be there within a third of it.',
  },
  CORS_ORIGINS: {
    reads: origins,
    without: undefined,
    means:
      'Origins of web pages that may ask, exactly as browsers send them, with commas between them. None by default.',
  },
  MAX_QUERY_TOKENS: {
    reads: whole(100, 100_000),
    without: '4000',
    means: 'Most tokens (names, values, punctuation) of the text of a query.',
  },
  MAX_QUERY_DEPTH: {
    reads: whole(1, 100),
    without: '12',
    means: 'Most levels of fields in a query, introspection aside; the whole schema has 5.',
  },
  MAX_QUERY_ALIASES: {
    reads: whole(0, 10_000),
    without: '100',
    means: 'Most aliases in a query, those of a fragment counted wherever it is spread.',
  },
  MAX_ROOT_FIELDS: {
    reads: whole(1, 10_000),
    without: '100',
    means: 'Most fields of the root of a query: lists, machines by id.',
  },
  MAX_REQUESTED_NODES: {
    reads: whole(1, 1_000_000),
    without: undefined,
    means:
      'Most machines that one query may ask for, by page sizes and ids together. Five times `MAX_PAGE_SIZE` by default.',
  },
  MAX_CALLS_PER_OPERATION: {
    reads: whole(1, 10_000),
    without: '50',
    means:
      'Most upstream calls that one query may need, as far as it can be told beforehand: one for each different filter, one for each 20 ids.',
  },
  AUTOMATIC_PERSISTED_QUERIES: {
    reads: onOff,
    without: 'on',
    means: 'Lets clients send the hash of a query in place of its text, once they have sent both (APQ).',
  },
  PERSISTED_OPERATIONS_PATH: {
    reads: text,
    without: undefined,
    means:
      "Manifest of registered operations, in the form of Apollo's tools: `apollo-persisted-query-manifest`, version 1.",
  },
  PERSISTED_OPERATIONS: {
    reads: oneOf(['allow', 'require']),
    without: undefined,
    means:
      '`require` refuses all operations but those of the manifest; `allow`, the default, takes their hashes beside other operations.',
  },
  DRAIN_DELAY_SECONDS: {
    reads: seconds(0, 120),
    without: '0',
    means:
      'Time that the gateway serves on, not ready, once it is told to stop, so that a load balancer notices; 5 suits Kubernetes.',
  },
  DRAIN_TIMEOUT_SECONDS: {
    reads: seconds(0, 600),
    without: '25',
    means: 'Time that requests in flight have to finish once the gateway is told to stop.',
  },
  QUOTA_PER_MINUTE: {
    reads: whole(1, 100_000),
    without: '100',
    means: 'Calls a minute that the API allows the app registration.',
  },
  QUOTA_PER_HOUR: {
    reads: whole(1, 1_000_000),
    without: '1500',
    means: 'Calls an hour that the API allows the app registration.',
  },
  QUOTA_MARGIN: {
    reads: fraction,
    without: '0',
    means: 'Part of the quota, 0 to 0.9, that is left to other programs on the same app registration.',
  },
  QUOTA_RESERVE: {
    reads: fraction,
    without: '0.2',
    means:
      'Part of the quota, 0 to 0.9, that work in the background (renewing, reading ahead) leaves to those who wait.',
  },
  REDIS_URL: {
    reads: redisAddress,
    without: undefined,
    secret: 'credentials',
    means:
      'Redis that the replicas share quota and cache through: `redis://…` or `rediss://…`. Or `REDIS_URL_FILE`, the path of a file with it.',
  },
  REDIS_PLAINTEXT: {
    reads: onOff,
    without: 'off',
    means:
      'Lets `redis://` lead to another host than this one, for networks that are encrypted by other means.',
  },
  REPLICAS: {
    reads: whole(1, 1_000),
    without: '1',
    means:
      'How many replicas there are at most, those of a rolling update included. Each has its part of the quota; the parts of those that are not there lie idle.',
  },
  CACHE_FRESH_SECONDS: {
    reads: seconds(0, 86_400),
    without: '60',
    means: 'Age up to which rows are served as they are.',
  },
  CACHE_RENEW_SECONDS: {
    reads: seconds(0, 86_400),
    without: '300',
    means:
      'Age up to which rows are served at once while a call in the background renews them. Older ones are renewed first.',
  },
  CACHE_STALE_SECONDS: {
    reads: seconds(0, 604_800),
    without: '3600',
    means:
      'Age up to which rows are served when they cannot be renewed: quota used up, time-out, upstream down.',
  },
  CACHE_MAX_BYTES: {
    reads: whole(33_554_432, 68_719_476_736),
    without: '268435456',
    means: 'Most bytes of rows and lists kept in memory; 10,000 machines come to about 10 MB.',
  },
  EXTRA_CA_PATH: {
    reads: text,
    without: undefined,
    means:
      'PEM file with certificates of further authorities to trust, beside the public ones, at upstream, the sign-in host and Redis.',
  },
  UPSTREAM_CONNECTIONS: {
    reads: whole(1, 256),
    without: '16',
    means: 'Most connections to the API at once.',
  },
  UPSTREAM_CONNECT_TIMEOUT_SECONDS: {
    reads: seconds(0.05, 120),
    without: '5',
    means: 'Time to connect to the API.',
  },
  UPSTREAM_HEADERS_TIMEOUT_SECONDS: {
    reads: seconds(0.05, 600),
    without: '30',
    means: 'Time from sending a call to the beginning of its answer.',
  },
  UPSTREAM_BODY_TIMEOUT_SECONDS: {
    reads: seconds(0.05, 600),
    without: '15',
    means: 'Longest pause within an answer.',
  },
  UPSTREAM_RETRIES: {
    reads: whole(0, 10),
    without: '2',
    means:
      'Further tries of a call that failed with 500, 502, 503, 504, a broken connection or a broken answer.',
  },
  UPSTREAM_MAX_RESPONSE_BYTES: {
    reads: whole(65_536, 1_073_741_824),
    without: '67108864',
    means: 'Largest answer taken, in bytes after decompression. 10,000 machines come to 10 to 20 MB.',
  },
  UPSTREAM_WINDOW_ROWS: {
    reads: whole(1, 10_000),
    without: '10000',
    means: 'Most machines of one upstream call (`$top`); 10,000 is what the API documents.',
  },
  ODATA_MAX_NODES: {
    reads: whole(10, 10_000),
    without: '100',
    means: 'Largest filter the API takes, in nodes; a comparison comes to 4 or 5. Inferred, not documented.',
  },
  ODATA_MAX_URL_BYTES: {
    reads: whole(1_000, 65_536),
    without: '8000',
    means: 'Longest address the API takes, in bytes. Inferred, not documented.',
  },
  ODATA_NOT: {
    reads: onOff,
    without: 'off',
    means: 'Sends `not (…)` for what cannot be turned round. Not documented: try it on your tenant.',
  },
  ODATA_STARTSWITH_ANYWHERE: {
    reads: onOff,
    without: 'off',
    means:
      'Sends `startswith` for properties other than computerDnsName and osPlatform. Not documented: try it on your tenant.',
  },
  LOG_LEVEL: {
    reads: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    without: 'info',
    means: 'Least weight of what is logged.',
  },
  LANDING_PAGE: {
    reads: onOff,
    without: undefined,
    means: 'Serves Apollo Sandbox to browsers at `/graphql`. On, unless `NODE_ENV` is `production`.',
  },
  EXPLORER: {
    reads: onOff,
    without: undefined,
    means:
      'Serves GraphiQL to browsers at `/explorer`, from the gateway alone. On, unless `NODE_ENV` is `production`.',
  },
  INTROSPECTION: {
    reads: onOff,
    without: undefined,
    means: 'Lets clients read the schema. On, unless `NODE_ENV` is `production`.',
  },
  NODE_ENV: {
    reads: text,
    without: undefined,
    means: '`production` turns landing page, explorer and introspection off.',
  },
} as const satisfies Readonly<Record<string, Setting>>;

export interface Setting {
  /** Reads the text from the environment; its messages continue "NAME …". */
  readonly reads: z.ZodType<unknown, string>;
  /** The text that stands in for a setting that is not there; undefined where nothing does. */
  readonly without: string | undefined;
  /** For the operator, in Markdown. */
  readonly means: string;
  /**
   * Must not be shown: all of it, or of an address its user and password. Such a setting may also be read from a file,
   * which the setting of its name and `_FILE` names.
   */
  readonly secret?: 'all' | 'credentials';
}

export type SettingName = keyof typeof settings;

/** Each setting as read; undefined where it is not there and nothing stands in. */
export type SettingValues = {
  readonly [Name in SettingName]:
    | z.output<(typeof settings)[Name]['reads']>
    | ((typeof settings)[Name]['without'] extends string ? never : undefined);
};

/** The settings as a Markdown table, as the README holds it. */
export function settingsTable(): string {
  const rows = Object.entries(settings).map(
    ([name, { without, means }]) =>
      `| \`${name}\` | ${without === undefined ? '' : `\`${without}\``} | ${means} |`,
  );
  return ['| setting | default | meaning |', '|---|---|---|', ...rows].join('\n');
}
