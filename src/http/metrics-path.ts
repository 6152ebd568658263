import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics.ts';

/** `/metrics`, for Prometheus. */
export function registerMetrics(
  server: FastifyInstance,
  metrics: Pick<Metrics, 'contentType' | 'print'>,
): void {
  server.get('/metrics', async (_, reply) => reply.type(metrics.contentType).send(await metrics.print()));
}
