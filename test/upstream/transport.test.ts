import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTransport } from '../../src/upstream/transport.ts';
import { deferred } from '../support/deferred.ts';
import { startUpstream } from '../support/stand-in-upstream.ts';
import { ample, failure, get, transportTo, upstreamThat } from '../support/transport-calls.ts';

const text = JSON.stringify({
  value: Array.from({ length: 3_000 }, (_, index) => ({ id: `machine-${index}` })),
});

describe.concurrent('a time limit', () => {
  it('holds for connecting: a server that never completes the TLS handshake', async ({
    expect,
    onTestFinished: atEnd,
  }) => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    atEnd(async () => {
      for (const socket of sockets) socket.destroy();
      silent.close();
      await once(silent, 'close');
    });
    const { port } = silent.address() as AddressInfo;
    const transport = transportTo(`https://127.0.0.1:${port}`, { connectTimeoutMs: 100 }, atEnd);
    expect(await failure(get(transport))).toBe('timeout');
    expect(sockets).toHaveLength(1);
  });

  it("holds for the answer's head", async ({ expect, onTestFinished: atEnd }) => {
    const upstream = await upstreamThat(() => undefined, atEnd);
    const transport = transportTo(upstream.url, { headersTimeoutMs: 100 }, atEnd);
    expect(await failure(get(transport))).toBe('timeout');
    await expect.poll(upstream.abandoned).toBe(1);
  });

  it("holds between two pieces of the answer's body", async ({ expect, onTestFinished: atEnd }) => {
    const upstream = await upstreamThat((_, response) => {
      response.write('{"value":[');
    }, atEnd);
    const transport = transportTo(upstream.url, { bodyTimeoutMs: 100 }, atEnd);
    expect(await failure(get(transport))).toBe('timeout');
    await expect.poll(upstream.abandoned).toBe(1);
  });

  it('holds for the whole call, by its signal', async ({ expect, onTestFinished: atEnd }) => {
    const { url } = await upstreamThat(() => undefined, atEnd);
    expect(await failure(get(transportTo(url, {}, atEnd), '/', AbortSignal.timeout(50)))).toBe('timeout');
  });
});

describe('a call that cannot be made', () => {
  it('is broken where no server listens', async () => {
    const upstream = await startUpstream(() => undefined);
    await upstream.close();
    expect(await failure(get(transportTo(upstream.url)))).toBe('broken');
  });

  it('is broken where the answer is no HTTP', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(async () => {
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    expect(await failure(get(transportTo(`http://127.0.0.1:${port}`)))).toBe('broken');
  });

  it('is broken where fewer bytes come than were announced', async () => {
    const { url } = await upstreamThat((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"value":[', () => response.destroy());
    });
    expect(await failure(get(transportTo(url)))).toBe('broken');
  });
});

describe('an abort', () => {
  it('ahead of the answer closes the connection', async () => {
    const arrived = deferred();
    const upstream = await upstreamThat(() => arrived.resolve());
    const leaving = new AbortController();
    const answer = failure(get(transportTo(upstream.url), '/', leaving.signal));
    await arrived.promise;
    expect(upstream.abandoned()).toBe(0);

    leaving.abort();

    expect(await answer).toBe('aborted');
    await expect.poll(upstream.abandoned).toBe(1);
  });

  it.each(['identity', 'gzip'] as const)('amid the body closes the connection: %s', async (encoding) => {
    const arrived = deferred();
    const upstream = await upstreamThat((_, response) => {
      response.setHeader('content-encoding', encoding);
      response.write((encoding === 'gzip' ? gzipSync(text) : Buffer.from(text)).subarray(0, 1_000), () =>
        arrived.resolve(),
      );
    });
    const leaving = new AbortController();
    const answer = failure(get(transportTo(upstream.url), '/', leaving.signal));
    await arrived.promise;

    leaving.abort();

    expect(await answer).toBe('aborted');
    await expect.poll(upstream.abandoned).toBe(1);
  });

  it('ahead of the call sends nothing', async () => {
    const upstream = await upstreamThat((_, response) => response.end());
    expect(await failure(get(transportTo(upstream.url), '/', AbortSignal.abort()))).toBe('aborted');
    expect(upstream.requests).toHaveLength(0);
  });

  it('of one call leaves the others alone', async () => {
    const arrived = deferred();
    const held = deferred();
    const upstream = await upstreamThat(async ({ url }, response) => {
      if (url === '/leaving') return arrived.resolve();
      await held.promise;
      response.end('stayed');
    });
    const transport = transportTo(upstream.url);
    const leaving = new AbortController();
    const left = failure(get(transport, '/leaving', leaving.signal));
    const stayed = get(transport, '/staying');
    await arrived.promise;
    leaving.abort();
    expect(await left).toBe('aborted');
    held.resolve();
    expect((await stayed).body.join().toString()).toBe('stayed');
  });
});

describe('connections', () => {
  it('are kept and used again: for calls one after the other there are at most two', async () => {
    const upstream = await upstreamThat((_, response) => response.end('ok'));
    const transport = transportTo(upstream.url);
    for (let call = 0; call < 20; call += 1) await get(transport);
    expect(upstream.requests).toHaveLength(20);
    expect(upstream.connections()).toBeLessThanOrEqual(2);
  });

  it('are never more than `connections`, and calls beyond wait their turn', async () => {
    const held = deferred();
    const upstream = await upstreamThat(async (_, response) => {
      await held.promise;
      response.end('ok');
    });
    const transport = transportTo(upstream.url, { connections: 3 });
    const answers = Promise.all(Array.from({ length: 30 }, () => get(transport)));
    await expect.poll(() => upstream.requests.length).toBe(3);
    held.resolve();
    expect((await answers).map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
    expect([upstream.requests.length, upstream.connections()]).toEqual([30, 3]);
  });

  it('are closed with the transport once calls under way are done', async () => {
    const held = deferred();
    const upstream = await upstreamThat(async (_, response) => {
      await held.promise;
      response.end('done');
    });
    const transport = createTransport({ ...ample, url: upstream.url });
    const answer = get(transport);
    await expect.poll(() => upstream.requests.length).toBe(1);
    const closed = transport.close();
    held.resolve();
    expect((await answer).body.join().toString()).toBe('done');
    await closed;
    expect(await failure(get(transport))).toBe('broken');
  });
});

describe('the address of a call', () => {
  it.each([
    "/api/machines?$top=5&$filter=computerDnsName%20eq%20'O''Neil'",
    '/api/machines?$filter=a%2Bb%20%25%26%23%3F',
    '/api/machines?$filter=%c3%a4%C3%A4',
    '/a/../b//c?x=|{}[]^`"<>',
  ])('is sent exactly as written: %s', async (path) => {
    const upstream = await upstreamThat((_, response) => response.end());
    await get(transportTo(upstream.url), path);
    expect(upstream.requests[0]?.url).toBe(path);
  });

  it('goes behind the path of the configured address, with one slash between', async () => {
    const upstream = await upstreamThat((_, response) => response.end());
    const { port } = new URL(upstream.url);
    for (const url of [
      `${upstream.url}/defender`,
      `${upstream.url}/defender//`,
      // Other ways to write the same host, of another length.
      `http://127.1:${port}/defender`,
      `HTTP://0x7f.1:${port}/defender/`,
    ]) {
      await get(transportTo(url), '/api/machines');
    }
    expect(upstream.requests.map(({ url }) => url)).toEqual(Array(4).fill('/defender/api/machines'));
  });
});
