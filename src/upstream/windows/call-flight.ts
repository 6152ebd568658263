import type { Call } from '../../machines/source.ts';
import { TransportError } from '../transport.ts';
import { errorOfTransport, UpstreamError } from '../upstream-error.ts';
import { SingleFlight } from './single-flight.ts';

/** Upstream work that callers of either lane share. */
export class CallFlight<T> {
  readonly #flights = new SingleFlight<T>();
  /** Keys of the work that was begun in the background. */
  readonly #behind = new Set<string>();

  /**
   * @param work gets the call with a signal of its own, which goes off when nobody waits for it any longer
   * @throws {UpstreamError} also where the time of this call is up before the work is done
   */
  async join(key: string, call: Call, work: (call: Call) => Promise<T>): Promise<T> {
    const isBegunBehind = this.#behind.has(key);
    try {
      return await this.#join(key, call, work);
    } catch (error) {
      // The background gives way where the quota is short; that says nothing to somebody who waits.
      if (isBegunBehind && call.lane === 'interactive' && isQuota(error) && !call.signal.aborted) {
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
    if (call.lane === 'interactive') return await work(call);
    this.#behind.add(key);
    try {
      return await work(call);
    } finally {
      this.#behind.delete(key);
    }
  }
}

const isQuota = (error: unknown): boolean =>
  error instanceof UpstreamError && error.code === 'QUOTA_EXHAUSTED' && error.status === undefined;
