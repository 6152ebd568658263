import { integer, pickWeighted, type Random, randomAt, type Weighted } from '../random.ts';

/**
 * What happens to a fleet while time goes by. `reports`: a full report, which moves `lastSeen`. `reassessed` (risk),
 * `tagged` and `regrouped` are done in the portal or by rules, and do not move it.
 */
export interface ChurnEvent {
  readonly kind: 'reports' | 'added' | 'removed' | 'reassessed' | 'tagged' | 'regrouped';
  /** epoch ms */
  readonly at: number;
  /** The event's own generator. */
  readonly random: Random;
}

const KINDS: Weighted<ChurnEvent['kind']> = [
  ['reports', 75],
  ['added', 5],
  ['removed', 5],
  ['reassessed', 7],
  ['tagged', 5],
  ['regrouped', 3],
];

/** Most events of one catching up; when a clock jumps further, the older events are passed over. */
const MAX_CATCH_UP_EVENTS = 100_000;

const MINUTE_MS = 60_000;

/**
 * The events of a fleet as a function of time: event n of a rate falls n/rate minutes after the rate was set, and
 * is drawn from the seed and its number alone. No timers: the caller passes the time.
 */
export class Churn {
  readonly #seed: number;
  #perMinute = 0;
  #since = 0;
  #done = 0;
  #serial = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Sets the rate from `now` on; an unchanged rate goes on as it was. */
  setRate(perMinute: number, now: number): void {
    if (perMinute === this.#perMinute) return;
    this.#perMinute = perMinute;
    this.#since = now;
    this.#done = 0;
  }

  /** The events that are due at `now` and have not been handed out yet, oldest first. */
  *due(now: number): Generator<ChurnEvent, void, void> {
    if (this.#perMinute === 0) return;
    const reached = Math.floor(((now - this.#since) * this.#perMinute) / MINUTE_MS);
    const passedOver = Math.max(0, reached - this.#done - MAX_CATCH_UP_EVENTS);
    this.#done += passedOver;
    this.#serial += passedOver;
    while (this.#done < reached) {
      this.#done++;
      this.#serial++;
      const random = randomAt(this.#seed, this.#serial);
      const at = this.#since + Math.round((this.#done * MINUTE_MS) / this.#perMinute);
      yield { kind: pickWeighted(random, KINDS), at: Math.min(at, now), random };
    }
  }
}

/** The place an event chooses among `size` machines. */
export function chosen(event: ChurnEvent, size: number): number {
  return integer(event.random, size);
}
