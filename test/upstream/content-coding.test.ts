import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRowReader, type RowReader } from '../../src/upstream/row-reader.ts';
import type { Transport } from '../../src/upstream/transport.ts';
import { failure, get, maxResponseBytes, transportTo, upstreamThat } from '../support/transport-calls.ts';

const text = JSON.stringify({
  value: Array.from({ length: 3_000 }, (_, index) => ({ id: `machine-${index}` })),
});
const coded = {
  gzip: gzipSync(text),
  'x-gzip': gzipSync(text),
  GZIP: gzipSync(text),
  deflate: deflateSync(text),
  br: brotliCompressSync(text),
  identity: Buffer.from(text),
} as const;

describe('the content coding of an answer', () => {
  const sent = (encoding: string | undefined, body: Buffer) =>
    upstreamThat((_, response) => {
      if (encoding !== undefined) response.setHeader('content-encoding', encoding);
      response.end(body);
    });

  it.each(Object.entries(coded))('is undone: %s', async (encoding, body) => {
    const answer = await get(transportTo((await sent(encoding, body)).url));
    expect(answer.body.join().toString()).toBe(text);
  });

  it('may be missing', async () => {
    expect((await get(transportTo((await sent(undefined, coded.identity)).url))).body.join().toString()).toBe(
      text,
    );
  });

  it('is undone where deflate is sent without its zlib frame, as some servers do', async () => {
    const answer = await get(transportTo((await sent('deflate', deflateRawSync(text))).url));
    expect(answer.body.join().toString()).toBe(text);
  });

  it.each([1, 9])('is undone for deflate of every level: %i', async (level) => {
    for (const body of [deflateSync(text, { level }), deflateRawSync(text, { level })]) {
      expect((await get(transportTo((await sent('deflate', body)).url))).body.join().toString()).toBe(text);
    }
  });

  it('of nothing is nothing', async () => {
    expect((await get(transportTo((await sent('gzip', Buffer.alloc(0))).url))).body).toHaveLength(0);
  });

  it('is undone byte by byte where it comes so', async () => {
    const body = gzipSync('{"value":[]}');
    const { url } = await upstreamThat(async (_, response) => {
      response.setHeader('content-encoding', 'gzip');
      for (const byte of body) {
        await new Promise<void>((resolve) => response.write(Buffer.of(byte), () => resolve()));
      }
      response.end();
    });
    expect((await get(transportTo(url))).body.join().toString()).toBe('{"value":[]}');
  });

  it('is announced upstream: only codings that can be decoded', async () => {
    const upstream = await sent(undefined, coded.identity);
    await get(transportTo(upstream.url));
    expect(upstream.requests[0]?.headers['accept-encoding']).toBe('gzip, deflate, br');
  });
});

describe('a body that is rejected', () => {
  const zeros = Buffer.alloc(50_000_000);
  const bodies = {
    'an unknown content coding': ['broken', 'zstd', Buffer.alloc(200_000, 1)],
    'two content codings': ['broken', 'gzip, br', coded.gzip],
    'no gzip at all': ['broken', 'gzip', Buffer.alloc(400_000, 'x')],
    'a gzip that ends in its middle': ['broken', 'gzip', coded.gzip.subarray(0, coded.gzip.length / 2)],
    'a deflate that ends in its middle': [
      'broken',
      'deflate',
      coded.deflate.subarray(0, coded.deflate.length / 2),
    ],
    'a gzip bomb': ['too-large', 'gzip', gzipSync(zeros)],
    'a brotli bomb': ['too-large', 'br', brotliCompressSync(zeros)],
    'a large plain body': ['too-large', undefined, zeros],
  } as const;

  let rows: RowReader;
  beforeAll(() => {
    rows = createRowReader(() => undefined);
  });
  afterAll(() => rows.close());

  /** As a list of machines is asked for, whose body goes to a thread where it is large. */
  const getList = (transport: Transport) =>
    transport.get('/', {
      headers: {},
      signal: new AbortController().signal,
      take: (body, coded) => rows.open(3_000).take(body, coded),
    });

  it.each(
    Object.entries(bodies).flatMap(([what, body]) => [
      [what, 'of any answer', get, body] as const,
      [what, 'of a list', getList, body] as const,
    ]),
  )(
    'does not keep its connection from the next call: %s, %s',
    async (_, _of, ask, [kind, encoding, body]) => {
      const { url } = await upstreamThat(({ url: path }, response) => {
        if (path === '/good') return response.end('good');
        if (encoding !== undefined) response.setHeader('content-encoding', encoding);
        return response.end(body);
      });
      const transport = transportTo(url, { connections: 1 });

      expect(await failure(ask(transport))).toBe(kind);

      expect((await get(transport, '/good', AbortSignal.timeout(5_000))).body.join().toString()).toBe('good');
    },
  );

  it('is accepted up to its last byte: the bound itself is allowed', async () => {
    const { url } = await upstreamThat(({ url: path }, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(Buffer.alloc(Number(path?.slice(1)))));
    });
    const transport = transportTo(url);
    expect((await get(transport, `/${maxResponseBytes}`)).body).toHaveLength(maxResponseBytes);
    expect(await failure(get(transport, `/${maxResponseBytes + 1}`))).toBe('too-large');
  });
});
