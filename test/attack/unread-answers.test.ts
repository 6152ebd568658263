import { afterEach, describe, expect, it } from 'vitest';
import { connectRaw, type RawConnection } from '../support/raw-http.ts';
import { readMetric } from '../support/read-metric.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { expectWell } from './well.ts';

let running: RunningGateway | undefined;
const connections: RawConnection[] = [];
afterEach(async () => {
  for (const { socket } of connections.splice(0)) socket.destroy();
  await running?.close();
  running = undefined;
});

/** Machines whose tags are so long that one page of them comes to some 6 MB: more than the system buffers for one connection. */
const rows = Array.from({ length: 500 }, (_, index) => ({
  id: index.toString(16).padStart(40, '0'),
  machineTags: ['a'.repeat(12_000)],
}));
const query = '{ machines(first: 500) { nodes { id machineTags } } }';
const body = JSON.stringify({ query });
const large = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

async function start(environment: Readonly<Record<string, string>>): Promise<RunningGateway> {
  running = await runGateway({ rows, environment });
  return running;
}

/** Asks for much and reads nothing. */
async function askAndNotRead({ gateway }: RunningGateway): Promise<RawConnection> {
  const connection = await connectRaw(gateway.url);
  connections.push(connection);
  connection.socket.pause();
  connection.send(large);
  return connection;
}

/** Connections that were closed to make room for others. */
async function cutsOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^machines_gateway_answers_cut_total\{reason="memory"\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

describe('a caller who asks for much and does not read', () => {
  it('is cut off after SEND_TIMEOUT_SECONDS, and holds neither slot nor memory from then on', async () => {
    const gateway = await start({ SEND_TIMEOUT_SECONDS: '6', MAX_REQUESTS_IN_FLIGHT: '8' });
    const { url } = gateway.gateway;
    const unread = [];
    for (let index = 0; index < 4; index++) unread.push(await askAndNotRead(gateway));
    await expect.poll(() => readMetric(url, 'unsent_bytes')).toBeGreaterThan(1_000_000);
    expect(await readMetric(url, 'requests_in_flight')).toBe(4);
    await expectWell(gateway);

    await expect.poll(() => readMetric(url, 'requests_in_flight')).toBe(0);
    expect(await readMetric(url, 'unsent_bytes')).toBe(0);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain('machines_gateway_answers_cut_total{reason="timeout"} 4');
    expect(gateway.lines).toContainEqual(
      expect.objectContaining({ msg: 'caller does not read its answer', reason: 'timeout' }),
    );
    for (const { socket } of unread) socket.resume();
    await Promise.all(unread.map(({ closed }) => closed));
    await expectWell(gateway);
  });

  it('makes room for others where unread answers come to MAX_UNSENT_BYTES, the oldest first', async () => {
    const gateway = await start({ MAX_UNSENT_BYTES: '15000000', SEND_TIMEOUT_SECONDS: '600' });
    const { url } = gateway.gateway;
    const unread = [];
    for (let index = 0; index < 6; index++) {
      unread.push(await askAndNotRead(gateway));
      // Answers may overtake each other, so each waits until the one before lies there.
      await expect.poll(() => cutsOf(url)).toBe(Math.max(0, index - 1));
      await expect
        .poll(() => readMetric(url, 'unsent_bytes'))
        .toBeGreaterThan(index === 0 ? 4_000_000 : 9_000_000);
      await expectWell(gateway);
      expect(await readMetric(url, 'unsent_bytes')).toBeLessThan(25_000_000);
    }
    // Two fit.
    await expect.poll(() => readMetric(url, 'requests_in_flight')).toBe(2);
    expect(await readMetric(url, 'unsent_bytes')).toBeLessThanOrEqual(15_000_000);
    for (const { socket } of unread) socket.resume();
    await unread[0]?.closed;
    expect(unread.at(-1)?.socket.closed).toBe(false);
  });
});

describe('a caller who reads', () => {
  it('gets the whole of an answer that is larger than MAX_UNSENT_BYTES', async () => {
    const gateway = await start({ MAX_UNSENT_BYTES: '1048576' });
    const connection = await connectRaw(gateway.gateway.url);
    connections.push(connection);
    connection.send(large);
    await expect.poll(connection.received).toMatch(/\r\ncontent-length: \d+\r\n/);
    const [head = '', length = ''] =
      /^[\s\S]*?content-length: (\d+)[\s\S]*?\r\n\r\n/.exec(connection.received()) ?? [];
    expect(Number(length)).toBeGreaterThan(4_000_000);
    await expect.poll(() => connection.received().length).toBe(head.length + Number(length));
  });
});
