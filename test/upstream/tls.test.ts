import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { loopbackCertificate, type TlsCertificate } from '../../src/emulator/entra/tls-certificate.ts';
import { startGateway } from '../../src/gateway.ts';
import { freePort, hasRedisServer, startRedisServer } from '../support/redis-server.ts';
import { ask, type Reply } from '../support/running-gateway.ts';
import { secrets } from '../support/secrets.ts';
import { sendList, startUpstream } from '../support/stand-in-upstream.ts';
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
      PORT: '0',
      MACHINES_API_TOKEN: secrets.token,
      UPSTREAM_RETRIES: '0',
      ...(ca === undefined ? {} : { EXTRA_CA_PATH: '/ca.pem' }),
      ...environment,
    },
    () => ca ?? '',
  );
  const gateway = await startGateway(config, { log: watchedLog().log, now: Date.now });
  closers.push(gateway.close);
  return () => ask(gateway.url, '{ machines { nodes { id } } }');
}

describe('TLS to upstream', () => {
  async function startTlsUpstream(): Promise<{ readonly url: string; readonly requests: () => number }> {
    let requests = 0;
    const server = createServer({ key: certificate.key, cert: certificate.cert }, (_, response) => {
      requests += 1;
      sendList(response, [{ id: 'a' }]);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    });
    return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests };
  }

  it('is refused with a certificate of nobody that is trusted, and no token is sent', async () => {
    const upstream = await startTlsUpstream();
    const listing = await start({ MACHINES_API_URL: upstream.url });
    expect((await listing()).errors?.[0]?.extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(upstream.requests()).toBe(0);
  });

  it('is refused where another authority is trusted', async () => {
    const upstream = await startTlsUpstream();
    const listing = await start({ MACHINES_API_URL: upstream.url }, other.cert);
    expect((await listing()).errors?.[0]?.extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(upstream.requests()).toBe(0);
  });

  it('is taken where EXTRA_CA_PATH names the authority', async () => {
    const upstream = await startTlsUpstream();
    const listing = await start({ MACHINES_API_URL: upstream.url }, certificate.cert);
    expect((await listing()).data).toEqual({ machines: { nodes: [{ id: 'a' }] } });
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

  it('is refused with a certificate of nobody that is trusted: nothing is shared, and queries are answered', async () => {
    const redis = await startTlsRedis();
    for (const ca of [undefined, other.cert]) {
      expect((await listThrough(redis.url, ca)).data).toEqual({ machines: { nodes: [{ id: 'a' }] } });
    }
    expect(await redis.keys()).toBe(':0\r\n');
  });

  it('is taken where EXTRA_CA_PATH names the authority', async () => {
    const redis = await startTlsRedis();
    expect((await listThrough(redis.url, certificate.cert)).data).toEqual({
      machines: { nodes: [{ id: 'a' }] },
    });
    await expect.poll(redis.keys).not.toBe(':0\r\n');
  });
});
