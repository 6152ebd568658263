import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loopbackCertificate } from '../../src/emulator/entra/tls-certificate.ts';
import { openRedis, type RedisConnectionOptions, RedisFault } from '../../src/redis/redis-connection.ts';
import { systemTimers } from '../../src/timers.ts';
import { leadingTo } from '../support/leading-to.ts';
import { addressOf, freePort, hasRedisServer, startRedisServer } from '../support/redis-server.ts';
import { slowAccept } from '../support/slow-accept.ts';

const open = (url: string, options: Partial<RedisConnectionOptions> = {}) =>
  openRedis({
    address: addressOf(url),
    commandMs: 1_000,
    timers: systemTimers,
    onBroken: () => undefined,
    ...options,
  });

const startServer = async (...options: string[]) => {
  const server = await startRedisServer(options);
  onTestFinished(server.kill);
  return server;
};

describe.skipIf(!hasRedisServer)('a connection to Redis (skipped where there is no redis-server)', () => {
  it('carries large binary values both ways', async () => {
    const { url } = await startServer();
    const connection = await open(url);
    const value = Buffer.from(Array.from({ length: 2_000_000 }, (_, index) => index % 256));
    await connection.send(['SET', 'key', value], 5_000);
    expect(value.equals((await connection.send(['GET', 'key'], 5_000)) as Buffer)).toBe(true);
    connection.close();
  });

  it('signs in, and says which of user and password is wrong by its code alone', async () => {
    const { url, send, port } = await startServer();
    await send('CONFIG', 'SET', 'requirepass', 'p@ss/word');
    await expect(open(url)).rejects.toMatchObject({ code: 'NOAUTH' });
    const wrong = open(`redis://:mellon@127.0.0.1:${port}`);
    await expect(wrong).rejects.toMatchObject({ code: 'WRONGPASS' });
    await expect(wrong).rejects.not.toThrow('mellon');
    expect(await send('PING')).toMatch(/NOAUTH/);
    const connection = await open(`redis://default:p%40ss%2Fword@127.0.0.1:${port}`);
    expect(connection.runId).toMatch(/^[0-9a-f]{40}$/);
    connection.close();
  });

  it('has time for a slow handshake, though another address of its host rejects', async () => {
    const server = await startServer('--tcp-backlog', '1');
    const slow = slowAccept(server);
    onTestFinished(slow.close);
    await slow.hold();
    const lookup = leadingTo('127.0.0.1', '127.0.0.2');
    const opening = open(`redis://redis.example:${server.port}`, { commandMs: 10_000, lookup });
    // Longer than the 250 ms that Node gives each address.
    const held = setTimeout(slow.resume, 700);
    onTestFinished(() => clearTimeout(held));
    const connection = await opening;
    expect(connection.runId).toMatch(/^[0-9a-f]{40}$/);
    connection.close();
  });

  it('is not made where the database is rejected, rather than lead to another one', async () => {
    const { url } = await startServer('--databases', '1');
    await expect(open(`${url}/3`)).rejects.toBeInstanceOf(RedisFault);
  });

  it('reports a break once, and no close of ours', async () => {
    const server = await startServer();
    let broken = 0;
    const onBroken = (): void => void broken++;
    const [closed] = [await open(server.url, { onBroken }), await open(server.url, { onBroken })];
    closed.close();
    await server.kill();
    await expect.poll(() => broken).toBe(1);
  });
});

describe('a server that is not ready', () => {
  it('is said to be loading', async () => {
    const server = createServer((socket) => {
      socket.on('data', () => socket.write('-LOADING Redis is loading the dataset in memory\r\n'));
      socket.on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await expect(open(`redis://127.0.0.1:${port}`)).rejects.toThrow('LOADING. It is still loading its data.');
  });

  it('is reported by the code of the system', async () => {
    await expect(open(`redis://127.0.0.1:${await freePort()}`)).rejects.toThrow(
      'Redis failed at a connection: ECONNREFUSED.',
    );
  });
});

describe.skipIf(!hasRedisServer)('TLS to Redis (skipped where there is no redis-server)', () => {
  /** Serves many names at one address: closes at once where no name is told. */
  const startNamedServer = async (isNameNeeded: boolean) => {
    const redis = await startServer();
    const certificate = await loopbackCertificate();
    const names: (string | false | undefined)[] = [];
    const server = createTlsServer({ key: certificate.key, cert: certificate.cert }, (near) => {
      const { servername } = near as { servername?: string | false };
      names.push(servername);
      if (isNameNeeded && typeof servername !== 'string') return near.destroy();
      const far = connect(redis.port, '127.0.0.1');
      for (const socket of [near, far]) socket.on('error', () => undefined);
      near.pipe(far).pipe(near);
      near.on('close', () => far.destroy());
      return undefined;
    });
    server.on('tlsClientError', () => undefined);
    server.listen(0);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return { port: (server.address() as AddressInfo).port, names, ca: [certificate.cert] };
  };

  it('names the server, as addresses that many servers share need it', async () => {
    const { port, names, ca } = await startNamedServer(true);
    const connection = await open(`rediss://localhost:${port}`, { ca });
    expect(String(await connection.send(['PING']))).toBe('PONG');
    expect(names).toEqual(['localhost']);
    connection.close();
  });

  it('goes to an address by number as well, which has no name', async () => {
    const { port, names, ca } = await startNamedServer(false);
    const connection = await open(`rediss://127.0.0.1:${port}`, { ca });
    expect(String(await connection.send(['PING']))).toBe('PONG');
    expect(names.map((name) => name || 'none')).toEqual(['none']);
    connection.close();
  });

  it('is rejected with an untrusted certificate', async () => {
    const { port } = await startNamedServer(false);
    await expect(open(`rediss://localhost:${port}`)).rejects.toThrow('DEPTH_ZERO_SELF_SIGNED_CERT');
  });
});
