import type { Timers } from '../timers.ts';

const hourMs = 3_600_000;

/**
 * The part of the hourly quota that reading the fleet may take, counted over a sliding hour. The quota itself is
 * counted in upstream/quota; this leaves the rest of it to all other calls.
 */
export class CallBudget {
  readonly #clock: Timers;
  readonly #share: number;
  readonly #callsPerHour: () => number;
  /** When the calls of the last hour were sent, oldest first. */
  #sent: number[] = [];

  /**
   * @param share 0 to 1
   * @param callsPerHour all calls that this replica may make at the moment
   */
  constructor(clock: Timers, share: number, callsPerHour: () => number) {
    this.#clock = clock;
    this.#share = share;
    this.#callsPerHour = callsPerHour;
  }

  /** Calls an hour; one at least, or nothing would ever be read. */
  get limit(): number {
    return Math.max(1, Math.floor(this.#callsPerHour() * this.#share));
  }

  /** Until the next call may be sent, in milliseconds. */
  waitMs(): number {
    const now = this.#clock.now();
    this.#sent = this.#sent.filter((at) => at > now - hourMs);
    const blocking = this.#sent.at(-this.limit);
    return blocking === undefined ? 0 : blocking + hourMs - now;
  }

  /**
   * Whether a reading may be made now, ahead of its time: as far as those that follow it at even intervals find room, too.
   * @param calls that a reading takes
   * @param everyMs between the beginnings of two readings, in milliseconds, 1 or more
   */
  hasRoomAhead(calls: number, everyMs: number): boolean {
    const now = this.#clock.now();
    let forgotten = 0;
    for (let inMs = 0, planned = calls; inMs < hourMs; inMs += everyMs, planned += calls) {
      while ((this.#sent[forgotten] ?? Number.POSITIVE_INFINITY) <= now + inMs - hourMs) forgotten += 1;
      if (this.#sent.length - forgotten + planned > this.limit) return false;
    }
    return true;
  }

  called(): void {
    this.#sent.push(this.#clock.now());
  }

  /** Counts the calls of another reader, with whom this one shares its part. @param ageMs since they were sent */
  calledByOther(calls: number, ageMs: number): void {
    const at = this.#clock.now() - ageMs;
    const others = Array.from({ length: calls }, () => at);
    this.#sent = [...this.#sent, ...others].sort((a, b) => a - b);
  }

  /** How far apart readings of so many calls have to be. */
  intervalMs(calls: number): number {
    return (calls / this.limit) * hourMs;
  }
}
