import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Connections over which no request has ever come, as browsers open them ahead and load balancers to see whether
 * somebody is there. Node does not count them as idle, so that a server that stops would wait for them to its last.
 * @returns a function that closes those that there are
 */
export function watchSilentConnections(server: Server): () => void {
  const silent = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return () => {
    for (const socket of silent) socket.destroy();
  };
}
