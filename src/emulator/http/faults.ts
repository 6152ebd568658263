import { z } from 'zod';

/**
 * What goes wrong with one answer.
 * `status`: an answer of that status instead. `reset`: the socket is destroyed before any header.
 * `stall`: nothing more comes, before the headers or in mid-body, and the connection stays open.
 * `truncate`: the connection breaks in mid-body. `truncatedJson`: a clean end after half the JSON.
 * `invalidJson`: a clean answer that is no JSON.
 */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      /** Sent as it is when a text, else as JSON; no body when left out. */
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    }
  | { readonly kind: 'reset' }
  | { readonly kind: 'stall'; readonly at: 'headers' | 'body' }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'truncatedJson' }
  | { readonly kind: 'invalidJson' };

export const MAX_QUEUED_FAULTS = 100_000;

export const FAULT_SCHEMA = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(200).max(599),
    body: z.unknown().optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
  z.strictObject({ kind: z.literal('reset') }),
  z.strictObject({ kind: z.literal('stall'), at: z.enum(['headers', 'body']) }),
  z.strictObject({ kind: z.literal('truncate') }),
  z.strictObject({ kind: z.literal('truncatedJson') }),
  z.strictObject({ kind: z.literal('invalidJson') }),
]);

/** The faults of the coming answers, first in, first out. */
export interface FaultQueue {
  /** The next `count` answers, after those already queued, go wrong this way. */
  readonly next: (count: number, fault: Fault) => void;
  /** How many answers are still to go wrong. */
  readonly pending: () => number;
  readonly clear: () => void;
}

/** A fault queue with the side that takes from it. */
export interface ConsumableFaults extends FaultQueue {
  readonly take: () => Fault | undefined;
}

export function createFaults(): ConsumableFaults {
  let queue: { readonly fault: Fault; left: number }[] = [];
  const pending = () => queue.reduce((sum, { left }) => sum + left, 0);
  return {
    next: (count, fault) => {
      if (!Number.isInteger(count) || count < 1 || pending() + count > MAX_QUEUED_FAULTS) {
        throw new RangeError(`Faults are queued 1 to ${MAX_QUEUED_FAULTS} at a time, not ${count}.`);
      }
      queue.push({ fault, left: count });
    },
    pending,
    clear: () => {
      queue = [];
    },
    take: () => {
      const [first] = queue;
      if (first === undefined) return undefined;
      first.left--;
      if (first.left === 0) queue.shift();
      return first.fault;
    },
  };
}
