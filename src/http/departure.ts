import { setMaxListeners } from 'node:events';
import type { FastifyReply } from 'fastify';

/**
 * A signal that goes off when there is nobody left to answer: the caller has gone, the time is up, or the gateway stops.
 *
 * One controller holds it all: what `AbortSignal.any` makes of `AbortSignal.timeout` is lost, and never goes off, where
 * Node 20 collects garbage meanwhile.
 * @param timeoutMs time for the request from now
 * @param stopping goes off when the gateway will not wait any longer
 */
export function departureSignal(reply: FastifyReply, timeoutMs: number, stopping: AbortSignal): AbortSignal {
  const departure = new AbortController();
  // An operation may ask upstream many times at once; Node would warn of a leak from the eleventh listener on.
  setMaxListeners(0, departure.signal);
  const stop = (): void => departure.abort();
  const timer = setTimeout(
    () => departure.abort(new DOMException('The time for the request is up.', 'TimeoutError')),
    timeoutMs,
  );
  if (stopping.aborted) stop();
  stopping.addEventListener('abort', stop);
  reply.raw.once('close', () => {
    clearTimeout(timer);
    stopping.removeEventListener('abort', stop);
    if (!reply.raw.writableFinished) departure.abort();
  });
  return departure.signal;
}
