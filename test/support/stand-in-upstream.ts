import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsCertificate } from '../../src/emulator/entra/tls-certificate.ts';

/** A bare HTTP server in upstream's place, for what the emulator does not do. */
export interface StandInUpstream {
  readonly url: string;
  /** Requests so far. */
  readonly requests: readonly ReceivedRequest[];
  /** Connections so far. */
  readonly connections: () => number;
  /** Requests so far whose connection the other side closed before they were answered. */
  readonly abandoned: () => number;
  readonly close: () => Promise<void>;
}

export interface ReceivedRequest {
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export async function startUpstream(answer: RequestListener): Promise<StandInUpstream> {
  const requests: ReceivedRequest[] = [];
  let connections = 0;
  let abandoned = 0;
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    requests.push({ url: request.url ?? '', headers: request.headers });
    response.once('close', () => {
      if (!response.writableFinished) abandoned += 1;
    });
    answer(request, response);
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    connections: () => connections,
    abandoned: () => abandoned,
    close: () => closeServer(server),
  };
}

/** Sends a list of machines, the way upstream does. */
export function sendList(response: ServerResponse, rows: readonly unknown[], more: object = {}): void {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify({ value: rows, ...more }));
}

/** An upstream of one machine over TLS, on 127.0.0.1. */
export interface TlsUpstream {
  readonly url: string;
  readonly port: number;
  readonly requests: () => number;
  readonly close: () => Promise<void>;
}

export async function startTlsUpstream({ key, cert }: TlsCertificate): Promise<TlsUpstream> {
  let requests = 0;
  const server = createTlsServer({ key, cert }, (_, response) => {
    requests += 1;
    sendList(response, [{ id: 'a' }]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    requests: () => requests,
    close: () => closeServer(server),
  };
}

async function closeServer(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
