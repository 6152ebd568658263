import type { FastifyInstance } from 'fastify';
import { isOperational } from './health.ts';
import { problem } from './problem.ts';

/** A request takes milliseconds where its rows are at hand. */
const retryAfterSeconds = 1;

/**
 * Refuses what comes while too many requests are in flight, at once and before its body is read: a fast no is worth more
 * than an answer that nobody waits for any longer. Health and metrics are answered all the same.
 */
export function limitRequestsInFlight(server: FastifyInstance, most: number): void {
  let inFlight = 0;
  server.addHook('onRequest', async (request, reply) => {
    if (isOperational(request)) return;
    if (inFlight >= most) {
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
