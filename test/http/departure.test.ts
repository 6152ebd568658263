import { getEventListeners, once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, createConnection } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { Connections } from '../../src/http/connections.ts';
import { departureSignal } from '../../src/http/departure.ts';
import { deferred } from '../support/deferred.ts';
import { type GatewayBeforeStandIn, runGatewayBefore } from '../support/gateway-before.ts';
import { startIssuer } from '../support/issuer.ts';
import { connectRaw } from '../support/raw-http.ts';
import { readMetric } from '../support/read-metric.ts';
import { sendList } from '../support/stand-in-upstream.ts';

const listing = '{ machines { nodes { id } } }';
const body = JSON.stringify({ query: listing });

/** Node's garbage collector, which is not to be called without a flag. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

let running: GatewayBeforeStandIn | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

describe('a caller who leaves', () => {
  const request = (signal: AbortSignal) =>
    fetch(`${running?.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'left-1' },
      body,
      signal,
    });

  it('aborts the upstream call once all waiting callers left', async () => {
    running = await runGatewayBefore(() => undefined);
    const { upstream } = running;
    const leaving = new AbortController();
    const asked = request(leaving.signal);
    await expect.poll(() => upstream.requests.length).toBe(1);
    expect(upstream.abandoned()).toBe(0);

    leaving.abort();

    await expect(asked).rejects.toThrow('aborted');
    await expect.poll(upstream.abandoned).toBe(1);
  });

  it('by cutting the connection does so as well', async () => {
    running = await runGatewayBefore(() => undefined);
    const { upstream, url } = running;
    const socket = createConnection(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await expect.poll(() => upstream.requests.length).toBe(1);
    socket.resetAndDestroy();
    await expect.poll(upstream.abandoned).toBe(1);
  });

  it('ends a walk of many upstream calls after the one under way', async () => {
    running = await runGatewayBefore(
      ({ url }, response) => {
        if (!url?.includes('$skip')) sendList(response, [{ id: 'a' }]);
      },
      { UPSTREAM_WINDOW_ROWS: '1' },
    );
    const { upstream, lines } = running;
    const leaving = new AbortController();
    const asked = request(leaving.signal);
    await expect.poll(() => upstream.requests.length).toBe(2);
    leaving.abort();
    await expect(asked).rejects.toThrow('aborted');
    await expect.poll(upstream.abandoned).toBe(1);
    await expect
      .poll(() => lines.filter(({ requestId }) => requestId === 'left-1').map(({ msg }) => msg))
      .toContain('request answered');
    expect(upstream.requests).toHaveLength(2);
  });

  it('ends the tries of a call that fails', async () => {
    running = await runGatewayBefore((_, response) => response.writeHead(503).end(), {
      UPSTREAM_RETRIES: '10',
    });
    const { upstream, lines } = running;
    const leaving = new AbortController();
    const asked = request(leaving.signal);
    await expect.poll(() => upstream.requests.length).toBeGreaterThan(0);
    leaving.abort();
    await expect(asked).rejects.toThrow('aborted');
    await expect.poll(() => lines.map(({ msg }) => msg)).toContain('request answered');
    expect(upstream.requests.length).toBeLessThan(4);
  });
});

describe('a caller who leaves before the operation begins', () => {
  const get = `GET /graphql?query=${encodeURIComponent(listing)} HTTP/1.1\r\nhost: localhost\r\n`;
  const post = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n`;

  it.each([
    ['GET', get, ''],
    ['POST', post, body],
  ])(
    'while the keys of its issuer are fetched makes no upstream call, and holds no slot: %s',
    async (_, head, sent) => {
      const issuer = await startIssuer();
      const release = deferred();
      issuer.holdKeys(release.promise);
      running = await runGatewayBefore((_request, response) => sendList(response, []), {
        CALLER_AUTH: 'oidc',
        CALLER_ISSUER: issuer.url,
        CALLER_AUDIENCES: 'machines',
        CALLER_SCOPES: 'machines:read',
        // A quarter is for one caller.
        MAX_REQUESTS_IN_FLIGHT: '4',
      });
      const { upstream, url } = running;
      const authorization = `Bearer ${await issuer.sign({})}`;
      const sockets = [];
      for (let caller = 0; caller < 3; caller++) {
        const { socket, send } = await connectRaw(url);
        send(`${head}authorization: ${authorization}\r\n\r\n${sent}`);
        sockets.push(socket);
      }
      await expect.poll(issuer.keyRequests).toBe(1);
      await expect.poll(() => readMetric(url, 'requests_in_flight')).toBe(3);
      for (const socket of sockets) socket.resetAndDestroy();
      await expect.poll(() => readMetric(url, 'requests_in_flight')).toBe(0);
      release.resolve();

      // One who stays, by the same keys and over the one slot that the caller has.
      const other = await fetch(
        `${url}/graphql?query=${encodeURIComponent('{ machines(filter: { riskScore: { eq: LOW } }) { nodes { id } } }')}`,
        {
          headers: { authorization },
        },
      );
      expect(other.status).toBe(200);
      expect(upstream.requests).toHaveLength(1);
      issuer.close();
    },
  );
});

describe('the signal of a request', () => {
  it('leaves no listener on the signal that the gateway stops, however its connection ends', async () => {
    const stopping = new AbortController();
    const signals: AbortSignal[] = [];
    const connections = new Connections({ most: 100, onCrowded: () => undefined });
    const server = createServer((incoming, outgoing) =>
      connections.take(incoming, outgoing, async (_, response) => {
        await Promise.resolve();
        signals.push(departureSignal(response, 600_000, stopping.signal));
        if (signals.length % 2 === 0) response.end();
      }),
    );
    server.on('connection', (socket) => connections.open(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (let round = 1; round <= 10; round++) {
      const { socket, send } = await connectRaw(url);
      send('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(5));
      await expect.poll(() => signals.length).toBeGreaterThanOrEqual(round);
      socket.resetAndDestroy();
    }
    await expect.poll(() => connections.size).toBe(0);
    await expect.poll(() => getEventListeners(stopping.signal, 'abort')).toEqual([]);
    expect(signals.filter(({ aborted }) => aborted).length).toBeGreaterThanOrEqual(5);
    server.close();
  });

  it('has gone off already where the caller has gone before', async () => {
    const stopping = new AbortController();
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { socket, send } = await connectRaw(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const arrived = once(server, 'request');
    send('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
    const [, response] = (await arrived) as [IncomingMessage, ServerResponse];
    socket.resetAndDestroy();
    await once(response, 'close');
    expect(departureSignal(response, 600_000, stopping.signal).aborted).toBe(true);
    expect(getEventListeners(stopping.signal, 'abort')).toEqual([]);
    server.close();
  });
});

describe.concurrent('REQUEST_TIMEOUT_SECONDS', () => {
  const cases: readonly (readonly [string, RequestListener, string])[] = [
    ['upstream does not answer', () => undefined, '0'],
    [
      'upstream fails, and the time is used up by further tries',
      (_, response) => response.writeHead(503).end(),
      '10',
    ],
  ];

  it.for(cases)(
    'ends a request with UPSTREAM_TIMEOUT where %s',
    async ([, answer, retries], { expect, onTestFinished }) => {
      const { ask, close } = await runGatewayBefore(answer, {
        REQUEST_TIMEOUT_SECONDS: '1',
        UPSTREAM_RETRIES: retries,
      });
      onTestFinished(close);
      const startedAt = performance.now();

      const { status, errors } = await ask(listing);

      expect(performance.now() - startedAt).toBeGreaterThan(990);
      expect(status).toBe(200);
      expect(errors).toEqual([
        expect.objectContaining({
          message: 'The Machines API did not answer in time. Try again later, or for fewer machines.',
          extensions: { code: 'UPSTREAM_TIMEOUT' },
        }),
      ]);
    },
  );

  it('holds though garbage is collected meanwhile', async ({ expect, onTestFinished }) => {
    const collect = collector();
    const { upstream, ask, close } = await runGatewayBefore(() => undefined, {
      REQUEST_TIMEOUT_SECONDS: '1',
    });
    onTestFinished(close);
    const asked = ask(listing);
    await expect.poll(() => upstream.requests.length).toBe(1);
    collect();
    collect();
    expect((await asked).errors?.[0]?.extensions).toEqual({ code: 'UPSTREAM_TIMEOUT' });
  });
});

describe('many callers and many upstream calls at once', () => {
  it('make no warnings of leaks', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    try {
      running = await runGatewayBefore((_, response) => sendList(response, []), {
        QUOTA_PER_MINUTE: '1000',
      });
      const { ask, upstream } = running;
      /** Half of what each asks for is asked for by all, half by nobody else. */
      const queryOf = (caller: number): string => {
        const names = Array.from({ length: 30 }, (_, index) =>
          index % 2 === 0 ? `${index}` : `${caller}-${index}`,
        );
        const fields = names.map(
          (name, index) =>
            `a${index}: machines(filter: { computerDnsName: { eq: "${name}" } }) { nodes { id } }`,
        );
        return `{ ${fields.join(' ')} }`;
      };
      const replies = await Promise.all(Array.from({ length: 30 }, (_, caller) => ask(queryOf(caller))));
      expect(replies.filter(({ errors }) => errors !== undefined)).toEqual([]);
      expect(upstream.requests).toHaveLength(15 + 30 * 15);
      // Warnings are told in the next turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      expect(warnings).toEqual([]);
    } finally {
      process.off('warning', note);
    }
  });
});
