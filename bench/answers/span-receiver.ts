import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Takes spans over OTLP/HTTP, and forgets them; says where it listens, and counts the bytes when it is asked. */
let bytes = 0;
const server = createServer((request, response) => {
  request.on('data', (piece: Buffer) => {
    bytes += piece.length;
  });
  request.on('end', () => response.writeHead(200).end());
});
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on('message', () => process.send?.(String(bytes)));
process.once('disconnect', () => process.exit());
