import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { onAbort } from '../cancellation.ts';
import { whenDone } from './connections.ts';

/**
 * A signal that goes off when an answer has no reader: the caller has left, the time is up, or the gateway stops.
 * Where the caller had gone before, it has gone off already.
 *
 * One controller holds it all: what `AbortSignal.any` makes of `AbortSignal.timeout` is lost, and never goes off, where
 * Node 20 collects garbage meanwhile.
 * @param timeoutMs time for the request from now
 * @param stopping goes off when the gateway will not wait any longer
 */
export function departureSignal(
  response: ServerResponse,
  timeoutMs: number,
  stopping: AbortSignal,
): AbortSignal {
  const departure = new AbortController();
  // An operation may ask upstream many times at once; Node would warn of a leak from the eleventh listener on.
  setMaxListeners(0, departure.signal);
  const timer = setTimeout(
    () => departure.abort(new DOMException('The time for the request is up.', 'TimeoutError')),
    timeoutMs,
  );
  const stopListening = onAbort(stopping, () => departure.abort());
  whenDone(response, (end) => {
    clearTimeout(timer);
    stopListening();
    if (end === 'gone') departure.abort();
  });
  return departure.signal;
}
