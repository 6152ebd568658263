import { timeLimit } from '../../cancellation.ts';
import { type Call, isYoungEnough, type ServedFrom, type Usage } from '../../machines/source.ts';
import { BackOff, secondsOf } from '../back-off.ts';
import { SingleFlight } from '../single-flight.ts';
import { UpstreamError } from '../upstream-error.ts';
import type { Timed } from './read-window.ts';

/**
 * What an age allows. In this order as it grows:
 * - `fresh`: served as it is.
 * - `stale`: served at once, while one call in the background refreshes it.
 * - `old`: refreshed first; served where that fails or takes longer than the patience.
 * - `dead`: not served; it must be fetched.
 */
export type Freshness = 'fresh' | 'stale' | 'old' | 'dead';

/** Ages in milliseconds, from when the call was sent; each at least the one before. */
export interface AgeLimits {
  readonly freshMs: number;
  readonly renewMs: number;
  readonly staleMs: number;
}

export function freshnessOf(ageMs: number, limits: AgeLimits): Freshness {
  if (ageMs < limits.freshMs) return 'fresh';
  if (ageMs < limits.renewMs) return 'stale';
  return ageMs < limits.staleMs ? 'old' : 'dead';
}

export interface RefreshOptions {
  readonly ages: AgeLimits;
  /** Longest time that a caller waits for a newer answer while an old one can be served, in milliseconds. */
  readonly patienceMs: number;
  /** Time for a refresh in the background, in milliseconds. */
  readonly backgroundMs: number;
  /** Clock that never goes back, in milliseconds. */
  readonly monotonic: () => number;
  /** Called when a refresh or read-ahead failed while callers were served without it. */
  readonly onBackgroundFailure: (error: unknown) => void;
}

/** An answer, and whether it was read for this caller, is fresh, or is past its time. */
export interface Served<T> {
  readonly value: T;
  readonly from: ServedFrom;
}

type Fetch<T> = (call: Call) => Promise<T>;

/**
 * Serves known answers by their age, and refreshes them. It alone decides whether a query costs a call.
 * Every key holds the principal.
 */
export class Refresher<T extends Timed> {
  readonly #options: RefreshOptions;
  readonly #flights = new SingleFlight<T>();
  readonly #backOff: BackOff;
  readonly #told = new WeakSet<Error>();

  constructor(options: RefreshOptions) {
    this.#options = options;
    this.#backOff = new BackOff(options.monotonic);
  }

  /**
   * @param known the newest known answer
   * @param fetch brings a newer one; callers of the same key share it
   * @throws {UpstreamError} where nothing may be served
   */
  async serve(key: string, known: T | undefined, call: Call, fetch: Fetch<T>): Promise<Served<T>> {
    const held = this.serveHeld(key, known, call, fetch);
    if (held !== undefined) return held;
    if (known !== undefined && this.mayServe(known, call)) {
      return await this.#refreshInTime(key, known, call, fetch);
    }
    const value =
      call.maxAgeMs === undefined
        ? await this.fetch(key, call, fetch)
        : await this.#fetchYoung(key, call.maxAgeMs, call, fetch);
    return { value, from: 'MISS' };
  }

  /** Whether an answer may be served: to this call, and at all. */
  mayServe(known: Timed, call: Call): boolean {
    return this.freshnessOf(known) !== 'dead' && isYoungEnough(this.ageMsOf(known), call);
  }

  /**
   * The same without waiting; undefined where a fetch is needed first. A stale answer is refreshed in the background.
   */
  serveHeld(key: string, known: T | undefined, call: Call, fetch: Fetch<T>): Served<T> | undefined {
    if (known === undefined || !this.mayServe(known, call)) return undefined;
    const freshness = this.freshnessOf(known);
    this.throwRefusal(key);
    if (freshness === 'fresh') return { value: known, from: 'HIT' };
    if (!this.#backOff.isOn(key)) {
      if (freshness === 'old') return undefined;
      this.fetchBehind(key, call, fetch);
    }
    return { value: known, from: 'STALE' };
  }

