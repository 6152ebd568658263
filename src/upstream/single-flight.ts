import type { Call } from '../machines/source.ts';
import { SharedWork } from '../shared-work.ts';
import { TransportError } from './transport.ts';
import { errorOfTransport, UpstreamError } from './upstream-error.ts';

/** Calls with the same key share one flight, in either lane. */
export class SingleFlight<T> {
  readonly #flights = new SharedWork<T, Call>();

  /**
   * @param start begins the work, with a call whose signal goes off when all waiting callers left
   * @throws what the work throws; {@link UpstreamError} where this caller's time is up first
   */
  async join(key: string, call: Call, start: (call: Call) => Promise<T>): Promise<T> {
    const joined = this.#flights.startedBy(key);
    try {
      return await this.#wait(key, call, start);
    } catch (error) {
      // The quota was short for a flight of a less patient caller. In the background it is not waited for.
      const isMorePatient = joined?.lane === 'background' || (joined && call.deadline > joined.deadline);
      const mayRetry = call.lane === 'interactive' && isMorePatient && !call.signal.aborted;
      if (mayRetry && error instanceof UpstreamError && error.isOwnQuota) {
        return await this.#wait(key, call, start);
      }
      throw error;
    }
  }

  async #wait(key: string, call: Call, start: (call: Call) => Promise<T>): Promise<T> {
    // The flight's calls are in the trace of who began it.
    const joined = this.#flights.startedBy(key);
    if (joined !== undefined && !call.signal.aborted) call.span.link(joined.span);
    try {
      return await this.#flights.join(key, call, start);
    } catch (error) {
      if (error instanceof UpstreamError || !call.signal.aborted) throw error;
      throw errorOfTransport(new TransportError('timeout', error));
    }
  }
}
