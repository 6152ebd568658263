import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A real HTTP proxy on loopback that knows CONNECT alone. */
export interface ConnectProxy {
  /** Without user and password. */
  readonly url: string;
  /** Targets that were asked for, as `host:port`. */
  readonly targets: readonly string[];
  readonly close: () => Promise<void>;
}

export interface ConnectProxyOptions {
  /** `user:password` without which it answers 407. */
  readonly credentials?: string;
  /** What it answers in place of connecting; `silence` for nothing at all. */
  readonly refusal?: number | 'silence';
  /** Where each host leads to. Default: to itself. */
  readonly leadsTo?: Readonly<Record<string, string>>;
}

export async function startConnectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const { credentials, refusal, leadsTo = {} } = options;
  const targets: string[] = [];
  const sockets = new Set<Socket>();
  const expected =
    credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connection', (socket) => {
    sockets.add(socket.on('error', () => undefined));
  });
  server.on('connect', ({ url = '', headers }, client: Socket) => {
    targets.push(url);
    if (refusal === 'silence') return;
    const status = headers['proxy-authorization'] === expected ? refusal : 407;
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`https://${url}`);
    const target = connect(Number(port || 443), leadsTo[hostname] ?? hostname.replace(/[[\]]/g, ''), () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    sockets.add(target);
    target.on('error', () => client.destroy());
    client.on('close', () => target.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
