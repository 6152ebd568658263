import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Part of a flood, as a process of its own, for its files and its time are then not those of the test.
 * Arguments: the port of the gateway on loopback, what to do, and for how many seconds.
 */
const [, , port = '', what = '', seconds = '0'] = process.argv;
const until = performance.now() + Number(seconds) * 1_000;

const isTime = (): boolean => performance.now() < until;

function open(): Socket {
  const socket = connect(Number(port), '127.0.0.1');
  // What the gateway closes is what this is about.
  socket.on('error', () => undefined);
  return socket;
}

/** 10,000 connections over which nothing is said. */
async function idle(): Promise<void> {
  for (let count = 1; count <= 10_000; count++) {
    open();
    if (count % 100 === 0) await delay(25);
  }
  while (isTime()) await delay(200);
}

/** Connections that are reset with 9 or 48 requests on each, all for lists of their own. */
async function reset(): Promise<void> {
  let group = 0;
  const request = (): string => {
    group += 1;
    const query = `{ machines(filter: { rbacGroupId: { eq: ${group} } }) { nodes { id } } }`;
    return `GET /graphql?query=${encodeURIComponent(query)} HTTP/1.1\r\nhost: localhost\r\n\r\n`;
  };
  for (let round = 0; isTime(); round++) {
    const socket = open();
    const requests = Array.from({ length: round % 2 === 0 ? 9 : 48 }, request);
    socket.write(requests.join(''), () => setTimeout(() => socket.resetAndDestroy(), 50));
    await delay(10);
  }
}

/** 40 connections on each of which five full pages are asked for and nothing is read, as often as they are closed. */
async function unread(): Promise<void> {
  const fields =
    'id computerDnsName firstSeen lastSeen osPlatform osArchitecture version agentVersion lastIpAddress lastExternalIpAddress healthStatus riskScore exposureLevel rbacGroupName aadDeviceId machineTags managedBy ipAddresses { ipAddress macAddress type operationalStatus }';
  const pages = [1, 2, 3, 4, 5].map((page) => `a${page}: machines(first: 1000) { nodes { ${fields} } }`);
  const body = JSON.stringify({ query: `{ ${pages.join(' ')} }` });
  const request = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const one = async (): Promise<void> => {
    while (isTime()) {
      const socket = open();
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.pause();
      socket.write(request);
      await Promise.race([closed, delay(Math.max(0, until - performance.now()))]);
      await delay(1_000);
    }
  };
  await Promise.all(Array.from({ length: 40 }, one));
}

const attacks: Readonly<Record<string, () => Promise<void>>> = { idle, reset, unread };
await attacks[what]?.();
process.exit(0);
