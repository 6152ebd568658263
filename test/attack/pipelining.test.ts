import { afterEach, describe, expect, it } from 'vitest';
import {
  type CallerDirectory,
  type CallerGateway,
  startCallerDirectory,
  startCallerGateway,
} from '../support/caller-gateway.ts';
import { type GatewayBeforeStandIn, runGatewayBefore } from '../support/gateway-before.ts';
import { connectRaw, type RawConnection } from '../support/raw-http.ts';
import { readMetric } from '../support/read-metric.ts';
import { sendList } from '../support/stand-in-upstream.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(url: string): Promise<RawConnection> {
  const connection = await connectRaw(url);
  closers.push(() => connection.socket.destroy());
  return connection;
}

/** A request for a list of its own, which shares no upstream call with another. */
const get = (group: number, more = ''): string => {
  const query = encodeURIComponent(
    `{ machines(filter: { rbacGroupId: { eq: ${group} } }) { nodes { id } } }`,
  );
  return `GET /graphql?query=${query} HTTP/1.1\r\nhost: localhost\r\n${more}\r\n`;
};
const health = 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n';

describe('requests that are sent over one connection without waiting for answers', () => {
  let running: GatewayBeforeStandIn;
  const start = async (...options: Parameters<typeof runGatewayBefore>): Promise<void> => {
    running = await runGatewayBefore(...options);
    closers.push(running.close);
  };

  it('are answered in their order, each after the one before', async () => {
    await start(({ url }, response) =>
      sendList(response, [{ id: /eq%20(\d+)|eq\+(\d+)/.exec(url ?? '')?.[0] ?? 'a' }]),
    );
    const { url, upstream } = running;
    const connection = await open(url);
    connection.send(get(1) + health + get(2) + health + get(3));
    await expect.poll(() => connection.received().match(/HTTP\/1\.1 200 /g)).toHaveLength(5);
    const bodies = connection.received().match(/^\{"(data|status)/gm);
    expect(bodies).toEqual(['{"data', '{"status', '{"data', '{"status', '{"data']);
    expect(upstream.requests.map(({ url: address }) => /\d+$|eq(?:%20|\+)(\d)/.exec(address)?.[1])).toEqual([
      '1',
      '2',
      '3',
    ]);
  });

  it('begin one at a time: those behind a slow one send no upstream call and hold no slot', async () => {
    await start(() => undefined);
    const { url, upstream } = running;
    const connection = await open(url);
    connection.send(get(1) + get(2) + get(3));
    await expect.poll(() => upstream.requests.length).toBe(1);
    expect(await readMetric(url, 'requests_in_flight')).toBe(1);
    expect(upstream.requests).toHaveLength(1);
  });

  it('keep no slot and no upstream call when the connection is reset', async () => {
    await start(() => undefined, { MAX_REQUESTS_IN_FLIGHT: '50' });
    const { url, upstream } = running;
    for (let round = 0; round < 3; round++) {
      const connections = await Promise.all(Array.from({ length: 10 }, () => open(url)));
      for (const [index, connection] of connections.entries()) {
        connection.send([0, 1, 2, 3, 4, 5].map((place) => get(round * 100 + index * 10 + place)).join(''));
      }
      await expect.poll(() => readMetric(url, 'requests_in_flight')).toBe(10);
      for (const { socket } of connections) socket.resetAndDestroy();
      await expect.poll(() => readMetric(url, 'requests_in_flight')).toBe(0);
    }
    await expect.poll(upstream.abandoned).toBe(upstream.requests.length);
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => fetch(`${url}/graphql?query={__typename}`)),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200));
  });

  it('close the connection where more than eight wait, and abort their work', async () => {
    await start(() => undefined);
    const { url, upstream } = running;
    const connection = await open(url);
    connection.send(get(1));
    await expect.poll(() => upstream.requests.length).toBe(1);
    connection.send(health.repeat(8));
    expect(await readMetric(url, 'connections')).toBeGreaterThanOrEqual(1);
    expect(connection.socket.closed).toBe(false);
    connection.send(health.repeat(1_000));
    await connection.closed;
    expect(connection.received()).toBe('');
    await expect.poll(upstream.abandoned).toBe(1);
    expect(await readMetric(url, 'requests_in_flight')).toBe(0);
  });

  it('are dropped behind an answer that closes the connection', async () => {
    await start((_, response) => sendList(response, []));
    const { url, upstream } = running;
    const connection = await open(url);
    connection.send(`GET /healthz HTTP/1.1\r\nhost: a,b\r\n\r\n${get(2)}`);
    await connection.closed;
    expect(connection.received().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
    expect(upstream.requests).toEqual([]);
  });
});

describe('the requests in flight of one known caller', () => {
  let directory: CallerDirectory;
  let gateway: CallerGateway;

  it('are counted down for requests whose connection was gone when the token had been checked', async () => {
    directory = await startCallerDirectory();
    closers.push(() => directory.close());
    gateway = await startCallerGateway(directory, { environment: { MAX_REQUESTS_IN_FLIGHT: '8' } });
    closers.push(() => gateway.close());
    const token = await directory.tokenOf('ada');
    const request = get(1, `authorization: Bearer ${token}\r\n`);
    for (let round = 0; round < 20; round++) {
      const connection = await open(gateway.url);
      connection.send(request.repeat(5));
      connection.socket.resetAndDestroy();
      await connection.closed;
    }
    await expect.poll(() => readMetric(gateway.url, 'requests_in_flight')).toBe(0);
    expect((await gateway.ask(token, '{ __typename }')).status).toBe(200);
  });
});
