/** Calls allowed per window of 60 s and of 3,600 s, both sliding. */
export interface QuotaLimits {
  /** 1 to 100,000 */
  readonly perMinute: number;
  /** 1 to 100,000 */
  readonly perHour: number;
}

/** The documented quota. */
export const DOCUMENTED_QUOTA: QuotaLimits = { perMinute: 100, perHour: 1_500 };

/** A refused call: which limit it hit, and how long calls stay rejected if none is made meanwhile. */
export interface QuotaRefusal {
  readonly calls: number;
  /** The window as the recorded message writes it: `00:01:00` or `01:00:00`. */
  readonly window: string;
  /** Whole seconds, 1 or more. */
  readonly waitSeconds: number;
}

const WINDOWS = [
  { limit: 'perMinute', window: '00:01:00', windowMs: 60_000 },
  { limit: 'perHour', window: '01:00:00', windowMs: 3_600_000 },
] as const;

const MAX_KEYS = 1_000;

/**
 * Counts calls per key in an exact sliding log. Refused calls count as well: who calls during the wait stays
 * limited, as documented. A call passes if, of each window, fewer calls than its limit came within the window
 * before it; so only the latest `limit` calls matter, and no more are kept.
 */
export class Quota {
  /** Moments of calls in epoch ms by key, the oldest first. */
  readonly #calls = new Map<string, number[]>();

  /** Counts a call at `now` and says whether it is rejected. */
  record(key: string, now: number, limits: QuotaLimits | 'off'): QuotaRefusal | undefined {
    if (limits === 'off') return undefined;
    const calls = this.#callsOf(key);
    calls.push(now);
    const kept = Math.max(limits.perMinute, limits.perHour) + 1;
    if (calls.length > kept) calls.splice(0, calls.length - kept);
    let longest: QuotaRefusal | undefined;
    for (const { limit, window, windowMs } of WINDOWS) {
      const allowed = limits[limit];
      // The call that was `allowed` calls ago: while it is in the window, this one is over the limit.
      const blocking = calls[calls.length - 1 - allowed];
      if (blocking === undefined || blocking <= now - windowMs) continue;
      // The next call is free when the latest `allowed` calls, this one among them, are down to `allowed` - 1.
      const oldestInTheWay = calls[calls.length - allowed] ?? now;
      const waitSeconds = Math.max(1, Math.ceil((oldestInTheWay + windowMs - now) / 1000));
      if (longest === undefined || waitSeconds > longest.waitSeconds) {
        longest = { calls: allowed, window, waitSeconds };
      }
    }
    return longest;
  }

  #callsOf(key: string): number[] {
    const known = this.#calls.get(key);
    if (known !== undefined) return known;
    const [oldest] = this.#calls.keys();
    if (this.#calls.size >= MAX_KEYS && oldest !== undefined) this.#calls.delete(oldest);
    const fresh: number[] = [];
    this.#calls.set(key, fresh);
    return fresh;
  }
}
