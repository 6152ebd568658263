import { untilAborted } from '../cancellation.ts';
import type { Call } from '../machines/source.ts';
import type { Span } from '../tracing/span.ts';
import { TransportError } from './transport.ts';
import { errorOfTransport, UpstreamError } from './upstream-error.ts';

/**
 * Any number of callers with the same key share one flight, in either lane. A caller that leaves ends
 * its own wait only; when the last one leaves, the work is aborted, and a newcomer begins anew.
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** Flights. */
  get size(): number {
    return this.#flights.size;
  }

  /**
   * @param start begins the work, with a call whose signal goes off when all waiting callers left
   * @throws what the work throws; {@link UpstreamError} where this caller's time is up first
   */
  async join(key: string, call: Call, start: (call: Call) => Promise<T>): Promise<T> {
    const joined = this.#flights.get(key);
    try {
      return await this.#wait(key, call, start);
    } catch (error) {
      // The quota was short for a flight of a less patient caller.
      const waitsLonger = joined !== undefined && call.lane === 'interactive' && call.deadline > joined.until;
      const mayRetry = waitsLonger && error instanceof UpstreamError && error.isOwnQuota;
      if (mayRetry && !call.signal.aborted) return await this.#wait(key, call, start);
      throw error;
    }
  }

  async #wait(key: string, call: Call, start: (call: Call) => Promise<T>): Promise<T> {
    try {
      call.signal.throwIfAborted();
      const joined = this.#flights.get(key);
      // Its calls are in the trace of who began it.
      if (joined !== undefined) call.span.link(joined.span);
      const flight = joined ?? this.#begin(key, call, start);
      flight.waiting += 1;
      try {
        return await untilAborted(flight.result, call.signal);
      } finally {
        flight.waiting -= 1;
        if (flight.waiting === 0) this.#abandon(key, flight);
      }
    } catch (error) {
      if (error instanceof UpstreamError || !call.signal.aborted) throw error;
      throw errorOfTransport(new TransportError('timeout', error));
    }
  }

  #begin(key: string, call: Call, start: (call: Call) => Promise<T>): Flight<T> {
    const stop = new AbortController();
    const flight: Flight<T> = {
      result: start({ ...call, signal: stop.signal }),
      stop,
      span: call.span,
      until: call.lane === 'interactive' ? call.deadline : Number.NEGATIVE_INFINITY,
      waiting: 0,
    };
    this.#flights.set(key, flight);
    // Each caller gets the failure; here only the end matters.
    flight.result.catch(() => undefined).finally(() => this.#remove(key, flight));
    return flight;
  }

  #abandon(key: string, flight: Flight<T>): void {
    this.#remove(key, flight);
    flight.stop.abort();
  }

  #remove(key: string, flight: Flight<T>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}

interface Flight<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  /** Of who began it. */
  readonly span: Span;
  /** Deadline of its wait for the quota; in the background it does not wait. */
  readonly until: number;
  waiting: number;
}
