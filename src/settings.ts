import { isIP } from 'node:net';
import { z } from 'zod';
import { isLoopbackHost } from './loopback.ts';
import { exceptionsOf } from './network/proxies.ts';
import { parseRedisAddress, redisAddressProblem } from './redis/redis-address.ts';
import { cloudNames, regions } from './upstream/clouds.ts';

/**
 * Every setting of the gateway: its name in the environment, schema, default and description.
 * Reading, error messages, docs/settings.md and .env.example follow from this table.
 */

const text = z.string().trim().min(1);

const whole = (min: number, max: number) =>
  z
    .string()
    .trim()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

/** Seconds with decimals, as milliseconds. */
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

/** Whether an address is reached by TLS, or is this machine itself; so is a text that is none, which has an error of its own. */
const isSecure = (value: string): boolean => {
  if (!URL.canParse(value)) return true;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
};
const mustBeSecure = 'must begin with https:// (http:// is taken for this machine itself only)';

/** Tokens are sent to these addresses, so only this machine itself may be reached without TLS. */
const apiAddress = text
  .refine((value) => URL.canParse(value), 'must be an address such as https://api.security.microsoft.com')
  .refine(isSecure, mustBeSecure)
  .refine(
    (value) => !URL.canParse(value) || (new URL(value).search === '' && new URL(value).hash === ''),
    'must end before any ? or #',
  )
  .refine(
    (value) => !URL.canParse(value) || (new URL(value).username === '' && new URL(value).password === ''),
    'must hold no user name or password',
  )
  // The part before `/api/machines`, however far the address was copied.
  .transform((value) =>
    value
      .replace(/\/+$/, '')
      .replace(/\/api(\/v1\.0)?(\/machines)?$/i, '')
      .replace(/\/+$/, ''),
  );

/** `http://user:password@host:port`; the scheme may be left out, as other programs allow. */
const proxyAddress = text
  .transform((value) => (value.includes('://') ? value : `http://${value}`))
  .refine((value) => isProxyAddress(value), {
    error:
      'must be the address of an HTTP proxy, such as http://proxy.example:8080 or http://user:password@proxy.example:8080; ' +
      'percent-encode other characters than letters and digits in user and password',
  });

