import compress from '@fastify/compress';
import Fastify, { type FastifyInstance } from 'fastify';

/** What a peer is started with: the file of rows, and whether it compresses, as @fastify/compress does by default. */
export async function readArguments(): Promise<{ readonly rows: string; readonly server: FastifyInstance }> {
  const [rows = '', compression] = process.argv.slice(2);
  const server = Fastify();
  if (compression === 'gzip') await server.register(compress);
  return { rows, server };
}

/** Listens on a free port, and tells it the process that started this one. */
export async function listen(server: FastifyInstance): Promise<void> {
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  process.send?.(url);
  process.once('disconnect', () => process.exit());
}