  /** Fetches, in one flight for a key. A failure is shared, and the key backs off. */
  fetch(key: string, call: Call, fetch: Fetch<T>): Promise<T> {
    return this.#flights.join(key, call, (shared) => this.#backOff.watch(key, () => fetch(shared)));
  }

  /** Fetches in the background, with its own deadline, unless the key backs off. No request counts the call. */
  fetchBehind(key: string, call: Call, fetch: Fetch<T>): void {
    if (this.#backOff.isOn(key)) return;
    const { backgroundMs, monotonic, onBackgroundFailure } = this.#options;
    const { signal, lift } = timeLimit(backgroundMs);
    const deadline = monotonic() + backgroundMs;
    const background: Call = { ...call, lane: 'background', signal, deadline, usage: untold };
    const onFailure = (error: UpstreamError): void => {
      // Ids of one call fail together, by one error.
      if (!this.#told.has(error)) onBackgroundFailure(error);
      this.#told.add(error);
    };
    this.fetch(key, background, fetch).catch(onFailure).finally(lift);
  }

  /**
   * @throws {UpstreamError} after upstream rejected the principal, for the back-off: nothing is served or fetched
   * then
   */
  throwRefusal(key: string): void {
    this.#backOff.throwRefusal(key);
  }

  freshnessOf(answer: Timed): Freshness {
    return freshnessOf(this.ageMsOf(answer), this.#options.ages);
  }

  ageMsOf({ sentAt }: Timed): number {
    return this.#options.monotonic() - sentAt;
  }

  /**
   * Fetches what is young enough for a call. Any number of calls in a row take one fetch at a time, and none while the key
   * backs off.
   * @throws {UpstreamError} with the time until a retry makes sense, where the trouble is passing
   */
  async #fetchYoung(key: string, maxAgeMs: number, call: Call, fetch: Fetch<T>): Promise<T> {
    const sentSince = this.#options.monotonic() - maxAgeMs;
    this.#backOff.throwFailure(key);
    try {
      const joined = await this.fetch(key, call, fetch);
      if (joined.sentAt >= sentSince) return joined;
      // It had been sent long before this call came. One that begins from now on is young enough.
      return await this.fetch(key, call, fetch);
    } catch (error) {
      if (!(error instanceof UpstreamError && error.isPassing)) throw error;
      if (error.retryAfterSeconds !== undefined) throw error;
      const retryAfterSeconds = secondsOf(this.#backOff.leftMs(key));
      throw new UpstreamError({ ...error.details, retryAfterSeconds }, { cause: error });
    }
  }

  /** Refreshes within the patience. Past it, or where upstream is in trouble, the old answer is served. */
  async #refreshInTime(key: string, known: T, call: Call, fetch: Fetch<T>): Promise<Served<T>> {
    const { patienceMs, monotonic } = this.#options;
    // At most half of the caller's time, so that some is left to serve the old answer.
    const waitMs = Math.min(patienceMs, Math.max(0, call.deadline - monotonic()) / 2);
    const patience = timeLimit(waitMs, call.signal);
    try {
      // The quota gets the short deadline too: where it has no room until then, it rejects at once.
      const patient: Call = { ...call, signal: patience.signal, deadline: monotonic() + waitMs };
      const refreshed = this.fetch(key, patient, fetch);
      // Joins the same fetch, so that it goes on when the patience is over.
      this.fetchBehind(key, call, fetch);
      return { value: await refreshed, from: 'MISS' };
    } catch (error) {
      if (call.signal.aborted || !(error instanceof UpstreamError && error.isPassing)) throw error;
      return { value: known, from: 'STALE' };
    } finally {
      patience.lift();
    }
  }
}

const untold: Usage = { called: () => undefined, served: () => undefined };
