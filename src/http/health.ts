import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Whether requests make sense, for the operator. */
export interface ReadinessReport {
  /** Why the gateway should get no requests for now; empty when it should. */
  readonly reasons: readonly string[];
  /** What is wrong with upstream, also while the gateway serves what it holds. */
  readonly upstream: UpstreamTrouble | undefined;
}

interface UpstreamTrouble {
  readonly state: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly since: string;
}

export type Readiness = () => Promise<ReadinessReport>;

/**
 * `/healthz` says that the process answers; where it fails, restart. `/readyz` says that requests make sense; where it
 * fails, send them to other replicas for a while: it says why. Both name an upstream that returns no list.
 */
export function registerHealth(server: FastifyInstance, readiness: Readiness): void {
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_, reply) => {
    const { reasons, upstream } = await readiness();
    return reasons.length === 0
      ? { status: 'ready', upstream }
      : reply.code(503).header('retry-after', '5').send({ status: 'not ready', reasons, upstream });
  });
}

const operationalPaths: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz', '/metrics']);

/** Whether a request is the operator's, whose answer must not hang on how busy the gateway is. */
export function isOperational(request: FastifyRequest): boolean {
  return operationalPaths.has(request.routeOptions.url);
}
