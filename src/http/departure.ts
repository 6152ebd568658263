import type { FastifyReply } from 'fastify';

/**
 * A signal that goes off when there is nobody left to answer: the caller has gone, the time is up, or the gateway stops.
 * @param timeoutMs time for the request from now
 * @param stopping goes off when the gateway will not wait any longer
 */
export function departureSignal(reply: FastifyReply, timeoutMs: number, stopping: AbortSignal): AbortSignal {
  const left = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) left.abort();
  });
  return AbortSignal.any([left.signal, stopping, AbortSignal.timeout(timeoutMs)]);
}
