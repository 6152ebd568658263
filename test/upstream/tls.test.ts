import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { loopbackCertificate, type TlsCertificate } from '../../src/emulator/entra/tls-certificate.ts';
import { startGateway } from '../../src/gateway.ts';
import { runProgram } from '../support/program.ts';
import { freePort, hasRedisServer, startRedisServer } from '../support/redis-server.ts';
import { ask, type Reply } from '../support/running-gateway.ts';
import { secrets } from '../support/secrets.ts';
import { sendList, startTlsUpstream, startUpstream, type TlsUpstream } from '../support/stand-in-upstream.ts';
import { watchedLog } from '../support/watched-log.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

let certificate: TlsCertificate;
let other: TlsCertificate;
beforeAll(async () => {
  certificate = await loopbackCertificate();
  other = await loopbackCertificate();
});

async function start(
  environment: Readonly<Record<string, string>>,
  ca?: string,
): Promise<() => Promise<Reply>> {
  const config = readConfig(
    {
      CALLER_AUTH: 'none',
      FLEET: 'off',
      PORT: '0',
      MACHINES_API_TOKEN: secrets.token,
      UPSTREAM_RETRIES: '0',
      ...environment,
    },
    () => '',
  );
  const gateway = await startGateway(config, {
    log: watchedLog().log,
    ...(ca === undefined ? {} : { ca }),
  });
  closers.push(gateway.close);
  return () => ask(gateway.url, '{ machines { nodes { id } } }');
}

describe('TLS to upstream', () => {
  async function startTls(): Promise<TlsUpstream> {
    const upstream = await startTlsUpstream(certificate);
    closers.push(upstream.close);
    return upstream;
  }

  it('is rejected with an untrusted certificate, and no token is sent', async () => {
    const upstream = await startTls();
    const listing = await start({ MACHINES_API_URL: upstream.url });
    expect((await listing()).errors?.[0]?.extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(upstream.requests()).toBe(0);
  });

  it('is rejected where another authority is trusted', async () => {
    const upstream = await startTls();
    const listing = await start({ MACHINES_API_URL: upstream.url }, other.cert);
    expect((await listing()).errors?.[0]?.extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(upstream.requests()).toBe(0);
  });

  it('is accepted where the authority is added', async () => {
    const upstream = await startTls();
    const listing = await start({ MACHINES_API_URL: upstream.url }, certificate.cert);
    expect((await listing()).data).toEqual({ machines: { nodes: [{ id: 'a' }] } });
  });
});

describe('the authorities that Node itself trusts', () => {
  it.each([
    ['NODE_EXTRA_CA_CERTS', (file: string) => ({ NODE_EXTRA_CA_CERTS: file })],
    ['--use-openssl-ca', (file: string) => ({ NODE_OPTIONS: '--use-openssl-ca', SSL_CERT_FILE: file })],
  ])('are trusted at upstream: %s', async (_, trust) => {
    const upstream = await startTlsUpstream(certificate);
    closers.push(upstream.close);
    const folder = mkdtempSync(join(tmpdir(), 'authorities-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'ca.pem'), certificate.cert);
    const program = runProgram(['start'], {
      PORT: '0',
      CALLER_AUTH: 'none',
      FLEET: 'off',
      MACHINES_API_TOKEN: secrets.token,
      MACHINES_API_URL: upstream.url,
      ...trust(join(folder, 'ca.pem')),
    });
    const [, url = ''] = await program.says(/"url":"(http:[^"]+)\/graphql"/);
    expect((await ask(url, '{ machines { nodes { id } } }')).data).toEqual({
      machines: { nodes: [{ id: 'a' }] },
    });
  });
});

describe.skipIf(!hasRedisServer)('TLS to Redis (skipped where there is no redis-server)', () => {
  async function startTlsRedis() {
    const folder = mkdtempSync(join(tmpdir(), 'redis-tls-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'key.pem'), certificate.key, { mode: 0o600 });
    writeFileSync(join(folder, 'cert.pem'), certificate.cert);
    const tlsPort = await freePort();
    const redis = await startRedisServer([
      ...['--tls-port', String(tlsPort)],
      ...['--tls-cert-file', join(folder, 'cert.pem')],
      ...['--tls-key-file', join(folder, 'key.pem')],
      ...['--tls-ca-cert-file', join(folder, 'cert.pem')],
      ...['--tls-auth-clients', 'no'],
    ]);
    closers.push(redis.kill);
    return { url: `rediss://127.0.0.1:${tlsPort}`, keys: () => redis.send('DBSIZE') };
  }

  async function listThrough(redisUrl: string, ca: string | undefined): Promise<Reply> {
    const upstream = await startUpstream((_, response) => sendList(response, [{ id: 'a' }]));
    closers.push(upstream.close);
    const listing = await start({ MACHINES_API_URL: upstream.url, REDIS_URL: redisUrl }, ca);
    return listing();
  }

  it('is rejected with an untrusted certificate: nothing is shared, and queries are answered', async () => {
    const redis = await startTlsRedis();
    for (const ca of [undefined, other.cert]) {
      expect((await listThrough(redis.url, ca)).data).toEqual({ machines: { nodes: [{ id: 'a' }] } });
    }
    expect(await redis.keys()).toBe(':0\r\n');
  });

  it('is accepted where the authority is added', async () => {
    const redis = await startTlsRedis();
    expect((await listThrough(redis.url, certificate.cert)).data).toEqual({
      machines: { nodes: [{ id: 'a' }] },
    });
    await expect.poll(redis.keys).not.toBe(':0\r\n');
  });

  it('is accepted where NODE_EXTRA_CA_CERTS names the authority', async () => {
    const redis = await startTlsRedis();
    const upstream = await startUpstream((_, response) => sendList(response, [{ id: 'a' }]));
    closers.push(upstream.close);
    const folder = mkdtempSync(join(tmpdir(), 'authorities-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'ca.pem'), certificate.cert);
    const program = runProgram(['start'], {
      PORT: '0',
      CALLER_AUTH: 'none',
      FLEET: 'off',
      MACHINES_API_TOKEN: secrets.token,
      MACHINES_API_URL: upstream.url,
      REDIS_URL: redis.url,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    });
    const [, url = ''] = await program.says(/"url":"(http:[^"]+)\/graphql"/);
    await ask(url, '{ machines { nodes { id } } }');
    await expect.poll(redis.keys).not.toBe(':0\r\n');
  });
});
