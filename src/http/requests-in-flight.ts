import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';
import { whenDone } from './connections.ts';
import { isOperational } from './health.ts';
import { Places } from './places.ts';
import { problem } from './problem.ts';

/** A request takes milliseconds where its rows are in memory. */
const retryAfterSeconds = 1;
/** Part of all that are in flight that one caller may have. */
const callerShare = 1 / 4;

/** @param most of all callers at a time; one at least */
export function sharedPlaces(most: number): Places {
  const whole = Math.max(1, Math.floor(most));
  return new Places(whole, Math.max(1, Math.floor(whole * callerShare)));
}

/**
 * Rejects requests while too many are in flight, at once and before the body is read: a fast rejection is worth more
 * than an answer whose caller has left. Health and metrics are answered nevertheless.
 */
export function limitRequestsInFlight(server: FastifyInstance, places: Places, onRefused: () => void): void {
  server.addHook('onRequest', (request, reply, next) => {
    if (isOperational(request)) return next();
    const give = places.take();
    if (give === undefined) {
      onRefused();
      // The rest of its body is not awaited.
      reply.header('connection', 'close');
      reply.code(503).header('retry-after', retryAfterSeconds).send(problem('OVERLOADED', tooManyInFlight));
      return;
    }
    whenDone(reply.raw, give);
    next();
  });
}

/** In words for callers. */
export const tooManyInFlight = `The gateway is overloaded. Try again in ${retryAfterSeconds} s.`;
export const tooManyOfOwn = ({ mostOfOne }: Places): string =>
  `You have ${mostOfOne} requests in flight, the most for one caller.`;

/**
 * A hook that rejects a caller with too many requests in flight, so that slow ones of one leave room for others.
 * @param callerOf undefined for unidentified callers: an address can be many
 */
export function limitOfCallerInFlight(
  places: Places,
  callerOf: (request: FastifyRequest) => string | undefined,
  onRefused: () => void,
): onRequestHookHandler {
  return (request, reply, next) => {
    const give = places.takeOf(callerOf(request));
    if (give === undefined) {
      onRefused();
      reply.header('connection', 'close');
      reply
        .code(429)
        .header('retry-after', retryAfterSeconds)
        .send(problem('RATE_LIMITED', tooManyOfOwn(places)));
      return;
    }
    whenDone(reply.raw, give);
    next();
  };
}
