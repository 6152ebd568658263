import { type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests to go on as a WebSocket, with what came behind their heads. */
export type Upgrades = WeakMap<IncomingMessage, Buffer>;

/**
 * Sends requests for a WebSocket the way of all others: {@link Upgrades} has them. Where one is answered in the
 * ordinary way, the connection ends with its answer.
 *
 * Once it is listened for, Node takes every request with an `Upgrade` header for one, such as Java's own client sends
 * for HTTP/2 with its first. HTTP has a server answer those as if they had none; so their connection is read once
 * more without it.
 */
export function takeUpgrades(server: Server, take: RequestListener): Upgrades {
  const upgrades: Upgrades = new WeakMap();
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      readAnew(server, request, socket, head);
      return;
    }
    socket.on('error', () => socket.destroy());
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    try {
      response.assignSocket(socket);
    } catch {
      // A request before it is still being answered.
      socket.destroy();
      return;
    }
    response.once('finish', () => {
      if (response.socket === null) return;
      response.detachSocket(socket);
      socket.destroySoon();
      response.emit('close');
    });
    upgrades.set(request, head);
    take(request, response);
  });
  return upgrades;
}

/** What asks for another protocol: headers, and words of the header `Connection`. */
const ofUpgrade: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

function readAnew(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = rawHeaders.flatMap((name, index) => {
    const value = rawHeaders[index + 1] ?? '';
    if (index % 2 === 1 || ofUpgrade.has(name.toLowerCase())) return [];
    return [`${name}: ${name.toLowerCase() === 'connection' ? withoutUpgrade(value) : value}`];
  });
  const text = [`${method} ${url} HTTP/${httpVersion}`, ...lines, '', ''].join('\r\n');
  socket.unshift(Buffer.concat([Buffer.from(text, 'latin1'), head]));
  server.emit('connection', socket);
}

const withoutUpgrade = (value: string): string =>
  value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => !ofUpgrade.has(word.toLowerCase()))
    .join(', ');
