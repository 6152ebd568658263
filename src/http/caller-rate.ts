import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import { LRUCache } from 'lru-cache';
import { problem } from './problem.ts';

/** Names a caller for counting: an authenticated caller, or else an address. */
export type CallerKey = (request: FastifyRequest) => string;

/** Most callers that are remembered; an evicted one starts afresh. */
const maxCallers = 10_000;
const minuteMs = 60_000;

/**
 * How often each caller may ask: evenly, and a sixth of a minute's requests at once.
 *
 * Kept for each caller is one instant, when all that was asked so far would have come at an even pace (the generic cell
 * rate algorithm, as ATM networks have it). So no window restarts for all at once.
 */
export class CallerRate {
  readonly #spacingMs: number;
  readonly #slackMs: number;
  readonly #due = new LRUCache<string, number>({ max: maxCallers });
  readonly perMinute: number;

  /** @param perMinute 1 or more */
  constructor(perMinute: number) {
    this.perMinute = perMinute;
    this.#spacingMs = minuteMs / perMinute;
    this.#slackMs = Math.max(this.#spacingMs, minuteMs / 6);
  }

  /** Callers that are remembered. */
  get size(): number {
    return this.#due.size;
  }

  /**
   * Counts a request, unless it comes too early.
   * @param now by a clock that never goes back, in ms
   * @returns the ms to wait; 0 where it may go on
   */
  take(caller: string, now: number): number {
    const due = Math.max(this.#due.get(caller) ?? now, now) + this.#spacingMs;
    const waitMs = due - now - this.#slackMs;
    if (waitMs > 0) return waitMs;
    this.#due.set(caller, due);
    return 0;
  }

  /** What may be sent at once, and over which time: the limit, as clients can keep to it. */
  get burst(): RateBurst {
    const requests = Math.floor(this.#slackMs / this.#spacingMs);
    return { requests, seconds: wholeSeconds(requests * this.#spacingMs) };
  }

  /** What is left to a caller. @param now by a clock that never goes back, in ms */
  leftTo(caller: string, now: number): RateLeft {
    const aheadMs = Math.max(0, (this.#due.get(caller) ?? now) - now);
    const requests = Math.floor((this.#slackMs - aheadMs) / this.#spacingMs);
    if (requests > 0) return { requests, seconds: wholeSeconds(aheadMs) };
    return { requests: 0, seconds: wholeSeconds(aheadMs + this.#spacingMs - this.#slackMs) };
  }
}

export interface RateBurst {
  /** 1 or more. */
  readonly requests: number;
  readonly seconds: number;
}

export interface RateLeft {
  /** That may be sent at once; 0 or more. */
  readonly requests: number;
  /** Until all of the burst may be sent again; where nothing is left, until the next request may be sent. */
  readonly seconds: number;
}

const wholeSeconds = (ms: number): number => Math.ceil(ms / 1_000);

/**
 * The limit and what is left of it, as draft-ietf-httpapi-ratelimit-headers has it: lists of structured fields, which clients and
 * routers read to slow down ahead of a 429.
 */
export const rateHeaders = {
  policy: 'ratelimit-policy',
  left: 'ratelimit',
} as const;

/**
 * A hook that rejects a caller above the rate limit with 429, before the body is read. Every answer shows what is
 * left to its caller.
 */
export function callerLimit(
  rate: CallerRate,
  callerKey: CallerKey,
  monotonic: () => number,
  onRefused: () => void,
): onRequestHookHandler {
  return (request, reply, next) => {
    const caller = callerKey(request);
    const now = monotonic();
    const waitMs = rate.take(caller, now);
    const { burst } = rate;
    const left = rate.leftTo(caller, now);
    reply.header(rateHeaders.policy, `"caller";q=${burst.requests};w=${burst.seconds}`);
    reply.header(rateHeaders.left, `"caller";r=${left.requests};t=${left.seconds}`);
    if (waitMs === 0) return next();
    onRefused();
    const seconds = Math.ceil(waitMs / 1_000);
    reply
      .code(429)
      .header('retry-after', seconds)
      .send(problem('RATE_LIMITED', tooOften(rate, seconds)));
  };
}

/** In words for the caller. */
export const tooOften = ({ perMinute }: CallerRate, seconds: number): string =>
  `Rate limit exceeded: ${perMinute} requests a minute are allowed for each caller. Try again in ${seconds} s.`;
