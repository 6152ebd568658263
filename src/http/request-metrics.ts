import type { FastifyInstance } from 'fastify';
import { whenDone } from './connections.ts';

/**
 * Called at the end of each request.
 * @param route the path that the gateway serves, not the one that was asked for; `none` where it serves none
 * @param status of the answer; `aborted` where the connection ended ahead of the answer
 */
export type OnRequestEnded = (route: string, status: string, ms: number) => void;

/** Measures every request from its head to the end of its answer. To be registered ahead of all that rejects. */
export function measureRequests(server: FastifyInstance, onEnded: OnRequestEnded): void {
  server.addHook('onRequest', (request, reply, next) => {
    const route = routeLabel(request.routeOptions.url);
    whenDone(reply.raw, (end) => {
      onEnded(route, end === 'gone' ? 'aborted' : String(reply.statusCode), reply.elapsedTime);
    });
    next();
  });
}

/** The explorer's files are one route, so that labels stay few. */
function routeLabel(url: string | undefined): string {
  if (url === undefined) return 'none';
  return url.startsWith('/explorer/') ? '/explorer' : url;
}
