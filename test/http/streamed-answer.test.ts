import { once } from 'node:events';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { sendStreamed } from '../../src/http/streamed-answer.ts';
import { type CutReason, UnsentAnswers } from '../../src/http/unsent-answers.ts';
import { connectRaw, type RawConnection } from '../support/raw-http.ts';
import { until } from '../support/until.ts';

const pieceBytes = 100_000;

interface Streams {
  readonly url: string;
  /** Pieces that were made so far. */
  made: number;
  /** Whether the body was ended by its reader. */
  isReturned: boolean;
  /** What sending came to. */
  outcome: Promise<unknown>;
  readonly cuts: CutReason[];
}

let server: FastifyInstance | undefined;
const connections: RawConnection[] = [];
afterEach(async () => {
  for (const { socket } of connections.splice(0)) socket.destroy();
  await server?.close();
});

/** A server that streams pieces of noise, which no coding makes smaller. @param most then it fails with `failure`, or ends */
async function start(
  signal: AbortSignal,
  { most = Number.POSITIVE_INFINITY, failure = undefined as Error | undefined, timeoutMs = 600_000 } = {},
): Promise<Streams> {
  const { randomBytes } = await import('node:crypto');
  const unsent = new UnsentAnswers({
    timeoutMs,
    maxBytes: 2 ** 30,
    onCut: (_, reason) => streams.cuts.push(reason),
  });
  const options = { compression: true, headersNow: () => ({}), unsent, signal };
  async function* pieces(): AsyncGenerator<Buffer, void> {
    try {
      for (; streams.made < most; streams.made++) yield randomBytes(pieceBytes);
      if (failure !== undefined) throw failure;
    } finally {
      streams.isReturned = true;
    }
  }
  server = Fastify();
  server.get('/', async (request, reply) => {
    const body = request.headers['if-none-match'] === undefined ? pieces() : undefined;
    const headers = { 'content-type': 'text/plain' };
    const sent = sendStreamed(request, reply, { headers, version: 'v1', pieces: body }, options);
    streams.outcome = sent.then(
      () => 'sent',
      (error: unknown) => error,
    );
    await streams.outcome;
    return reply;
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const streams: Streams = { url, made: 0, isReturned: false, outcome: Promise.resolve(), cuts: [] };
  return streams;
}

async function ask({ url }: Streams, coding: string, method = 'GET'): Promise<RawConnection> {
  const connection = await connectRaw(url);
  connections.push(connection);
  connection.send(`${method} / HTTP/1.1\r\nhost: localhost\r\naccept-encoding: ${coding}\r\n\r\n`);
  return connection;
}

/** Asks, and takes nothing of the answer. */
async function askAndNotRead(streams: Streams, coding: string): Promise<RawConnection> {
  const connection = await ask(streams, coding);
  connection.socket.pause();
  return connection;
}

/** Waits until no further piece is made. */
async function untilItRests(streams: Streams): Promise<number> {
  let last = -1;
  await until(
    async () => {
      const isSame = streams.made > 0 && streams.made === last;
      last = streams.made;
      expect(isSame).toBe(true);
    },
    { intervalMs: 300 },
  );
  return last;
}

const lastChunk = '\r\n0\r\n\r\n';

describe.each(['identity', 'gzip', 'br'])('a streamed answer, %s', (coding) => {
  it('is made no further than its reader takes it', async () => {
    const streams = await start(new AbortController().signal);
    const { socket } = await askAndNotRead(streams, coding);
    const before = await untilItRests(streams);
    // What the system buffers for both sides of a connection, and some.
    expect(before * pieceBytes).toBeLessThan(20_000_000);
    socket.resume();
    await until(async () => expect(streams.made).toBeGreaterThan(before + 100));
  });

  it('ends with its signal: its connection closes ahead of the last chunk', async () => {
    const stop = new AbortController();
    const streams = await start(stop.signal);
    const { socket, closed, received } = await askAndNotRead(streams, coding);
    await untilItRests(streams);
    stop.abort();
    expect(await streams.outcome).toMatchObject({ name: 'AbortError' });
    expect(streams.isReturned).toBe(true);
    socket.resume();
    await closed;
    expect(received().endsWith(lastChunk)).toBe(false);
  });

  it('is cut off where nothing of it is taken in time', async () => {
    const stop = new AbortController();
    const streams = await start(stop.signal, { timeoutMs: 100 });
    server?.server.on('connection', (socket) => socket.once('close', () => stop.abort()));
    const { socket, closed } = await askAndNotRead(streams, coding);
    await until(async () => expect(streams.cuts).toEqual(['timeout']));
    socket.resume();
    await closed;
    expect(await streams.outcome).toBeInstanceOf(Error);
    expect(streams.isReturned).toBe(true);
  });

  it('that fails on the way ends as incomplete for its reader', async () => {
    const failure = new Error('The rows are gone.');
    const streams = await start(new AbortController().signal, { most: 3, failure });
    const { closed, received } = await ask(streams, coding);
    await closed;
    expect(received()).toContain('200 OK');
    expect(received().endsWith(lastChunk)).toBe(false);
    expect(await streams.outcome).toBe(failure);
  });

  it('leaves its connection to the next request', async () => {
    const streams = await start(new AbortController().signal, { most: 2 });
    const { received, send } = await ask(streams, coding);
    await until(async () => expect(received().endsWith(lastChunk)).toBe(true));
    send('GET / HTTP/1.1\r\nhost: localhost\r\nif-none-match: W/"v1"\r\n\r\n');
    await until(async () => expect(received()).toMatch(/304 Not Modified[\s\S]*\r\n\r\n$/));
    expect(await streams.outcome).toBe('sent');
  });
});

describe('the answer to a HEAD request', () => {
  it('has no body, and ends that of its GET', async () => {
    const streams = await start(new AbortController().signal);
    const { received, socket } = await ask(streams, 'gzip', 'HEAD');
    if (!received().includes('\r\n\r\n')) await once(socket, 'data');
    await until(async () => expect(received()).toMatch(/content-encoding: gzip[\s\S]*\r\n\r\n$/i));
    expect(streams.made).toBe(0);
    expect(await streams.outcome).toBe('sent');
  });
});
