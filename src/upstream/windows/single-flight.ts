import { untilAborted } from '../../cancellation.ts';

/**
 * Any number of callers for the same thing share one piece of work. A caller who leaves ends only its own waiting; when
 * the last one leaves, the work is told to stop.
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** Pieces of work under way. */
  get size(): number {
    return this.#flights.size;
  }

  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /**
   * @param start begins the work; the signal goes off when nobody waits for it any longer
   * @throws what the work throws, or the caller's own abort reason
   */
  async join(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#begin(key, start);
    flight.waiting += 1;
    try {
      return await untilAborted(flight.result, signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0) this.#abandon(key, flight);
    }
  }

  #begin(key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const stop = new AbortController();
    const flight: Flight<T> = { result: start(stop.signal), stop, waiting: 0 };
    this.#flights.set(key, flight);
    // Each caller gets the failure by itself; here only the end matters.
    flight.result.catch(() => undefined).finally(() => this.#remove(key, flight));
    return flight;
  }

  /** Nobody waits: work that goes on would be for nothing, and a newcomer begins anew. */
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
  waiting: number;
}