/** Strict, as a part of a password that is read as something else would be sent and shown. */
function isProxyAddress(text: string): boolean {
  if (!URL.canParse(text) || /[\s#?\\]/.test(text)) return false;
  const { protocol, pathname, username, password } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  if (pathname !== '/' || text.split('@').length > 2) return false;
  if ((username === '') !== (password === '')) return false;
  return !/%(?![0-9a-f]{2})/i.test(text) && isDecodable(username) && isDecodable(password);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Reports go there, with a key. */
const reportAddress = text
  .refine((value) => URL.canParse(value), 'must be an address such as https://usage.example.com/reports')
  .refine((value) => {
    if (!URL.canParse(value)) return true;
    const { protocol, hostname, username, password } = new URL(value);
    if (username !== '' || password !== '') return false;
    return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
  }, 'must begin with https:// and hold no user name or password (http:// is taken for this machine itself only)');

const redisAddress = text.refine((value) => parseRedisAddress(value) !== undefined, redisAddressProblem);

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
    'must be a list of exact origins such as https://app.example.com, with commas between them; * is rejected',
  );

/** Where spans are sent to: an OTLP receiver over HTTP. */
const receiverAddress = text.refine(
  (value) => URL.canParse(value) && isReceiver(new URL(value)),
  'must be the address of an OTLP receiver over HTTP, such as http://localhost:4318, without user, password, ? and #',
);

const isReceiver = ({ protocol, username, password, search, hash }: URL): boolean =>
  (protocol === 'http:' || protocol === 'https:') && `${username}${password}${search}${hash}` === '';

/** `name=value` pairs separated by commas, as W3C Baggage has them: values are percent-encoded. */
const pairs = (what: string, name: RegExp, value: RegExp) =>
  text.transform((given, context) => {
    const found: Record<string, string> = {};
    for (const pair of given.split(',').map((each) => each.trim())) {
      if (pair === '') continue;
      const [key = '', ...rest] = pair.split('=');
      const raw = rest.join('=').trim();
      const read = isDecodable(raw) ? decodeURIComponent(raw) : undefined;
      if (rest.length === 0 || read === undefined || !name.test(key.trim()) || !value.test(read)) {
        // Without the text: it may be a secret.
        context.addIssue(`must be ${what} as name=value, separated by commas, with values percent-encoded`);
        return z.NEVER;
      }
      found[key.trim()] = read;
    }
    return found;
  });

const ratio = z
  .string()
  .trim()
  .refine(
    (value) => /^\d*\.?\d+$/.test(value) && Number(value) <= 1,
    'must be a part of the traces, a number from 0 to 1',
  )
  .transform(Number);

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
  .refine(isSecure, mustBeSecure);

const scope = text.regex(/\/\.default$/, 'must end in /.default');

/** IPv6 addresses are taken in brackets too, as in a URL. `localhost` would be one of two addresses, as the system likes. */
const host = text.transform((value) => {
  const bare = value.replace(/^\[(.*)\]$/, '$1');
  return bare.toLowerCase() === 'localhost' ? '127.0.0.1' : bare;
});

/** Paths that the gateway serves: under a prefix that begins with one of them it could not tell the two apart. */
const ownPath = /^\/(graphql|explorer|export|healthz|readyz|metrics)(\/|$)/;

const pathPrefix = text
  .transform((value) => value.replace(/\/+$/, ''))
  .refine(
    (value) => /^(\/[\w.~-]+)*$/.test(value) && !/\/\.{1,2}(\/|$)/.test(value),
    'must be a path such as /defender, of letters, digits and the characters - _ . ~',
  )
  .refine((value) => !ownPath.test(value), 'must not begin with a path of the gateway, such as /graphql');

export const settings = {
  HOST: {
    schema: host,
    default: '127.0.0.1',
    description: 'Address to listen on; `localhost` is 127.0.0.1.',
  },
  PORT: {
    schema: whole(0, 65_535),
    default: '4000',
    description: 'Port to listen on; 0 takes any free one.',
  },
  METRICS_PORT: {
    schema: whole(0, 65_535),
    default: undefined,
    description:
      'Port of its own for `/metrics`, which `PORT` then has no longer; health is on both. 0 takes any free one.',
  },
  METRICS_HOST: {
    schema: host,
    default: undefined,
    description: 'Address to listen on with `METRICS_PORT`. Default: that of `HOST`.',
  },
  PATH_PREFIX: {
    schema: pathPrefix,
    default: undefined,
    description:
      'Path under which a proxy serves the gateway, such as `/defender`, where the proxy passes it on. Paths without it are answered too.',
  },
  CALLER_AUTH: {
    schema: oneOf(['none', 'entra', 'oidc']),
    default: undefined,
    description:
      'Required: how callers are checked. `entra`: by an access token of Microsoft Entra ID. `oidc`: by an access token of another issuer. `none`: not at all; anybody who reaches the port is answered.',
  },
  ALLOW_ANONYMOUS: {
    schema: onOff,
    default: 'off',
    description:
      'Allows `CALLER_AUTH=none` on an address other than loopback, behind something that checks callers.',
  },
  CALLER_AUDIENCES: {
    schema: names('audiences', printable),
    default: undefined,
    description:
      'Accepted audiences of tokens. Default with `entra`: `AZURE_CLIENT_ID`, and `api://` with it.',
  },
  CALLER_SCOPES: {
    schema: names('scopes', printable),
    default: undefined,
    description:
      'Accepted scopes, such as `Machines.Read`. A token needs one of these or one of `CALLER_ROLES`.',
  },
  CALLER_ROLES: {
    schema: names('roles', printable),
    default: undefined,
    description: 'Accepted app roles. A token needs one of these or one of `CALLER_SCOPES`.',
  },
  CALLER_TENANTS: {
    schema: names('tenant ids', guid),
    default: undefined,
    description:
      'With `entra`: ids of the tenants whose callers are accepted. Default: `AZURE_TENANT_ID` alone.',
  },
  CALLER_ISSUER: {
    schema: issuerAddress,
    default: undefined,
    description:
      'With `oidc`: the issuer, exactly as its tokens name it. Its keys are found by OpenID Connect Discovery.',
  },
  UPSTREAM_IDENTITY: {
    schema: oneOf(['app', 'caller']),
    default: 'app',
    description:
      'Identity for upstream calls. `app`: the app registration; all callers share its rights. `caller`: the calling user (on-behalf-of), who sees what Defender would show; needs `CALLER_AUTH=entra`.',
  },
  ROW_RULES_PATH: {
    schema: text,
    default: undefined,
    description:
      'With `UPSTREAM_IDENTITY=app`: JSON file that maps roles and groups to the device groups that a caller sees. A caller that matches no rule sees none.',
  },
  AZURE_TENANT_ID: {
    schema: tenant,
    default: undefined,
    description: 'Tenant of the app registration: its id or a domain name.',
  },
  AZURE_CLIENT_ID: {
    schema: guid,
    default: undefined,
    description: 'Application (client) id of the app registration.',
  },
  AZURE_CLIENT_SECRET: {
    schema: text,
    default: undefined,
    secret: 'all',
    description:
      'Client secret: its value, not its id. Or `AZURE_CLIENT_SECRET_FILE`, the path of a file with it.',
  },
  AZURE_CLIENT_CERTIFICATE_PATH: {
    schema: text,
    default: undefined,
    description: 'Instead of the secret: PEM file with the certificate and its unencrypted private key.',
  },
  AZURE_FEDERATED_TOKEN_FILE: {
    schema: text,
    default: undefined,
    description:
      'Instead of the secret: file with a token of the platform (workload identity federation), as Kubernetes mounts it.',
  },
  AZURE_MANAGED_IDENTITY: {
    schema: oneOf(['system', 'user']),
    default: undefined,
    description:
      'Instead of the secret: the managed identity that Azure gives the host. `user`: the user-assigned one that `AZURE_CLIENT_ID` names.',
  },
  AZURE_AUTHORITY_HOST: {
    schema: authorityHost,
    default: undefined,
    description: 'Sign-in host. Default: the one of the cloud.',
  },
  MACHINES_API_CLOUD: {
    schema: z
      .string()
      .trim()
      .toLowerCase()
      .pipe(z.enum(cloudNames, { error: `must be one of ${cloudNames.join(', ')}` })),
    default: 'commercial',
    description: 'Microsoft cloud of the tenant: `commercial`, `gcc`, `gcc-high`, `dod`.',
  },
  MACHINES_API_REGION: {
    schema: oneOf(regions),
    default: undefined,
    description:
      'Region to call, nearest to the data of the tenant: `us`, `eu`, `uk`, `au`, `swa`, `ina`, `aea`. Commercial cloud only.',
  },
  MACHINES_API_URL: {
    schema: apiAddress,
    default: undefined,
    description: 'Address of the API, the part before `/api/machines`. Default: the one of cloud and region.',
  },
  MACHINES_API_SCOPE: {
    schema: scope,
    default: undefined,
    description: 'OAuth scope to request. Default: the one of the cloud.',
  },
  MACHINES_API_TOKEN: {
    schema: text.regex(/^[\x21-\x7e]+$/, 'holds a character that no token has'),
    default: undefined,
    secret: 'all',
    description:
      'Bearer token to use as it is, instead of signing in; for trying things out. Or `MACHINES_API_TOKEN_FILE`, the path of a file with it.',
  },
  MAX_PAGE_SIZE: {
    schema: whole(1, 9_990),
    default: '1000',
    description: 'Most machines of a page (`first`, `last`).',
  },
  REQUEST_TIMEOUT_SECONDS: {
    schema: seconds(1, 600),
    default: '60',
    description: 'Deadline of a GraphQL request, upstream calls included.',
  },
  MAX_REQUESTS_IN_FLIGHT: {
    schema: whole(1, 1_000_000),
    default: '1000',
    description: 'Most requests in flight. Further ones get 503 at once, except health and metrics.',
  },
  CALLER_REQUESTS_PER_MINUTE: {
    schema: whole(0, 1_000_000),
    default: undefined,
    description:
      'Rate limit of a caller at each replica, in requests a minute; a sixth of them may come at once. Further ones get 429. 0: no limit. Default: 1,200; with `CALLER_AUTH=none`, where one address can be many callers, no limit.',
  },
  MAX_SUBSCRIPTIONS: {
    schema: whole(1, 1_000_000),
    default: '2000',
    description:
      'Most subscriptions at each replica; an open WebSocket counts as one. Further ones are rejected.',
  },
  MAX_SUBSCRIPTIONS_PER_CALLER: {
    schema: whole(1, 1_000_000),
    default: '100',
    description: 'Most subscriptions of a caller at each replica; not with `CALLER_AUTH=none`.',
  },
  MAX_CONNECTIONS: {
    schema: whole(1, 1_000_000),
    default: '4000',
    description:
      'Most connections of callers. A further one replaces the one that has been idle longest; where none is idle, it is closed.',
  },
  RECEIVE_TIMEOUT_SECONDS: {
    schema: seconds(1, 600),
    default: '30',
    description: 'Time to receive a whole request; its head must arrive within a third of it.',
  },
  SEND_TIMEOUT_SECONDS: {
    schema: seconds(1, 600),
    default: '30',
    description: 'Time for a caller to read a whole answer; then its connection is closed.',
  },
  MAX_UNSENT_BYTES: {
    schema: whole(1_048_576, 68_719_476_736),
    default: '134217728',
    description:
      'Most bytes of answers in memory that callers have not read yet; above it the connection with the oldest is closed.',
  },
  COMPRESSION: {
    schema: onOff,
    default: 'on',
    description: 'Compress answers as callers accept it (zstd, br, gzip); `off` leaves that to a proxy.',
  },
  CORS_ORIGINS: {
    schema: origins,
    default: undefined,
    description:
      'Origins of web pages that may send queries, exactly as browsers name them, separated by commas. Default: none.',
  },
  MAX_QUERY_TOKENS: {
    schema: whole(100, 100_000),
    default: '4000',
    description: 'Most tokens (names, values, punctuation) of a query.',
  },
  MAX_QUERY_DEPTH: {
    schema: whole(1, 100),
    default: '12',
    description: 'Most levels of fields in a query, introspection aside; the whole schema has 5.',
  },
  MAX_QUERY_ALIASES: {
    schema: whole(0, 10_000),
    default: '100',
    description: 'Most aliases in a query; those of a fragment count each time it is spread.',
  },
  MAX_ROOT_FIELDS: {
    schema: whole(1, 10_000),
    default: '100',
    description: 'Most root fields of a query: lists, machines by id.',
  },
  MAX_REQUESTED_NODES: {
    schema: whole(1, 1_000_000),
    default: undefined,
    description:
      'Most machines that one query may ask for, by page sizes and ids together. Default: five times `MAX_PAGE_SIZE`.',
  },
  MAX_CALLS_PER_OPERATION: {
    schema: whole(1, 10_000),
    default: '50',
    description:
      'Most upstream calls that one query may need, as far as known beforehand: one for each different filter, one for each 20 ids.',
  },
  AUTOMATIC_PERSISTED_QUERIES: {
    schema: onOff,
    default: 'on',
    description: 'Accepts the hash of a query in place of its text, once a client has sent both (APQ).',
  },
  PERSISTED_OPERATIONS_PATH: {
    schema: text,
    default: undefined,
    description:
      "Manifest of registered operations, in the format of Apollo's tools: `apollo-persisted-query-manifest`, version 1.",
  },
  PERSISTED_OPERATIONS: {
    schema: oneOf(['allow', 'require']),
    default: undefined,
    description:
      '`require`: rejects all operations except those of the manifest. `allow` (default): accepts their hashes, and other operations too.',
  },
  DRAIN_DELAY_SECONDS: {
    schema: seconds(0, 120),
    default: '0',
    description:
      'Time to go on serving, as not ready, after a signal to stop, so that load balancers notice; 5 suits Kubernetes.',
  },
  DRAIN_TIMEOUT_SECONDS: {
    schema: seconds(0, 600),
    default: '25',
    description: 'Time for requests in flight to finish, after that delay.',
  },
  QUOTA_PER_MINUTE: {
    schema: whole(1, 100_000),
    default: '100',
    description: 'Calls a minute that the API allows the app registration.',
  },
  QUOTA_PER_HOUR: {
    schema: whole(1, 1_000_000),
    default: '1500',
    description: 'Calls an hour that the API allows the app registration.',
  },
  QUOTA_MARGIN: {
    schema: fraction,
    default: '0',
    description: 'Part of the quota, 0 to 0.9, left to other programs on the same app registration.',
  },
  QUOTA_RESERVE: {
    schema: fraction,
    default: '0.2',
    description:
      'Part of the quota, 0 to 0.9, that background calls (refreshes, reading ahead) leave to callers.',
  },
  QUOTA_WAIT_SECONDS: {
    schema: seconds(0, 600),
    default: '10',
    description:
      'Longest wait of a caller for the quota before `QUOTA_EXHAUSTED`. The wait always leaves time for the call itself.',
  },
  REDIS_URL: {
    schema: redisAddress,
    default: undefined,
    secret: 'credentials',
    description:
      'Redis through which replicas share the quota and the fleet: `rediss://user:password@host:port/database`, or `redis://…`. Percent-encode characters such as `%`, `@` and `/` in user and password. Or `REDIS_URL_FILE`, the path of a file with it.',
  },
  REDIS_PLAINTEXT: {
    schema: onOff,
    default: 'off',
    description:
      'Allows `redis://` to a host other than this one, for networks that are encrypted by other means.',
  },
  REPLICAS: {
    schema: whole(1, 1_000),
    default: '1',
    description:
      'Most replicas that run at a time, those of a rolling update included; the same for all. Half of the quota is divided among them, and with Redis they share the other half.',
  },
  CACHE_FRESH_SECONDS: {
    schema: seconds(0, 86_400),
    default: '60',
    description: 'Age up to which rows are served as they are.',
  },
  CACHE_RENEW_SECONDS: {
    schema: seconds(0, 86_400),
    default: '300',
    description:
      'Age up to which rows are served at once and refreshed in the background. Older rows are refreshed first.',
  },
  CACHE_STALE_SECONDS: {
    schema: seconds(0, 604_800),
    default: '3600',
    description:
      'Age up to which rows are served where a refresh fails: quota used up, time-out, upstream down.',
  },
  CACHE_CONTROL: {
    schema: oneOf(['off', 'private', 'public', 'public-to-all-callers']),
    default: 'off',
    description:
      'What caches on the way, such as those of routers, may keep while its rows are fresh: `off` nothing; `private` answers of a caller, for that caller alone; `public` all answers, for anybody, with `CALLER_AUTH=none` only; `public-to-all-callers` the same although callers are checked, where all of them see the same machines.',
  },
  CACHE_MAX_BYTES: {
    schema: whole(33_554_432, 68_719_476_736),
    default: '268435456',
    description: 'Most bytes of rows and lists in memory; 10,000 machines take about 10 MB.',
  },
  FLEET: {
    schema: oneOf(['auto', 'on', 'off']),
    default: 'auto',
    description:
      "Whether the gateway keeps the whole fleet in memory, for order, search, facets, totals and every filter. `on`: the fleet of the app registration. `auto`: the same, or with `UPSTREAM_IDENTITY=caller` each caller's list that fits one call. `off`: never.",
  },
  FLEET_MAX_MACHINES: {
    schema: whole(1, 10_000_000),
    default: '1000000',
    description:
      'Largest fleet to keep; 100,000 machines take about 35 MB of memory, twice that during a reading.',
  },
  FLEET_REFRESH_SECONDS: {
    schema: seconds(10, 86_400),
    default: '300',
    description: 'Time from one reading of the fleet to the next, where `FLEET_QUOTA_SHARE` allows it.',
  },
  FLEET_QUOTA_SHARE: {
    schema: fraction,
    default: '0.5',
    description:
      'Part of the hourly quota, 0 to 0.9, for reading the fleet. Readings are spread out to stay within it.',
  },
  CHANGES_KEEP_SECONDS: {
    schema: seconds(60, 2_592_000),
    default: '86400',
    description: 'Time that a token of `machineChanges` is good for after the next reading of the fleet.',
  },
  CHANGES_MAX_BYTES: {
    schema: whole(1_048_576, 17_179_869_184),
    default: '67108864',
    description:
      'Most bytes of changes, in memory and in Redis; the oldest go first. Each change of a machine takes about 50.',
  },
  FLEET_TREND_METRICS: {
    schema: onOff,
    default: 'off',
    description: 'Adds to the metrics how many machines have each risk score and exposure level.',
  },
  HTTPS_PROXY: {
    schema: proxyAddress,
    default: undefined,
    secret: 'credentials',
    eitherCase: true,
    description:
      'HTTP proxy for the API, the sign-in and the keys of callers: `http://proxy.example:8080`, with user and password where needed. Also in lower case. Or `HTTPS_PROXY_FILE`, the path of a file with it.',
  },
  HTTP_PROXY: {
    schema: proxyAddress,
    default: undefined,
    secret: 'credentials',
    eitherCase: true,
    description:
      'The same for addresses that begin with `http://`, and for all where `HTTPS_PROXY` is not set. Also in lower case. Or `HTTP_PROXY_FILE`.',
  },
  NO_PROXY: {
    schema: text.transform(exceptionsOf),
    default: undefined,
    eitherCase: true,
    description:
      'Hosts to connect to directly, separated by commas, their subdomains included, with or without a port; `*` for all. Also in lower case.',
  },
  UPSTREAM_CONNECTIONS: {
    schema: whole(1, 256),
    default: '16',
    description: 'Most connections to the API at once.',
  },
  UPSTREAM_CONNECT_TIMEOUT_SECONDS: {
    schema: seconds(0.05, 120),
    default: '5',
    description: 'Time to connect to the API.',
  },
  UPSTREAM_HEADERS_TIMEOUT_SECONDS: {
    schema: seconds(0.05, 600),
    default: '30',
    description: 'Time from sending a call to the beginning of its answer.',
  },
  UPSTREAM_BODY_TIMEOUT_SECONDS: {
    schema: seconds(0.05, 600),
    default: '15',
    description: 'Longest pause within an answer.',
  },
  UPSTREAM_RETRIES: {
    schema: whole(0, 10),
    default: '2',
    description:
      'Retries of a call that failed with 500, 502, 503, 504, a broken connection or a broken answer.',
  },
  UPSTREAM_MAX_RESPONSE_BYTES: {
    schema: whole(65_536, 1_073_741_824),
    default: '67108864',
    description: 'Largest answer accepted, in bytes after decompression. 10,000 machines take 10 to 20 MB.',
  },
  UPSTREAM_WINDOW_ROWS: {
    schema: whole(1, 10_000),
    default: '10000',
    description: 'Most machines of one upstream call (`$top`); 10,000 is what the API documents.',
  },
  ODATA_MAX_NODES: {
    schema: whole(10, 10_000),
    default: '100',
    description:
      'Largest filter that the API accepts, in nodes; a comparison takes 4 or 5. Inferred, not documented.',
  },
  ODATA_MAX_URL_BYTES: {
    schema: whole(1_000, 65_536),
    default: '8000',
    description: 'Longest URL that the API accepts, in bytes. Inferred, not documented.',
  },
  ODATA_NOT: {
    schema: onOff,
    default: 'off',
    description:
      'Sends `not (…)` for conditions without an exact opposite. Not documented: try it on your tenant.',
  },
  ODATA_STARTSWITH_ANYWHERE: {
    schema: onOff,
    default: 'off',
    description:
      'Sends `startswith` for properties other than computerDnsName and osPlatform. Not documented: try it on your tenant.',
  },
  USAGE_REPORTING: {
    schema: oneOf(['off', 'hive', 'graphos']),
    default: 'off',
    description:
      'To whom it is reported which operations and fields clients use: `hive` or `graphos`. Behind a router, which reports for all subgraphs, leave it `off`.',
  },
  USAGE_REPORTING_KEY: {
    schema: text,
    default: undefined,
    secret: 'all',
    description: 'The access token of Hive, or the API key of the graph at GraphOS.',
  },
  USAGE_REPORTING_TARGET: {
    schema: text,
    default: undefined,
    description:
      'Of Hive the target, such as `company/machines/production`; of GraphOS the graph reference, such as `machines@current`.',
  },
  USAGE_REPORTING_URL: {
    schema: reportAddress,
    default: undefined,
    description: 'Where reports are sent. Default: to the service itself.',
  },
  LOG_LEVEL: {
    schema: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    default: 'info',
    description: 'Lowest level to log: `fatal`, `error`, `warn`, `info`, `debug`, `trace`, `silent`.',
  },
  LANDING_PAGE: {
    schema: onOff,
    default: undefined,
    description: 'Serves Apollo Sandbox to browsers at `/graphql`. On, unless `NODE_ENV` is `production`.',
  },
  EXPLORER: {
    schema: onOff,
    default: undefined,
    description:
      'Serves GraphiQL to browsers at `/explorer`, from the gateway alone. On, unless `NODE_ENV` is `production`.',
  },
  INTROSPECTION: {
    schema: onOff,
    default: undefined,
    description: 'Lets clients read the schema. On, unless `NODE_ENV` is `production`.',
  },
  NODE_ENV: {
    schema: text,
    default: undefined,
    description: '`production` turns landing page, explorer and introspection off.',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: receiverAddress,
    default: undefined,
    description:
      'Turns tracing on: the address of an OTLP receiver over HTTP, such as `http://localhost:4318`; spans are sent to its `/v1/traces`.',
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    schema: receiverAddress,
    default: undefined,
    description: 'The same for traces alone, as the whole address.',
  },
  OTEL_EXPORTER_OTLP_PROTOCOL: {
    schema: oneOf(['http/protobuf', 'http/json']),
    default: undefined,
    description: 'Form of the spans: `http/protobuf` (default) or `http/json`. gRPC is not supported.',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    schema: pairs('headers', /^[\w!#$%&'*+.^`|~-]+$/, /^[\t\x20-\x7e]*$/),
    default: undefined,
    secret: 'all',
    description:
      'Headers for the receiver, as `name=value` separated by commas, values percent-encoded; such as its API key. Or `OTEL_EXPORTER_OTLP_HEADERS_FILE`, the path of a file with them.',
  },
  OTEL_EXPORTER_OTLP_TIMEOUT: {
    schema: whole(1, 60_000),
    default: undefined,
    description: 'Time for an export, its retries included, in milliseconds. Default: 10,000.',
  },
  OTEL_BSP_SCHEDULE_DELAY: {
    schema: whole(1, 600_000),
    default: undefined,
    description: 'Longest wait of a span for its export, in milliseconds. Default: 5,000.',
  },
  OTEL_SERVICE_NAME: {
    schema: text,
    default: undefined,
    description: 'Name of the service in traces. Default: `machines-gateway`.',
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    schema: pairs('attributes', /^[^\s=]+$/, /^/),
    default: undefined,
    description:
      'Attributes of all spans, as `name=value` separated by commas, such as `deployment.environment.name=production`.',
  },
  OTEL_TRACES_EXPORTER: {
    schema: oneOf(['otlp', 'none']),
    default: undefined,
    description:
      '`otlp` turns tracing on, to `http://localhost:4318` unless an endpoint is set; `none` turns it off.',
  },
  OTEL_TRACES_SAMPLER: {
    schema: oneOf([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ]),
    default: undefined,
    description:
      'Which traces are exported: `always_on`, `always_off`, `traceidratio`, or the same as `parentbased_…`, by which the trace of the caller decides where there is one. Default: `parentbased_always_on`.',
  },
  OTEL_TRACES_SAMPLER_ARG: {
    schema: ratio,
    default: undefined,
    description: 'Part of the traces, 0 to 1, for the two `…traceidratio`. Default: 1.',
  },
  OTEL_SDK_DISABLED: {
    schema: onOff,
    default: undefined,
    description: '`true` turns tracing off, whatever else is set.',
  },
} as const satisfies Readonly<Record<string, Setting>>;

export interface Setting {
  /** Reads the text from the environment; its messages continue "NAME …". */
  readonly schema: z.ZodType<unknown, string>;
  /** The text that stands in for a setting that is not there; undefined where nothing does. */
  readonly default: string | undefined;
  /** For the operator, in Markdown. */
  readonly description: string;
  /**
   * Must not be shown: all of it, or of an address its user and password. Such a setting may also be read from a file,
   * which the setting of its name and `_FILE` names.
   */
  readonly secret?: 'all' | 'credentials';
  /** Whether its name may stand in lower case as well, which goes first: a custom of many programs. */
  readonly eitherCase?: true;
}

export type SettingName = keyof typeof settings;

/** Each setting as read; undefined where it is not there and nothing stands in. */
export type SettingValues = {
  readonly [Name in SettingName]:
    | z.output<(typeof settings)[Name]['schema']>
    | ((typeof settings)[Name]['default'] extends string ? never : undefined);
};
