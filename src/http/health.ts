import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Why the gateway should get no requests for now, in words for the operator; empty when it should. */
export type Readiness = () => Promise<readonly string[]>;

/**
 * `/healthz` says that the process answers; where it fails, restart. `/readyz` says that requests make sense; where it
 * fails, send them elsewhere for a while: it says why.
 */
export function registerHealth(server: FastifyInstance, readiness: Readiness): void {
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_, reply) => {
    const reasons = await readiness();
    return reasons.length === 0
      ? { status: 'ready' }
      : reply.code(503).header('retry-after', '5').send({ status: 'not ready', reasons });
  });
}

const operationalPaths: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz', '/metrics']);

/** Whether a request is the operator's, whose answer must not hang on how busy the gateway is. */
export function isOperational(request: FastifyRequest): boolean {
  return operationalPaths.has(request.routeOptions.url);
}
