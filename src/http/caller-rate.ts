import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { problem } from './problem.ts';

/** Names who asks, for counting: an authenticated caller, or else an address. */
export type CallerKey = (request: FastifyRequest) => string;

/** Most callers that are remembered; who is forgotten starts anew. */
const maxCallers = 10_000;
const minuteMs = 60_000;

/**
 * How often each caller may ask: evenly, and a sixth of a minute's requests at once.
 *
 * Kept for each caller is one instant, when all that was asked so far would have come at an even pace (the generic cell
 * rate algorithm, as ATM networks have it). So no window begins anew at once for all.
 */
export class CallerRate {
  readonly #spacingMs: number;
  readonly #slackMs: number;
  readonly #due = new LRUCache<string, number>({ max: maxCallers });

  /** @param perMinute 1 or more */
  constructor(perMinute: number) {
    this.#spacingMs = minuteMs / perMinute;
    this.#slackMs = Math.max(this.#spacingMs, minuteMs / 6);
  }

  /** Callers that are remembered. */
  get size(): number {
    return this.#due.size;
  }

  /**
   * Counts a request, unless it comes too early.
   * @param now in ms
   * @returns the ms to wait; 0 where it may go on
   */
  take(caller: string, now: number): number {
    const known = this.#due.get(caller) ?? 0;
    // None is due later than the slack, unless the clock was set back meanwhile.
    const due = (known > now + this.#slackMs ? now : Math.max(known, now)) + this.#spacingMs;
    const waitMs = due - now - this.#slackMs;
    if (waitMs > 0) return waitMs;
    this.#due.set(caller, due);
    return 0;
  }
}

/** A hook that refuses a caller who asks too often with 429, before the body is read. */
export function callerLimit(
  perMinute: number,
  callerKey: CallerKey,
  now: () => number,
  onRefused: () => void,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const rate = new CallerRate(perMinute);
  return async (request, reply) => {
    const waitMs = rate.take(callerKey(request), now());
    if (waitMs === 0) return;
    onRefused();
    const seconds = Math.ceil(waitMs / 1_000);
    await reply
      .code(429)
      .header('retry-after', seconds)
      .send(
        problem(
          'RATE_LIMITED',
          `You asked too often: ${perMinute} requests a minute are taken of each caller. Ask again in ${seconds} s.`,
        ),
      );
  };
}
