import { getEventListeners, once } from 'node:events';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type CallerDirectory,
  type CallerGateway,
  startCallerDirectory,
  startCallerGateway,
} from '../support/caller-gateway.ts';
import { deferred } from '../support/deferred.ts';
import { untilFleetIs } from '../support/fleet-gateway.ts';
import { numbered } from '../support/followed-fleet.ts';
import { startIssuer } from '../support/issuer.ts';
import { connectRaw } from '../support/raw-http.ts';
import { readMetric } from '../support/read-metric.ts';
import { openSocket, type RawSubscriber, subscribe } from '../support/subscriber.ts';

const query = 'subscription { machineChanges { id } }';
const names = Array.from({ length: 40 }, (_, index) => `a${index}: computerDnsName`).join(' ');
/** All machines, at some megabytes: more than the buffers of the system take. */
const wide = `subscription { machineChanges(after: "") { machine { ${names} } } }`;

describe('connections that come and go', () => {
  let directory: CallerDirectory;
  let gateway: CallerGateway;
  beforeAll(async () => {
    const rows = numbered(4_000, () => ({ computerDnsName: 'a'.repeat(240) }));
    directory = await startCallerDirectory({ fleet: { kind: 'rows', rows } });
    gateway = await startCallerGateway(directory, {
      environment: {
        FLEET: 'on',
        FLEET_REFRESH_SECONDS: '3600',
        CALLER_REQUESTS_PER_MINUTE: '0',
        MAX_SUBSCRIPTIONS_PER_CALLER: '100',
        SEND_TIMEOUT_SECONDS: '1',
      },
    });
    await untilFleetIs('READY', async (text) => gateway.ask(await directory.tokenOf('ada'), text));
  });
  afterAll(async () => {
    await gateway.close();
    await directory.close();
  });

  const headersOf = async (claims = {}) => ({
    authorization: `Bearer ${await directory.tokenOf('ada', claims)}`,
  });
  const overSocket = async (text: string, claims = {}): Promise<RawSubscriber> => {
    const socket = await openSocket(gateway.url, { headers: await headersOf(claims) });
    await subscribe(socket, text);
    return socket;
  };
  const byEvents = async (text: string, claims = {}): Promise<Socket> => {
    const body = JSON.stringify({ query: text });
    const { authorization } = await headersOf(claims);
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await once(socket, 'data');
    return socket;
  };
  /** Not by `fetch`, which listens to a signal of its own. */
  const subscriptions = async (): Promise<number> => {
    const [response] = await once(get(`${gateway.url}/metrics`), 'response');
    const text: string = await response
      .setEncoding('utf8')
      .reduce((all: string, piece: string) => all + piece, '');
    return Number(/^machines_gateway_subscriptions (\d+)/m.exec(text)?.[1]);
  };
  const untilOpen = (count: number) => expect.poll(subscriptions).toBe(count);
  const times = <T>(count: number, open: () => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, open));
  /** The same number of each line, which go in one of the ways. */
  const ways: Readonly<Record<string, (ofEach: number) => Promise<void>>> = {
    'left in order': async (ofEach) => {
      const sockets = await times(ofEach, () => overSocket(query));
      const streams = await times(ofEach, () => byEvents(query));
      await untilOpen(2 * ofEach);
      for (const { webSocket } of sockets) webSocket.close();
      for (const stream of streams) stream.end();
    },
    reset: async (ofEach) => {
      const sockets = await times(ofEach, () => overSocket(query));
      const streams = await times(ofEach, () => byEvents(query));
      await untilOpen(2 * ofEach);
      for (const { webSocket } of sockets) webSocket.terminate();
      for (const stream of streams) stream.resetAndDestroy();
    },
    'ended with their token': async (ofEach) => {
      const exp = Math.ceil(Date.now() / 1_000) + 2;
      const sockets = await times(ofEach, () => overSocket(query, { exp }));
      const streams = await times(ofEach, () => byEvents(query, { exp }));
      await Promise.all(sockets.map(({ closed }) => closed));
      for (const stream of streams) stream.destroy();
    },
    'that read nothing': async (ofEach) => {
      const sockets = await times(ofEach, () => overSocket(wide));
      for (const { webSocket } of sockets) webSocket.pause();
      const streams = await times(ofEach, () => byEvents(wide));
      for (const stream of streams) stream.pause();
      await expect.poll(subscriptions).toBe(0);
      for (const { webSocket } of sockets) webSocket.terminate();
      for (const stream of streams) stream.destroy();
    },
  };

  it('leave no timer, listener or connection behind, 200 of them in four ways', async () => {
    const signals = new Set<AbortSignal>();
    const { addEventListener } = EventTarget.prototype;
    const spy = vi.spyOn(EventTarget.prototype, 'addEventListener').mockImplementation(function (
      this: EventTarget,
      ...args
    ) {
      if (this instanceof AbortSignal) signals.add(this);
      addEventListener.apply(this, args);
    });
    const left = () => {
      const resources = process.getActiveResourcesInfo();
      const listeners = [...signals].map((signal) =>
        signal.aborted ? 0 : getEventListeners(signal, 'abort').length,
      );
      return {
        timers: resources.filter((name) => name === 'Timeout').length,
        connections: resources.filter((name) => name === 'TCPSocketWrap').length,
        listeners: listeners.reduce((sum, count) => sum + count, 0),
      };
    };
    try {
      for (const go of Object.values(ways)) {
        await go(1);
        await untilOpen(0);
      }
      const before = left();
      for (const [way, go] of Object.entries(ways)) {
        // What those who read nothing leave lies in the system, megabytes of each.
        await go(way === 'that read nothing' ? 10 : 30);
        await untilOpen(0);
        await expect
          .poll(
            () => {
              const { timers, connections, listeners } = left();
              const more = [
                timers - before.timers,
                connections - before.connections,
                listeners - before.listeners,
              ];
              // A request for metrics may be under way.
              return more.every((each) => each <= 5) ? 'nothing' : more.join();
            },
            { message: way },
          )
          .toBe('nothing');
      }
      expect(await readMetric(gateway.url, 'requests_in_flight')).toBe(0);
      expect(await readMetric(gateway.url, 'unsent_bytes')).toBe(0);
    } finally {
      spy.mockRestore();
    }
  }, 120_000);
});

