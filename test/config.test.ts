import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { reportSettings } from '../src/config/settings-report.ts';
import { type Config, ConfigError, type Environment, readConfig } from '../src/config.ts';
import { type SettingName, settings } from '../src/settings.ts';
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
const wrongSettings = (environment: Environment): readonly string[] =>
  problemsOf(environment).problems.map(({ setting }) => setting);

const application = (environment: Environment) => {
  const { signIn: credential } = read(environment).upstream;
  if (credential.kind !== 'entra') throw new Error(`The credential is ${credential.kind}.`);
  return credential.application;
};

describe('settings that are left out', () => {
  it('have their defaults', () => {
    const { upstream, ...others } = read(least);
    const { signIn: credential, ...rest } = upstream;
    expect({ upstream: rest, ...others }).toEqual({
      fleet: {
        mode: 'auto',
        maxMachines: 1_000_000,
        refreshMs: 300_000,
        quotaShare: 0.5,
        trendMetrics: false,
        keepChanges: { keepMs: 86_400_000, maxBytes: 67_108_864 },
      },
      metricsAt: undefined,
      http: {
        host: '127.0.0.1',
        port: 4000,
        landingPage: true,
        explorer: true,
        introspection: true,
        requestTimeoutMs: 60_000,
        drainDelayMs: 0,
        drainTimeoutMs: 25_000,
        compression: true,
        pathPrefix: '',
        loopbackOnly: true,
        limits: {
          receiveTimeoutMs: 30_000,
          maxConnections: 4_000,
          sendTimeoutMs: 30_000,
          maxUnsentBytes: 134_217_728,
          maxRequestsInFlight: 1_000,
          callerRequestsPerMinute: 0,
          subscriptions: 2_000,
          subscriptionsPerCaller: 100,
        },
        corsOrigins: [],
      },
      bounds: { tokens: 4_000, depth: 12, aliases: 100, rootFields: 100, nodes: 5_000, calls: 50 },
      persistedOperations: { automatic: true, mode: 'allow', manifest: undefined },
      proxies: { https: undefined, http: undefined, except: '' },
      logLevel: 'info',
      callers: { rules: { kind: 'none' }, identity: 'app', rowRules: undefined },
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
        waitMs: 10_000,
        redisUrl: undefined,
      },
      cache: {
        freshMs: 60_000,
        renewMs: 300_000,
        staleMs: 3_600_000,
        maxBytes: 256 * 1024 * 1024,
        scope: 'off',
      },
      usageReporting: undefined,
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
  it('are accepted, with blanks around them removed', () => {
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
      http: { host: '127.0.0.1', port: 0, requestTimeoutMs: 1_500, drainDelayMs: 5_000, drainTimeoutMs: 0 },
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
    ['QUOTA_WAIT_SECONDS', '601'],
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

  it.each(refused)('are rejected: %s=%s', (name, text) => {
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
    ['by REPLICAS', { REPLICAS: '101' }, ['REPLICAS']],
    ['by REPLICAS and QUOTA_PER_MINUTE', { REPLICAS: '101', QUOTA_PER_MINUTE: '100' }, ['QUOTA_PER_MINUTE']],
    ['by REPLICAS and QUOTA_MARGIN', { REPLICAS: '100', QUOTA_MARGIN: '0.5' }, ['REPLICAS']],
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
  const seconds = (environment: Environment): readonly number[] => {
    const { freshMs, renewMs, staleMs } = read({ ...least, ...environment }).cache;
    return [freshMs, renewMs, staleMs].map((ms) => ms / 1_000);
  };

  it.each<[Environment, readonly number[]]>([
    [{ CACHE_FRESH_SECONDS: '600' }, [600, 600, 3_600]],
    [{ CACHE_FRESH_SECONDS: '7200' }, [7_200, 7_200, 7_200]],
    [{ CACHE_RENEW_SECONDS: '30' }, [30, 30, 3_600]],
    [{ CACHE_RENEW_SECONDS: '7200' }, [60, 7_200, 7_200]],
    [{ CACHE_STALE_SECONDS: '100' }, [60, 100, 100]],
    [{ CACHE_STALE_SECONDS: '0' }, [0, 0, 0]],
    [{ CACHE_FRESH_SECONDS: '10', CACHE_STALE_SECONDS: '20' }, [10, 20, 20]],
    [{ CACHE_FRESH_SECONDS: '400', CACHE_STALE_SECONDS: '9000' }, [400, 400, 9_000]],
  ])('follow what is set: %j', (given, expected) => {
    expect(seconds(given)).toEqual(expected);
  });

  it('start the gateway whichever one is moved alone, to whatever it may be', () => {
    const one = fc.constantFrom('CACHE_FRESH_SECONDS', 'CACHE_RENEW_SECONDS', 'CACHE_STALE_SECONDS');
    fc.assert(
      fc.property(one, fc.integer({ min: 0, max: 86_400 }), (name, value) => {
        const ages = seconds({ [name]: String(value) });
        expect(ages).toContain(value);
        expect(ages).toEqual(ages.toSorted((left, right) => left - right));
      }),
    );
  });

  it.each([
    [
      'from fresh to renew',
      { CACHE_FRESH_SECONDS: '301', CACHE_RENEW_SECONDS: '300' },
      'CACHE_RENEW_SECONDS',
    ],
    [
      'from renew to stale',
      { CACHE_RENEW_SECONDS: '300', CACHE_STALE_SECONDS: '299' },
      'CACHE_STALE_SECONDS',
    ],
    [
      'from fresh to stale',
      { CACHE_FRESH_SECONDS: '301', CACHE_STALE_SECONDS: '299' },
      'CACHE_STALE_SECONDS',
    ],
  ])('must not fall where both are set, %s', (_, ages, name) => {
    expect(wrongSettings({ ...least, ...ages })).toEqual([name]);
  });

  it('may be nothing: then every query asks upstream', () => {
    const nothing = { CACHE_FRESH_SECONDS: '0', CACHE_RENEW_SECONDS: '0', CACHE_STALE_SECONDS: '0' };
    expect(read({ ...least, ...nothing }).cache).toMatchObject({ freshMs: 0, renewMs: 0, staleMs: 0 });
  });
});

describe('the address of Redis', () => {
  const url = `rediss://gateway:${secrets.clientSecret}@redis.example:6380/2`;

  it('may lead to another host without TLS only where that is allowed by name', () => {
    expect(wrongSettings({ ...least, REDIS_URL: 'redis://redis.example:6379' })).toEqual(['REDIS_URL']);
    for (const url of ['redis://127.0.0.1:6379', 'rediss://redis.example:6380']) {
      expect(read({ ...least, REDIS_URL: url }).quota.redisUrl?.reveal()).toBe(url);
    }
    const allowed = { ...least, REDIS_URL: 'redis://redis.example:6379', REDIS_PLAINTEXT: 'on' };
    expect(read(allowed).quota.redisUrl).toBeDefined();
  });

  it.each([
    ['a bare % in the password', 'rediss://user:mellon%friend@redis.example'],
    ['a bare @ in the password', 'rediss://user:mellon@friend@redis.example'],
    ['a bare / in the password', 'rediss://user:12/friend@redis.example'],
    ['a bare # in the password', 'rediss://user:mellon#friend@redis.example'],
    ['a parameter', 'rediss://redis.example?password=mellon'],
    ['no host', 'rediss://user:friend@'],
    ['a port that is none', 'rediss://user:friend@redis.example:65536'],
  ])('is rejected with %s, by a text that shows nothing of it', (_, address) => {
    const { message } = problemsOf({ ...least, REDIS_URL: address });
    expect(message).toContain(
      'REDIS_URL must be an address such as rediss://user:password@redis.example:6380',
    );
    expect(message).toContain('write % as %25');
    expect(message).not.toMatch(/mellon|friend/);
  });

  it('does not go with an identity that has no name', () => {
    const managed = { CALLER_AUTH: 'none', AZURE_MANAGED_IDENTITY: 'system' };
    expect(wrongSettings({ ...managed, REDIS_URL: 'rediss://redis.example:6380' })).toEqual(['REDIS_URL']);
  });

  it('is kept whole, and not shown, for it holds a password', () => {
    const { quota } = read({ ...least, REDIS_URL: url });
    expect(quota.redisUrl?.reveal()).toBe(url);
    expect(JSON.stringify(quota)).not.toContain(secrets.clientSecret);
  });
});

describe('PATH_PREFIX', () => {
  it.each([
    ['/defender', '/defender'],
    ['/defender/', '/defender'],
    ['/apps/machines-1.0_a~b', '/apps/machines-1.0_a~b'],
    ['/graphqls', '/graphqls'],
    ['/', ''],
  ])('may be %s', (given, prefix) => {
    expect(read({ ...least, PATH_PREFIX: given }).http.pathPrefix).toBe(prefix);
  });

  it.each([
    'defender',
    '/a b',
    '/a//b',
    '/..',
    '/a/../b',
    '/a?b',
    '/a%2fb',
    '/graphql',
    '/metrics/of',
    '/export',
    '//host',
  ])('must not be %s', (given) => {
    expect(wrongSettings({ ...least, PATH_PREFIX: given })).toEqual(['PATH_PREFIX']);
  });
});

describe('the port of the metrics', () => {
  it('listens on the address of the gateway, or on one of its own', () => {
    const anywhere = { ...least, HOST: '0.0.0.0', ALLOW_ANONYMOUS: 'true', METRICS_PORT: '9464' };
    expect(read(anywhere).metricsAt).toEqual({ host: '0.0.0.0', port: 9464, loopbackOnly: false });
    expect(read({ ...anywhere, METRICS_HOST: '[::1]' }).metricsAt).toMatchObject({ host: '::1' });
    expect(read({ ...least, METRICS_PORT: '0' }).metricsAt).toEqual({
      host: '127.0.0.1',
      port: 0,
      loopbackOnly: true,
    });
    expect(read({ ...least, METRICS_PORT: '0', METRICS_HOST: '10.0.0.7' }).metricsAt).toMatchObject({
      loopbackOnly: false,
    });
  });

  it('is another one than that of the gateway, and METRICS_HOST alone is none', () => {
    expect(wrongSettings({ ...least, METRICS_PORT: '4000' })).toEqual(['METRICS_PORT']);
    expect(wrongSettings({ ...least, METRICS_HOST: '10.0.0.7' })).toEqual(['METRICS_HOST']);
    expect(read({ ...least, PORT: '0', METRICS_PORT: '0' }).metricsAt?.port).toBe(0);
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
    const { signIn: credential } = read(least).upstream;
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
    const { signIn: credential } = readConfig(
      { ...rest, AZURE_CLIENT_CERTIFICATE_PATH: '/run/cert.pem' },
      (path) => {
        paths.push(path);
        return pem;
      },
    ).upstream;
    expect(paths).toEqual(['/run/cert.pem']);
    const proof = credential.kind === 'entra' ? credential.application.proof : undefined;
    expect(proof?.kind === 'certificate' && pem.startsWith(proof.certificate.x5c.trim())).toBe(true);
    expect(secretsIn(JSON.stringify(credential))).toEqual([]);
  });

  it('is rejected where the file holds no certificate with its key, and the file is not quoted', () => {
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
    [
      'a managed identity beside a secret',
      { ...entra, AZURE_MANAGED_IDENTITY: 'system' },
      'AZURE_CLIENT_SECRET',
    ],
    [
      'a user-assigned identity that is not named',
      { CALLER_AUTH: 'none', AZURE_MANAGED_IDENTITY: 'user' },
      'AZURE_CLIENT_ID',
    ],
    ['no secret', { ...entra, AZURE_CLIENT_SECRET: '' }, 'AZURE_CLIENT_SECRET'],
    ['no tenant', { ...entra, AZURE_TENANT_ID: ' ' }, 'AZURE_TENANT_ID'],
    ['no client id', { ...entra, AZURE_CLIENT_ID: undefined }, 'AZURE_CLIENT_ID'],
  ])('is rejected with %s', (_, environment, name) => {
    expect(wrongSettings(environment)).toEqual([name]);
  });

  it('is rejected without anything, naming all that could be set', () => {
    const { message } = problemsOf({ CALLER_AUTH: 'none' });
    for (const name of [
      'AZURE_TENANT_ID',
      'AZURE_CLIENT_ID',
      'AZURE_CLIENT_SECRET',
      'AZURE_CLIENT_CERTIFICATE_PATH',
      'AZURE_FEDERATED_TOKEN_FILE',
      'AZURE_MANAGED_IDENTITY',
      'MACHINES_API_TOKEN',
    ]) {
      expect(message).toContain(name);
    }
  });

  it('is rejected where the certificate cannot be read, with the reason but not the path', () => {
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

  it('is a managed identity, of the host or by its client id', () => {
    const managed = { CALLER_AUTH: 'none', AZURE_MANAGED_IDENTITY: 'system' };
    expect(read(managed).upstream.signIn).toMatchObject({
      kind: 'managed-identity',
      identity: { clientId: undefined, scope: 'https://api.securitycenter.microsoft.com/.default' },
    });
    expect(
      read({ ...managed, AZURE_MANAGED_IDENTITY: 'user', AZURE_CLIENT_ID: guid }).upstream.signIn,
    ).toMatchObject({ identity: { clientId: guid } });
  });

  it('is an app registration with a federated token, whose file must be there', () => {
    const federated = { ...entra, AZURE_CLIENT_SECRET: undefined, AZURE_FEDERATED_TOKEN_FILE: '/run/token' };
    expect(application(federated).proof).toEqual({ kind: 'federated', tokenFile: '/run/token' });
    const { problems } = problemsOf(federated, () => {
      throw Object.assign(new Error('no'), { code: 'EACCES' });
    });
    expect(problems).toEqual([
      { setting: 'AZURE_FEDERATED_TOKEN_FILE', problem: 'names a file that cannot be read (EACCES)' },
    ]);
  });

  it('shows no secret when the configuration is printed', () => {
    const text = JSON.stringify([read(least), read(entra)]);
    expect(text).not.toContain(secrets.token);
    expect(text).not.toContain(secrets.clientSecret);
  });
});

describe('the check of callers', () => {
  it('must be chosen by name', () => {
    expect(wrongSettings({ MACHINES_API_TOKEN: secrets.token })).toEqual(['CALLER_AUTH']);
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.8.9.10', '127.8.9.10'],
    ['localhost', '127.0.0.1'],
    ['::1', '::1'],
    ['[::1]', '::1'],
  ])('may be anybody on %s, where it listens on %s', (host, address) => {
    expect(read({ ...least, HOST: host }).http.host).toBe(address);
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

describe('callers with a token', () => {
  const callers = { ...entra, CALLER_AUTH: 'entra', CALLER_SCOPES: 'Machines.Read' };
  const oidc = {
    ...least,
    CALLER_AUTH: 'oidc',
    CALLER_ISSUER: 'https://id.example/realms/staff',
    CALLER_AUDIENCES: 'machines',
    CALLER_ROLES: 'reader',
  };

  it('are those of the own tenant, with tokens for the app registration', () => {
    expect(read(callers).callers.rules).toEqual({
      kind: 'entra',
      authorityHost: 'login.microsoftonline.com',
      tenantIds: [guid],
      audiences: [guid, `api://${guid}`],
      scopes: ['Machines.Read'],
      roles: [],
      ofUser: false,
    });
  });

  it('may be of other tenants, and hold one of several scopes or roles', () => {
    const other = 'AAAAAAAA-2222-4333-8444-555555555555';
    const rules = read({
      ...callers,
      CALLER_TENANTS: `${guid}, ${other}`,
      CALLER_SCOPES: 'a,b c',
      CALLER_ROLES: 'r',
      CALLER_AUDIENCES: 'x',
    }).callers.rules;
    expect(rules).toMatchObject({
      tenantIds: [guid, other.toLowerCase()],
      scopes: ['a', 'b', 'c'],
      roles: ['r'],
      audiences: ['x'],
    });
  });

  it('may be of another issuer', () => {
    expect(read(oidc).callers.rules).toEqual({
      kind: 'oidc',
      issuer: 'https://id.example/realms/staff',
      audiences: ['machines'],
      scopes: [],
      roles: ['reader'],
      ofUser: false,
    });
  });

  it('let the gateway listen to the network', () => {
    const { http } = read({ ...callers, HOST: '0.0.0.0' });
    expect(http).toMatchObject({ host: '0.0.0.0', loopbackOnly: false });
  });

  it.each([
    ['no scope and no role', { ...callers, CALLER_SCOPES: '' }, 'CALLER_SCOPES'],
    ['a tenant by name', { ...callers, AZURE_TENANT_ID: 'contoso.example' }, 'CALLER_TENANTS'],
    ['tenants that are no ids', { ...callers, CALLER_TENANTS: 'contoso.example' }, 'CALLER_TENANTS'],
    ['no issuer', { ...oidc, CALLER_ISSUER: '' }, 'CALLER_ISSUER'],
    ['an issuer without TLS', { ...oidc, CALLER_ISSUER: 'http://id.example' }, 'CALLER_ISSUER'],
    ['no audience', { ...oidc, CALLER_AUDIENCES: '' }, 'CALLER_AUDIENCES'],
    ['scopes that nobody checks', { ...least, CALLER_SCOPES: 'a' }, 'CALLER_SCOPES'],
    ['an issuer that is not asked', { ...callers, CALLER_ISSUER: 'https://id.example' }, 'CALLER_ISSUER'],
    ['tenants of another issuer', { ...oidc, CALLER_TENANTS: guid }, 'CALLER_TENANTS'],
    ['a scope in quotes', { ...callers, CALLER_SCOPES: 'a"b' }, 'CALLER_SCOPES'],
    ['on behalf of nobody', { ...entra, UPSTREAM_IDENTITY: 'caller' }, 'UPSTREAM_IDENTITY'],
    ['on behalf of users of another issuer', { ...oidc, UPSTREAM_IDENTITY: 'caller' }, 'UPSTREAM_IDENTITY'],
    [
      'on behalf of users, with a fixed token',
      { ...callers, ...least, CALLER_AUTH: 'entra', AZURE_CLIENT_SECRET: '', UPSTREAM_IDENTITY: 'caller' },
      'UPSTREAM_IDENTITY',
    ],
    [
      'row rules beside the rights of users',
      { ...callers, UPSTREAM_IDENTITY: 'caller', ROW_RULES_PATH: '/rules' },
      'ROW_RULES_PATH',
    ],
    ['scopes with an address', { ...callers, CALLER_SCOPES: 'api://x/Machines.Read' }, 'CALLER_SCOPES'],
    ['leave for anybody beside a check', { ...callers, ALLOW_ANONYMOUS: 'on' }, 'ALLOW_ANONYMOUS'],
    ['an issuer with a password', { ...oidc, CALLER_ISSUER: 'https://a:b@id.example' }, 'CALLER_ISSUER'],
    [
      'on behalf of users of another tenant',
      { ...callers, UPSTREAM_IDENTITY: 'caller', CALLER_TENANTS: guid.replace('1', '2') },
      'CALLER_TENANTS',
    ],
    ['row rules for anybody', { ...least, ROW_RULES_PATH: '/rules' }, 'ROW_RULES_PATH'],
    ['row rules that are none', { ...callers, ROW_RULES_PATH: '/rules' }, 'ROW_RULES_PATH'],
  ])('are rejected with %s', (_, environment, name) => {
    expect(wrongSettings(environment)).toEqual([name]);
  });

  it('have their row rules read, of any number of device groups', () => {
    const ruled = { ...callers, ROW_RULES_PATH: '/rules' };
    const file = (groups: number) => () =>
      JSON.stringify({
        rules: [
          { claim: 'roles', value: 'a', deviceGroups: Array.from({ length: groups }, (_, index) => index) },
        ],
      });
    expect(readConfig(ruled, file(500)).callers.rowRules?.rules).toHaveLength(1);
    const two = { ...ruled, CALLER_TENANTS: `${guid}, ${guid.replace('1', '2')}` };
    expect(problemsOf(two, file(1)).problems).toEqual([
      {
        setting: 'ROW_RULES_PATH',
        problem: expect.stringContaining('holds a rule (rules.0) without "tenant"'),
      },
    ]);
  });
});

describe('a secret in a file', () => {
  const files: Readonly<Record<string, string>> = {
    '/run/secrets/token': `${secrets.token}\n`,
    '/run/secrets/windows': `${secrets.token}\r\n`,
    '/run/secrets/client': secrets.clientSecret,
    '/run/secrets/redis': 'rediss://user:pass-word-1@redis.example:6380\n',
    '/run/secrets/empty': '\n',
  };
  const readFile = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
    return text;
  };
  const none = { CALLER_AUTH: 'none' };

  it.each(['/run/secrets/token', '/run/secrets/windows'])(
    'is read without the line break at its end: %s',
    (path) => {
      const { signIn: credential } = readConfig(
        { ...none, MACHINES_API_TOKEN_FILE: path },
        readFile,
      ).upstream;
      expect(credential.kind === 'fixed' && credential.token.reveal()).toBe(secrets.token);
    },
  );

  it('is accepted for each secret', () => {
    const { AZURE_CLIENT_SECRET: _, ...rest } = entra;
    const config = readConfig(
      { ...rest, AZURE_CLIENT_SECRET_FILE: '/run/secrets/client', REDIS_URL_FILE: '/run/secrets/redis' },
      readFile,
    );
    const { signIn: credential } = config.upstream;
    if (credential.kind !== 'entra' || credential.application.proof.kind !== 'secret')
      throw new Error('No secret.');
    expect(credential.application.proof.secret.reveal()).toBe(secrets.clientSecret);
    expect(config.quota.redisUrl?.reveal()).toBe('rediss://user:pass-word-1@redis.example:6380');
  });

  it.each([
    [
      'is set beside the setting itself',
      { MACHINES_API_TOKEN: 'a', MACHINES_API_TOKEN_FILE: '/run/secrets/token' },
      'MACHINES_API_TOKEN is set beside MACHINES_API_TOKEN_FILE; keep one of them.',
    ],
    [
      'is not there',
      { MACHINES_API_TOKEN_FILE: '/nowhere' },
      'MACHINES_API_TOKEN names a file that cannot be read (ENOENT) by MACHINES_API_TOKEN_FILE.',
    ],
    [
      'is empty',
      { MACHINES_API_TOKEN_FILE: '/run/secrets/empty' },
      'MACHINES_API_TOKEN is empty in the file that MACHINES_API_TOKEN_FILE names.',
    ],
    [
      'holds what the setting does not take',
      { ...least, REDIS_URL_FILE: '/run/secrets/token' },
      'REDIS_URL must be an address such as rediss://user:password@redis.example:6380,',
    ],
  ])('stops the start where it %s, and does not show it', (_, environment, says) => {
    const { message } = problemsOf({ ...none, ...environment }, readFile);
    expect(message).toContain(says);
    expect(secretsIn(message)).toEqual([]);
  });

  it('is no form of a setting that is no secret', () => {
    expect(readConfig({ ...least, PORT_FILE: '/nowhere' }, readFile).http.port).toBe(4000);
  });
});

describe('CORS_ORIGINS', () => {
  it('is a list of exact origins', () => {
    expect(
      read({ ...least, CORS_ORIGINS: 'https://a.example , http://localhost:3000' }).http.corsOrigins,
    ).toEqual(['https://a.example', 'http://localhost:3000']);
  });

  it.each([
    '*',
    'https://*.example',
    'https://a.example/',
    'https://a.example/path',
    'a.example',
    'null',
    'https://a.example,',
    'https://A.example',
    'https://a.example:443',
    'file:///a',
    'https://user@a.example',
  ])('rejects %s', (origins) => {
    expect(problemsOf({ ...least, CORS_ORIGINS: origins }).message).toMatch(
      /CORS_ORIGINS must be a list of exact origins/,
    );
  });
});

describe('a retired setting', () => {
  it('is rejected at the start, with what to set in its place: EXTRA_CA_PATH', () => {
    const { message } = problemsOf({ ...least, EXTRA_CA_PATH: '/ca.pem' });
    expect(message).toContain('EXTRA_CA_PATH is no longer a setting; set NODE_EXTRA_CA_CERTS');
    expect(message).not.toContain('/ca.pem');
  });

  it('is passed over where it is empty', () => {
    expect(() => read({ ...least, EXTRA_CA_PATH: '' })).not.toThrow();
  });
});

describe('the proxy', () => {
  const addresses = (environment: Environment) => {
    const { https, http, except } = read({ ...least, ...environment }).proxies;
    return { https: https?.reveal(), http: http?.reveal(), except };
  };

  it('is named in upper or lower case, the lower going first', () => {
    expect(addresses({ HTTPS_PROXY: 'http://a.example:1', NO_PROXY: 'x' })).toEqual({
      https: 'http://a.example:1',
      http: undefined,
      except: 'x',
    });
    expect(addresses({ https_proxy: 'http://b.example:2', http_proxy: 'http://c:3', no_proxy: 'y' })).toEqual(
      {
        https: 'http://b.example:2',
        http: 'http://c:3',
        except: 'y',
      },
    );
    expect(addresses({ HTTPS_PROXY: 'http://a.example:1', https_proxy: 'http://b.example:2' }).https).toBe(
      'http://b.example:2',
    );
  });

  it.each([
    ['proxy.example:8080', 'http://proxy.example:8080'],
    ['user:secret@proxy.example:8080', 'http://user:secret@proxy.example:8080'],
    ['https://proxy.example', 'https://proxy.example'],
    ['http://us%40er:p%2Fw%25@[::1]:3128/', 'http://us%40er:p%2Fw%25@[::1]:3128/'],
  ])('may be written %s', (text, address) => {
    expect(addresses({ HTTPS_PROXY: text }).https).toBe(address);
  });

  it.each([
    'socks5://proxy.example:1080',
    'http://proxy.example/path',
    'http://user:xyz/zy@proxy.example',
    'http://user:12/zy@proxy.example',
    'http://user:xyz@zy@proxy.example',
    'http://user:xyz#zy@proxy.example',
    'http://user:xyz%zy@proxy.example',
    'http://user:xyz%ff@proxy.example',
    'http://user@proxy.example',
    'http://',
  ])('is rejected, and nothing of it shown: %s', (text) => {
    const { message } = problemsOf({ ...least, HTTPS_PROXY: text });
    expect(message).toContain('HTTPS_PROXY must be the address of an HTTP proxy');
    expect(message).not.toMatch(/xyz|zy@|12/);
  });

  it.each(['http://user:hush@proxy.example:8080', 'user:hush@proxy.example:8080'])(
    'is told in the log without user and password: %s',
    (text) => {
      const told = reportSettings({ ...least, https_proxy: text }).HTTPS_PROXY;
      expect(told).not.toMatch(/hush|user/);
      expect(told).toMatch(/^(set|http:\/\/proxy\.example:8080\/)$/);
    },
  );

  it('knows exceptions with suffixes, ports and IPv6 addresses; * means all', () => {
    expect(addresses({ NO_PROXY: ' .corp.example, ::1 [::1]:80 localhost:4010' }).except).toBe(
      '.corp.example,[::1],[::1]:80,localhost:4010',
    );
    expect(addresses({ NO_PROXY: 'a.example, *' }).except).toBe('*');
  });
});

describe('MACHINES_API_URL', () => {
  it.each([
    'https://api.example/defender',
    'https://api.example/defender/',
    'https://api.example/defender/api',
    'https://api.example/defender/api/',
    'https://api.example/defender/api/machines',
    'https://api.example/defender/api/machines/',
    'https://api.example/defender/api/v1.0',
    'https://api.example/defender/API/v1.0/Machines//',
  ])('may be copied as far as %s', (url) => {
    expect(read({ ...least, MACHINES_API_URL: url }).upstream.url).toBe('https://api.example/defender');
  });
});

describe('bounds', () => {
  it('of machines are five full pages', () => {
    expect(read({ ...least, MAX_PAGE_SIZE: '200' }).bounds.nodes).toBe(1_000);
    expect(read({ ...least, MAX_PAGE_SIZE: '200', MAX_REQUESTED_NODES: '300' }).bounds.nodes).toBe(300);
  });

  it('of machines must leave room for the largest page, where both are set', () => {
    const both = { MAX_PAGE_SIZE: '1000', MAX_REQUESTED_NODES: '999' };
    expect(problemsOf({ ...least, ...both }).message).toMatch(
      /MAX_REQUESTED_NODES must not be less than MAX_PAGE_SIZE/,
    );
  });

  it('of machines lower the size of the largest page, where that is not set', () => {
    const { maxPageSize, bounds } = read({ ...least, MAX_REQUESTED_NODES: '500' });
    expect([maxPageSize, bounds.nodes]).toEqual([500, 500]);
  });
});
