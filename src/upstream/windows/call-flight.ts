import type { Call } from '../../machines/source.ts';
import { TransportError } from '../transport.ts';
import { errorOfTransport, UpstreamError } from '../upstream-error.ts';
import { SingleFlight } from './single-flight.ts';

/** Upstream work that callers of either lane share. */
export class CallFlight<T> {
  readonly #flights = new SingleFlight<T>();
  /** How long whoever began each piece of work would wait for the quota, in epoch milliseconds; 0 in the background. */
  readonly #deadlines = new Map<string, number>();

  isUnderWay(key: string): boolean {
    return this.#flights.has(key);
  }

  /**
   * @param work gets the call with a signal of its own, which goes off when nobody waits for it any longer
   * @throws {UpstreamError} also where the time of this call is up before the work is done
   */
  async join(key: string, call: Call, work: (call: Call) => Promise<T>): Promise<T> {
    const begunUntil = this.#deadlines.get(key) ?? Number.POSITIVE_INFINITY;
    try {
      return await this.#join(key, call, work);
    } catch (error) {
      // That the quota was short for one who would not wait as long says nothing to one who will.
      const waitsLonger = call.lane === 'interactive' && call.deadline > begunUntil;
      if (waitsLonger && error instanceof UpstreamError && error.isOwnQuota && !call.signal.aborted) {
        return await this.#join(key, call, work);
      }
      throw error;
    }
  }

  async #join(key: string, call: Call, work: (call: Call) => Promise<T>): Promise<T> {
    try {
      return await this.#flights.join(key, call.signal, (signal) =>
        this.#begin(key, { ...call, signal }, work),
      );
    } catch (error) {
      if (error instanceof UpstreamError || !call.signal.aborted) throw error;
      throw errorOfTransport(new TransportError('timeout', error));
    }
  }

  async #begin(key: string, call: Call, work: (call: Call) => Promise<T>): Promise<T> {
    this.#deadlines.set(key, call.lane === 'interactive' ? call.deadline : 0);
    try {
      return await work(call);
    } finally {
      this.#deadlines.delete(key);
    }
  }
}