describe('a subscriber by events who leaves while its token is checked', () => {
  it('leaves no subscription behind', async () => {
    const rows = numbered(10, () => ({}));
    const directory = await startCallerDirectory({ fleet: { kind: 'rows', rows } });
    onTestFinished(directory.close);
    const issuer = await startIssuer();
    onTestFinished(issuer.close);
    const release = deferred();
    issuer.holdKeys(release.promise);
    const gateway = await startCallerGateway(directory, {
      environment: {
        CALLER_AUTH: 'oidc',
        CALLER_ISSUER: issuer.url,
        CALLER_AUDIENCES: 'machines',
        CALLER_SCOPES: 'machines:read',
        FLEET: 'on',
      },
    });
    onTestFinished(gateway.close);
    await expect.poll(() => readMetric(gateway.url, 'fleet_machines').catch(() => 0)).toBe(10);
    const { socket, send } = await connectRaw(gateway.url);
    const address = `/graphql?query=${encodeURIComponent(query)}`;
    const authorization = `Bearer ${await issuer.sign({})}`;
    send(
      `GET ${address} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\nauthorization: ${authorization}\r\n\r\n`,
    );
    await expect.poll(issuer.keyRequests).toBe(1);
    socket.resetAndDestroy();
    await expect.poll(() => readMetric(gateway.url, 'requests_in_flight')).toBe(0);
    release.resolve();
    // Another one, whose answer tells that the keys are there.
    const other = await fetch(`${gateway.url}/graphql?query={__typename}`, { headers: { authorization } });
    expect(other.status).toBe(200);
    await expect.poll(() => readMetric(gateway.url, 'subscriptions')).toBe(0);
    expect(gateway.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
