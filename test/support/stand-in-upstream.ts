import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

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
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Sends a list of machines, the way upstream does. */
export function sendList(response: ServerResponse, rows: readonly unknown[], more: object = {}): void {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify({ value: rows, ...more }));
}
