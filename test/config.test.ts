import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Config, ConfigError, type Environment, readConfig } from '../src/config.ts';
import { type SettingName, settings, settingsTable } from '../src/settings.ts';
import { clientCertificate } from './support/entra-gateway.ts';
import { secrets, secretsIn } from './support/secrets.ts';

const guid = '11111111-2222-4333-8444-555555555555';
/** The least that a gateway starts with. */
const least = { CALLER_AUTH: 'none', MACHINES_API_TOKEN: secrets.token };
const entra = {
  CALLER_AUTH: 'none',
  AZURE_TENANT_ID: guid,
  AZURE_CLIENT_ID: guid,
  AZURE_CLIENT_SECRET: secrets.clientSecret,
};

const read = (environment: Environment): Config => readConfig(environment, () => '');

function problemsOf(environment: Environment, readFile: (path: string) => string = () => ''): ConfigError {
  try {
    readConfig(environment, readFile);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The settings were taken.');
}
const wrongSettings = (environment: Environment): readonly SettingName[] =>
  problemsOf(environment).problems.map(({ setting }) => setting);

const application = (environment: Environment) => {
  const { credential } = read(environment).upstream;
  if (credential.kind !== 'entra') throw new Error(`The credential is ${credential.kind}.`);
  return credential.application;
};

describe('settings that are left out', () => {
  it('have their defaults', () => {
    const { upstream, ...others } = read(least);
    const { credential, ...rest } = upstream;
    expect({ upstream: rest, ...others }).toEqual({
      http: {
        host: '127.0.0.1',
        port: 4000,
        landingPage: true,
        explorer: true,
        introspection: true,
        requestTimeoutMs: 60_000,
        drainDelayMs: 0,
        drainTimeoutMs: 25_000,
        loopbackOnly: true,
      },
      logLevel: 'info',
      upstream: {
        url: 'https://api.security.microsoft.com',
        connections: 16,
        connectTimeoutMs: 5_000,
        headersTimeoutMs: 30_000,
        bodyTimeoutMs: 15_000,
        retries: 2,
        maxResponseBytes: 64 * 1024 * 1024,
        windowRows: 10_000,
      },
      quota: {
        perMinute: 100,
        perHour: 1_500,
        margin: 0,
        reserve: 0.2,
        replicas: 1,
        redisUrl: undefined,
      },
      cache: { freshMs: 60_000, renewMs: 300_000, staleMs: 3_600_000, maxBytes: 256 * 1024 * 1024 },
      odata: { not: false, startsWithAnywhere: false, maxNodes: 100, maxUrlBytes: 8_000 },
      maxPageSize: 1_000,
    });
    expect(credential.kind).toBe('fixed');
  });

  it.each(['', ' ', '\t\n'])('are those that are empty, too: %j', (empty) => {
    const emptied = Object.fromEntries(Object.keys(settings).map((name) => [name, empty]));
    expect(JSON.stringify(read({ ...emptied, ...least }))).toBe(JSON.stringify(read(least)));
  });

  it('turn landing page and introspection off in production', () => {
    expect(read({ ...least, NODE_ENV: 'production' }).http).toMatchObject({
      landingPage: false,
      explorer: false,
      introspection: false,
    });
    expect(
      read({ ...least, NODE_ENV: 'production', LANDING_PAGE: 'on', EXPLORER: 'on', INTROSPECTION: 'on' })
        .http,
    ).toMatchObject({ landingPage: true, explorer: true, introspection: true });
    expect(
      read({ ...least, NODE_ENV: 'test', LANDING_PAGE: 'off', EXPLORER: 'off', INTROSPECTION: 'off' }).http,
    ).toMatchObject({
      landingPage: false,
      explorer: false,
      introspection: false,
    });
  });
});

describe('settings that are given', () => {
  it('are taken, with blanks around them taken off', () => {
    const config = read({
      ...least,
      HOST: ' localhost ',
      PORT: '0',
      REQUEST_TIMEOUT_SECONDS: '1.5',
      DRAIN_DELAY_SECONDS: '5',
      DRAIN_TIMEOUT_SECONDS: '0',
      UPSTREAM_CONNECTIONS: '256',
      UPSTREAM_CONNECT_TIMEOUT_SECONDS: '0.05',
      UPSTREAM_HEADERS_TIMEOUT_SECONDS: '600',
      UPSTREAM_BODY_TIMEOUT_SECONDS: '2',
      UPSTREAM_RETRIES: '0',
      UPSTREAM_MAX_RESPONSE_BYTES: '65536',
      UPSTREAM_WINDOW_ROWS: '1',
      QUOTA_PER_MINUTE: '50',
      QUOTA_PER_HOUR: '1000000',
      QUOTA_MARGIN: '0.9',
      QUOTA_RESERVE: '0',
      REPLICAS: '3',
      CACHE_FRESH_SECONDS: '0.5',
      CACHE_RENEW_SECONDS: '0.5',
      CACHE_STALE_SECONDS: '604800',
      CACHE_MAX_BYTES: '33554432',
      ODATA_MAX_NODES: '10',
      ODATA_MAX_URL_BYTES: '1000',
      ODATA_NOT: 'ON',
      ODATA_STARTSWITH_ANYWHERE: '1',
      MAX_PAGE_SIZE: '9990',
      LOG_LEVEL: 'Silent',
    });
    expect(config).toMatchObject({
      http: { host: 'localhost', port: 0, requestTimeoutMs: 1_500, drainDelayMs: 5_000, drainTimeoutMs: 0 },
      logLevel: 'silent',
      upstream: {
        connections: 256,
        connectTimeoutMs: 50,
        headersTimeoutMs: 600_000,
        bodyTimeoutMs: 2_000,
        retries: 0,
        maxResponseBytes: 65_536,
        windowRows: 1,
      },
      quota: { perMinute: 50, perHour: 1_000_000, margin: 0.9, reserve: 0, replicas: 3 },
      cache: { freshMs: 500, renewMs: 500, staleMs: 604_800_000, maxBytes: 33_554_432 },
      odata: { not: true, startsWithAnywhere: true, maxNodes: 10, maxUrlBytes: 1_000 },
      maxPageSize: 9_990,
    });
  });

  it.each([
    ['on', true],
    ['true', true],
    ['1', true],
    ['off', false],
    ['FALSE', false],
    ['0', false],
  ])('switch by %s', (text, on) => {
    expect(read({ ...least, INTROSPECTION: text }).http.introspection).toBe(on);
  });

  it('that the gateway does not know are left alone', () => {
    expect(read({ ...least, PATH: '/bin', QUOTA: 'x' })).toBeDefined();
  });

  const refused: readonly (readonly [SettingName, string])[] = [
    ...['65536', '-1', '4000.5', '0x10', '1e3', 'http', '99999999999999999999'].map(
      (text) => ['PORT', text] as const,
    ),
    ['CALLER_AUTH', 'nobody'],
    ['ALLOW_ANONYMOUS', 'yes please'],
    ['AZURE_TENANT_ID', 'https://contoso.com/'],
    ['AZURE_TENANT_ID', '../common'],
    ['AZURE_CLIENT_ID', 'my-app'],
    ['AZURE_AUTHORITY_HOST', 'http://login.microsoftonline.com'],
    ['AZURE_AUTHORITY_HOST', 'login.microsoftonline.com/tenant'],
    ['AZURE_AUTHORITY_HOST', 'user@login.microsoftonline.com'],
    ['MACHINES_API_CLOUD', 'china'],
    ['MACHINES_API_REGION', 'mars'],
    ['MACHINES_API_SCOPE', 'https://api.securitycenter.microsoft.com'],
    ['MACHINES_API_URL', 'api.security.microsoft.com'],
    ['MACHINES_API_URL', 'https://api.security.microsoft.com/?x=1'],
    ['MACHINES_API_URL', 'https://api.security.microsoft.com/#x'],
    ['MACHINES_API_URL', 'ftp://127.0.0.1'],
    ['MAX_PAGE_SIZE', '0'],
    ['MAX_PAGE_SIZE', '9991'],
    ['REQUEST_TIMEOUT_SECONDS', '0.9'],
    ['REQUEST_TIMEOUT_SECONDS', '601'],
    ['DRAIN_DELAY_SECONDS', '121'],
    ['DRAIN_TIMEOUT_SECONDS', '-1'],
    ['UPSTREAM_IDENTITY', 'nobody'],
    ['QUOTA_PER_MINUTE', '0'],
    ['QUOTA_PER_HOUR', '1000001'],
    ['QUOTA_MARGIN', '0.91'],
    ['QUOTA_MARGIN', '1'],
    ['QUOTA_RESERVE', '-0.1'],
    ['QUOTA_RESERVE', '20%'],
    ['REDIS_URL', 'localhost'],
    ['REDIS_URL', 'http://localhost:6379'],
    ['REPLICAS', '0'],
    ['CACHE_FRESH_SECONDS', '-1'],
    ['CACHE_RENEW_SECONDS', '1m'],
    ['CACHE_STALE_SECONDS', '604801'],
    ['CACHE_MAX_BYTES', '1'],
    ['UPSTREAM_CONNECTIONS', '0'],
    ['UPSTREAM_CONNECT_TIMEOUT_SECONDS', '1s'],
    ['UPSTREAM_HEADERS_TIMEOUT_SECONDS', 'Infinity'],
    ['UPSTREAM_BODY_TIMEOUT_SECONDS', '0'],
    ['UPSTREAM_RETRIES', '11'],
    ['UPSTREAM_MAX_RESPONSE_BYTES', '65535'],
    ['UPSTREAM_WINDOW_ROWS', '10001'],
    ['ODATA_MAX_NODES', '9'],
    ['ODATA_MAX_URL_BYTES', '999'],
    ['ODATA_NOT', '2'],
    ['ODATA_STARTSWITH_ANYWHERE', 'maybe'],
    ['LOG_LEVEL', 'loud'],
    ['LANDING_PAGE', 'oui'],
    ['EXPLORER', 'oui'],
    ['INTROSPECTION', 'non'],
  ];

  it.each(refused)('are refused: %s=%s', (name, text) => {
    expect(wrongSettings({ ...(name.startsWith('AZURE') ? entra : least), [name]: text })).toEqual([name]);
  });
});

describe('wrong settings', () => {
  const wrong = {
    PORT: 'xyzzy-port',
    ALLOW_ANONYMOUS: 'xyzzy-anonymous',
    AZURE_TENANT_ID: 'xyzzy/tenant',
    AZURE_CLIENT_ID: 'xyzzy-client',
    AZURE_AUTHORITY_HOST: 'xyzzy/authority',
    MACHINES_API_CLOUD: 'xyzzy-cloud',
    MACHINES_API_REGION: 'xyzzy-region',
    MACHINES_API_URL: 'xyzzy-url',
    MACHINES_API_SCOPE: 'xyzzy-scope',
    MAX_PAGE_SIZE: 'xyzzy-size',
    LOG_LEVEL: 'xyzzy-level',
  };

  it('are all listed at once, each by name and once', () => {
    const { message, problems } = problemsOf(wrong);
    const names = [...Object.keys(wrong), 'CALLER_AUTH', 'AZURE_CLIENT_SECRET'];
    expect(problems.map(({ setting }) => setting).toSorted()).toEqual(names.toSorted());
    for (const name of names) expect(message).toContain(`  ${name} `);
    expect(message.split('\n')).toHaveLength(1 + names.length);
  });

  it('are never quoted, for they may be secrets put in the wrong place', () => {
    expect(problemsOf(wrong).message).not.toContain('xyzzy');
    const swapped = Object.fromEntries(Object.keys(settings).map((name) => [name, secrets.clientSecret]));
    const { message, problems } = problemsOf(swapped);
    expect(message).not.toContain(secrets.clientSecret);
    expect(JSON.stringify(problems)).not.toContain(secrets.clientSecret);
  });
});

describe('the cloud', () => {
  it.each([
    [
      'commercial',
      'api.security.microsoft.com',
      'api.securitycenter.microsoft.com',
      'login.microsoftonline.com',
    ],
    [
      'gcc',
      'api-gcc.securitycenter.microsoft.us',
      'api-gcc.securitycenter.microsoft.us',
      'login.microsoftonline.com',
    ],
    [
      'gcc-high',
      'api-gov.securitycenter.microsoft.us',
      'api-gov.securitycenter.microsoft.us',
      'login.microsoftonline.us',
    ],
    [
      'DOD',
      'api-gov.securitycenter.microsoft.us',
      'api-gov.securitycenter.microsoft.us',
      'login.microsoftonline.us',
    ],
  ])('%s gives address, scope and authority', (cloud, host, scopeHost, authorityHost) => {
    const environment = { ...entra, MACHINES_API_CLOUD: cloud };
    expect(read(environment).upstream.url).toBe(`https://${host}`);
    expect(application(environment)).toMatchObject({ scope: `https://${scopeHost}/.default`, authorityHost });
  });

  it.each(['us', 'eu', 'uk', 'au', 'swa', 'ina', 'aea'])(
    'commercial has the region %s, whose tokens are the same',
    (region) => {
      const environment = { ...entra, MACHINES_API_REGION: region };
      expect(read(environment).upstream.url).toBe(`https://${region}.api.security.microsoft.com`);
      expect(application(environment).scope).toBe('https://api.securitycenter.microsoft.com/.default');
    },
  );

  it.each(['gcc', 'gcc-high', 'dod'])('%s has no regions', (cloud) => {
    expect(wrongSettings({ ...least, MACHINES_API_CLOUD: cloud, MACHINES_API_REGION: 'eu' })).toEqual([
      'MACHINES_API_REGION',
    ]);
  });

  it('gives way to an address, a scope and an authority that are set', () => {
    const environment = {
      ...entra,
      MACHINES_API_CLOUD: 'gcc',
      MACHINES_API_URL: 'https://proxy.example:8443/defender/',
      MACHINES_API_SCOPE: 'api://gateway/.default',
      AZURE_AUTHORITY_HOST: 'https://login.example:8443/',
    };
    expect(read(environment).upstream.url).toBe('https://proxy.example:8443/defender');
    expect(application(environment)).toMatchObject({
      scope: 'api://gateway/.default',
      authorityHost: 'login.example:8443',
    });
  });
});

describe('the address of the API', () => {
  it.each([
    'http://127.0.0.1:8080',
    'http://localhost',
    'http://[::1]:4010',
    'https://api.security.microsoft.com',
  ])('may be %s', (url) => {
    expect(read({ ...least, MACHINES_API_URL: url }).upstream.url).toBe(url);
  });

  it.each([
    'http://api.security.microsoft.com',
    'http://10.0.0.7',
    'http://0.0.0.0',
    'http://localhost.example.com',
    'http://127.example.com',
    'http://127.0.0.1.example.com',
    'http://user:pw@example.com',
  ])('may not be %s, over which tokens would go in the clear', (url) => {
    expect(wrongSettings({ ...least, MACHINES_API_URL: url })).toEqual(['MACHINES_API_URL']);
  });
});

describe('the quota', () => {
  it.each([
    ['by REPLICAS', { REPLICAS: '101' }, ['QUOTA_PER_MINUTE']],
    ['by QUOTA_MARGIN', { QUOTA_PER_MINUTE: '5', QUOTA_MARGIN: '0.9' }, ['QUOTA_PER_MINUTE']],
    [
      'in both windows',
      { REPLICAS: '10', QUOTA_PER_MINUTE: '9', QUOTA_PER_HOUR: '9' },
      ['QUOTA_PER_MINUTE', 'QUOTA_PER_HOUR'],
    ],
  ])('must leave a call for each replica: %s', (_, quota, names) => {
    expect(wrongSettings({ ...least, ...quota })).toEqual(names);
  });

  it('may leave just one', () => {
    expect(read({ ...least, REPLICAS: '100' }).quota.replicas).toBe(100);
  });
});

describe('the ages of the cache', () => {
  it.each([
    ['must not fall from fresh to renew', { CACHE_FRESH_SECONDS: '301' }, 'CACHE_RENEW_SECONDS'],
    ['must not fall from renew to stale', { CACHE_STALE_SECONDS: '299' }, 'CACHE_STALE_SECONDS'],
  ])('%s', (_, ages, name) => {
    expect(wrongSettings({ ...least, ...ages })).toEqual([name]);
  });

  it('may be nothing: then every query asks upstream', () => {
    const nothing = { CACHE_FRESH_SECONDS: '0', CACHE_RENEW_SECONDS: '0', CACHE_STALE_SECONDS: '0' };
    expect(read({ ...least, ...nothing }).cache).toMatchObject({ freshMs: 0, renewMs: 0, staleMs: 0 });
  });
});

describe('the address of Redis', () => {
  const url = `rediss://gateway:${secrets.clientSecret}@redis.example:6380/2`;

  it('is kept whole, and not shown, for it holds a password', () => {
    const { quota } = read({ ...least, REDIS_URL: url });
    expect(quota.redisUrl?.reveal()).toBe(url);
    expect(JSON.stringify(quota)).not.toContain(secrets.clientSecret);
  });
});

describe('the credential', () => {
  /** A certificate and its key, as a file holds them. */
  let pem: string;
  beforeAll(async () => {
    const { certificate, key } = await clientCertificate();
    pem = `${certificate}\n${key}`;
  });

  it('is a fixed token', () => {
    const { credential } = read(least).upstream;
    expect(credential.kind === 'fixed' && credential.token.reveal()).toBe(secrets.token);
  });

  it('is an app registration with a secret', () => {
    const { tenantId, clientId, proof } = application({
      ...entra,
      AZURE_TENANT_ID: 'contoso.onmicrosoft.com',
    });
    expect([tenantId, clientId]).toEqual(['contoso.onmicrosoft.com', guid]);
    expect(proof.kind === 'secret' && proof.secret.reveal()).toBe(secrets.clientSecret);
  });

  it('is an app registration with a certificate, read from the file that is named', () => {
    const paths: string[] = [];
    const { AZURE_CLIENT_SECRET: _, ...rest } = entra;
    const { credential } = readConfig({ ...rest, AZURE_CLIENT_CERTIFICATE_PATH: '/run/cert.pem' }, (path) => {
      paths.push(path);
      return pem;
    }).upstream;
    expect(paths).toEqual(['/run/cert.pem']);
    const proof = credential.kind === 'entra' ? credential.application.proof : undefined;
    expect(proof?.kind === 'certificate' && proof.pem.reveal()).toBe(pem);
    expect(secretsIn(JSON.stringify(credential))).toEqual([]);
  });

  it('is refused where the file holds no certificate with its key, and the file is not quoted', () => {
    const { AZURE_CLIENT_SECRET: _, ...rest } = entra;
    const { message, problems } = problemsOf(
      { ...rest, AZURE_CLIENT_CERTIFICATE_PATH: '/run/cert.pem' },
      () => pem.slice(pem.indexOf('PRIVATE KEY')),
    );
    expect(problems.map(({ setting }) => setting)).toEqual(['AZURE_CLIENT_CERTIFICATE_PATH']);
    expect(message).toContain('must name a PEM file with a certificate and its unencrypted private key');
    expect(secretsIn(message)).toEqual([]);
  });

  it.each([
    ['a token beside a secret', { ...entra, MACHINES_API_TOKEN: secrets.token }, 'MACHINES_API_TOKEN'],
    [
      'a token beside a certificate',
      { ...least, AZURE_CLIENT_CERTIFICATE_PATH: '/run/cert.pem' },
      'MACHINES_API_TOKEN',
    ],
    [
      'a secret beside a certificate',
      { ...entra, AZURE_CLIENT_CERTIFICATE_PATH: '/run/cert.pem' },
      'AZURE_CLIENT_SECRET',
    ],
    ['no secret', { ...entra, AZURE_CLIENT_SECRET: '' }, 'AZURE_CLIENT_SECRET'],
    ['no tenant', { ...entra, AZURE_TENANT_ID: ' ' }, 'AZURE_TENANT_ID'],
    ['no client id', { ...entra, AZURE_CLIENT_ID: undefined }, 'AZURE_CLIENT_ID'],
  ])('is refused with %s', (_, environment, name) => {
    expect(wrongSettings(environment)).toEqual([name]);
  });

  it('is refused without anything, naming all that could be set', () => {
    const { message } = problemsOf({ CALLER_AUTH: 'none' });
    for (const name of [
      'AZURE_TENANT_ID',
      'AZURE_CLIENT_ID',
      'AZURE_CLIENT_SECRET',
      'AZURE_CLIENT_CERTIFICATE_PATH',
      'MACHINES_API_TOKEN',
    ]) {
      expect(message).toContain(name);
    }
  });

  it('is refused where the certificate cannot be read, with the reason but not the path', () => {
    const { AZURE_CLIENT_SECRET: _, ...rest } = entra;
    const { message, problems } = problemsOf(
      { ...rest, AZURE_CLIENT_CERTIFICATE_PATH: '/nowhere/xyzzy.pem' },
      (path) => readFileSync(path, 'utf8'),
    );
    expect(problems).toEqual([
      { setting: 'AZURE_CLIENT_CERTIFICATE_PATH', problem: 'names a file that cannot be read (ENOENT)' },
    ]);
    expect(message).not.toContain('xyzzy');
  });

  it('shows no secret when the configuration is printed', () => {
    const text = JSON.stringify([read(least), read(entra)]);
    expect(text).not.toContain(secrets.token);
    expect(text).not.toContain(secrets.clientSecret);
  });
});

describe('who may ask', () => {
  it('must be chosen by name', () => {
    expect(wrongSettings({ MACHINES_API_TOKEN: secrets.token })).toEqual(['CALLER_AUTH']);
  });

  it.each(['127.0.0.1', '127.8.9.10', 'localhost', '::1'])('may be anybody on %s', (host) => {
    expect(read({ ...least, HOST: host }).http.host).toBe(host);
  });

  it.each(['0.0.0.0', '::', '192.0.2.7', 'gateway.example', '127.evil.example', '127.0.0.1.example'])(
    'may be anybody on %s only with ALLOW_ANONYMOUS',
    (host) => {
      expect(wrongSettings({ ...least, HOST: host })).toEqual(['HOST']);
      expect(read({ ...least, HOST: host, ALLOW_ANONYMOUS: 'true' }).http).toMatchObject({
        host,
        loopbackOnly: false,
      });
    },
  );
});

describe('the table of settings', () => {
  it('has a row for each, with its default', () => {
    const rows = settingsTable().split('\n').slice(2);
    expect(rows).toHaveLength(Object.keys(settings).length);
    expect(rows).toContain('| `PORT` | `4000` | Port to listen on; 0 takes any free one. |');
    for (const row of rows) expect(row).toMatch(/^\| `[A-Z_]+` \| (`[^|]+`)? \| [^|]+\. \|$/);
  });
});
