import type { ServerResponse } from 'node:http';
import type { Arrival } from '../graphql/context.ts';
import { departureSignal } from './departure.ts';

export interface ArrivalOptions extends Pick<Arrival, 'requestId' | 'span' | 'note'> {
  readonly response: ServerResponse;
  readonly timeoutMs: number;
  /** Goes off when the gateway will not wait any longer. */
  readonly stopping: AbortSignal;
  /** Clock that never goes back, in milliseconds. */
  readonly monotonic: () => number;
}

/**
 * A request that gets one answer. A class, as V8 keeps an object whose getter was written into it, and the request with it, until
 * it has gone through the whole memory. Not to be copied by spreading, which leaves the signal behind.
 */
export class RequestArrival implements Arrival {
  readonly requestId: string;
  readonly span: Arrival['span'];
  readonly note: Arrival['note'];
  readonly deadline: number;
  readonly #options: ArrivalOptions;
  #signal: AbortSignal | undefined;

  constructor(options: ArrivalOptions) {
    this.requestId = options.requestId;
    this.span = options.span;
    this.note = options.note;
    this.deadline = options.monotonic() + options.timeoutMs;
    this.#options = options;
  }

  /** Made where something waits for it. */
  get signal(): AbortSignal {
    const { response, stopping, monotonic } = this.#options;
    this.#signal ??= departureSignal(response, Math.max(0, this.deadline - monotonic()), stopping);
    return this.#signal;
  }
}
