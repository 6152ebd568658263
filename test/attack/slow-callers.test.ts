import { afterEach, describe, expect, it } from 'vitest';
import { connectRaw, type RawConnection } from '../support/raw-http.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { expectWell } from './well.ts';

let running: RunningGateway | undefined;
const connections: RawConnection[] = [];
afterEach(async () => {
  for (const { socket } of connections.splice(0)) socket.destroy();
  await running?.close();
  running = undefined;
});

async function start(environment: Readonly<Record<string, string>>): Promise<RunningGateway> {
  running = await runGateway({ environment });
  return running;
}

async function open({ gateway }: RunningGateway): Promise<RawConnection> {
  const connection = await connectRaw(gateway.url);
  connections.push(connection);
  return connection;
}

/** Sends a byte now and then until the other side has closed. */
async function trickle(connection: RawConnection, piece: string): Promise<void> {
  const timer = setInterval(() => connection.send(piece), 50);
  await connection.closed;
  clearInterval(timer);
}

const head = 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';

describe('a slow caller', () => {
  it.each([
    ['sends nothing of a request but its first line', 'POST /graphql HTTP/1.1\r\n', ''],
    [
      'sends headers without end, one after another',
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\n',
      'x-a: b\r\n',
    ],
    ['sends one header without end', 'POST /graphql HTTP/1.1\r\nx-a: ', 'b'],
    ['sends no body', `${head}content-length: 100\r\n\r\n`, ''],
    ['sends a body byte by byte', `${head}content-length: 100000\r\n\r\n{`, ' '],
    ['sends chunks byte by byte', `${head}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
  ])('is cut off after RECEIVE_TIMEOUT_SECONDS who %s', async (_, begins, goesOn) => {
    const gateway = await start({ RECEIVE_TIMEOUT_SECONDS: '1' });
    const connection = await open(gateway);
    connection.send(begins);
    await (goesOn === '' ? connection.closed : trickle(connection, goesOn));
    expect(connection.received()).toMatch(/^HTTP\/1\.1 408 /);
    await expectWell(gateway);
  });

  it('delays no other caller, as one of 200', async () => {
    const gateway = await start({});
    const slow = await Promise.all(Array.from({ length: 200 }, () => open(gateway)));
    for (const connection of slow) connection.send(`${head}content-length: 100\r\n\r\n{`);
    await expectWell(gateway);
    for (const { socket } of slow) socket.destroy();
    await expectWell(gateway);
  });
});

describe('MAX_CONNECTIONS', () => {
  it('closes the connection that has been idle longest for a new one, so that idle ones lock no caller out', async () => {
    const gateway = await start({ MAX_CONNECTIONS: '5' });
    const idle = [];
    for (let index = 0; index < 5; index++) idle.push(await open(gateway));
    const further = await open(gateway);
    await idle[0]?.closed;
    further.send('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await expect.poll(further.received).toMatch(/^HTTP\/1\.1 200 /);
    expect(idle.map(({ socket }) => socket.closed)).toEqual([true, false, false, false, false]);
    for (let index = 0; index < 20; index++) await expectWell(gateway);
  });

  it('closes a new connection where all are busy, and accepts others when those have gone', async () => {
    const gateway = await start({ MAX_CONNECTIONS: '5' });
    const busy = [];
    for (let index = 0; index < 5; index++) {
      const connection = await open(gateway);
      connection.send(`${head}content-length: 100\r\nexpect: 100-continue\r\n\r\n`);
      await expect.poll(connection.received).toMatch(/^HTTP\/1\.1 100 /);
      busy.push(connection);
    }
    const further = await open(gateway);
    await further.closed;
    expect(further.received()).toBe('');
    expect(busy.map(({ socket }) => socket.closed)).toEqual(Array(5).fill(false));
    for (const { socket } of busy) socket.destroy();
    await expect
      .poll(() =>
        expectWell(gateway).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
  });
});
