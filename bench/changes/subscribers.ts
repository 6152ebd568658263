import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * Many subscribers in a process of their own: `subscribers.ts <url> <count>`. Half of them speak WebSocket, half take
 * server-sent events. Sends `ready` once all are subscribed; to any message, what came since the last one. It shares its
 * machine with the gateway, so it looks into as little as it can: two subscribers count their changes, the others bytes.
 */
const [url = '', countText = '0'] = process.argv.slice(2);
const count = Number(countText);
const port = Number(new URL(url).port);
const query =
  'subscription { machineChanges { kind id changed cursor at machine { computerDnsName riskScore exposureLevel healthStatus lastSeen } } }';
/** Shorter pieces keep a line alive, and tell nothing. */
const shortBytes = 64;
const pongMs = 5_000;

/** What one subscriber was told of one reading. */
export interface Told {
  readonly by: 'WebSocket' | 'events';
  /** Changes; undefined where only bytes are counted. */
  readonly changes: number | undefined;
  readonly bytes: number;
  /** When the last of them came, in epoch milliseconds. */
  readonly lastAt: number;
}

/** By the instant of the reading, one for each subscriber that was told of it. */
let told = new Map<string, Map<number, Told>>();

function follow(socket: Socket, subscriber: number, by: Told['by']): void {
  const isCounting = subscriber < 2;
  let at = '';
  socket.on('data', (piece: Buffer) => {
    if (piece.length < shortBytes) return;
    const lastAt = Date.now();
    const place = piece.indexOf('"at":"');
    if (place >= 0) at = piece.toString('latin1', place + 6, piece.indexOf('"', place + 6));
    const ofReading = told.get(at) ?? new Map<number, Told>();
    const { changes = 0, bytes = 0 } = ofReading.get(subscriber) ?? {};
    const found = isCounting ? changes + piece.toString('latin1').split('"kind":').length - 1 : undefined;
    told.set(at, ofReading.set(subscriber, { by, changes: found, bytes: bytes + piece.length, lastAt }));
  });
}

/** A message as clients frame it, under a mask that changes nothing. */
function framed(first: number, text: string): Buffer {
  const long = text.length > 125;
  const head = Buffer.from(
    long ? [first, 0x80 | 126, text.length >> 8, text.length & 0xff] : [first, 0x80 | text.length],
  );
  return Buffer.concat([head, Buffer.alloc(4), Buffer.from(text)]);
}

async function bySocket(subscriber: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write(
    'GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  );
  await once(socket, 'data');
  socket.write(framed(0x81, '{"type":"connection_init"}'));
  await once(socket, 'data');
  follow(socket, subscriber, 'WebSocket');
  socket.write(framed(0x81, JSON.stringify({ type: 'subscribe', id: '1', payload: { query } })));
  setInterval(() => socket.write(framed(0x8a, '')), pongMs);
}

async function byEvents(subscriber: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const body = JSON.stringify({ query });
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await once(socket, 'data');
  follow(socket, subscriber, 'events');
}

for (let subscriber = 0; subscriber < count; subscriber++) {
  await (subscriber % 2 === 0 ? bySocket(subscriber) : byEvents(subscriber));
}
process.on('message', () => {
  process.send?.([...told].map(([at, ofReading]) => [at, [...ofReading.values()]]));
  told = new Map();
});
process.send?.('ready');
