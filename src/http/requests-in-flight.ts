import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isOperational } from './health.ts';
import { problem } from './problem.ts';

/** A request takes milliseconds where its rows are at hand. */
const retryAfterSeconds = 1;

/**
 * Refuses what comes while too many requests are in flight, at once and before its body is read: a fast no is worth more
 * than an answer that nobody waits for any longer. Health and metrics are answered all the same.
 */
export function limitRequestsInFlight(server: FastifyInstance, most: number, onRefused: () => void): void {
  let inFlight = 0;
  server.addHook('onRequest', async (request, reply) => {
    if (isOperational(request)) return;
    if (inFlight >= most) {
      onRefused();
      // What is still to come of its body is not waited for.
      reply.header('connection', 'close');
      await reply
        .code(503)
        .header('retry-after', retryAfterSeconds)
        .send(problem('OVERLOADED', `The gateway has its hands full. Ask again in ${retryAfterSeconds} s.`));
      return;
    }
    inFlight += 1;
    reply.raw.once('close', () => {
      inFlight -= 1;
    });
  });
}

/** Part of all requests in flight that one caller may have. */
const callerShare = 1 / 4;

/**
 * A hook that refuses a caller who has too many requests in flight, so that slow ones of one leave room for others.
 * @param callerOf undefined for whom is not known: an address can stand for many
 */
export function limitOfCallerInFlight(
  most: number,
  callerOf: (request: FastifyRequest) => string | undefined,
  onRefused: () => void,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const mostOfOne = Math.max(1, Math.floor(most * callerShare));
  const inFlight = new Map<string, number>();
  return async (request, reply) => {
    const caller = callerOf(request);
    if (caller === undefined) return;
    const own = inFlight.get(caller) ?? 0;
    if (own >= mostOfOne) {
      onRefused();
      reply.header('connection', 'close');
      await reply
        .code(429)
        .header('retry-after', retryAfterSeconds)
        .send(
          problem(
            'RATE_LIMITED',
            `You have ${own} requests in flight, the most that are taken of each caller.`,
          ),
        );
      return;
    }
    inFlight.set(caller, own + 1);
    reply.raw.once('close', () => {
      const left = (inFlight.get(caller) ?? 1) - 1;
      if (left > 0) inFlight.set(caller, left);
      else inFlight.delete(caller);
    });
  };
}
