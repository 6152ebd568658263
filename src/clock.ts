/** Time, passed in so that tests can turn it. */
export interface Clock {
  /** Wall clock, in epoch milliseconds: for stamps that are shown, and for times that others set. It may be set back. */
  readonly wall: () => number;
  /** Monotonic clock, in milliseconds since any fixed instant: for ages, waits and deadlines. Never goes back. */
  readonly monotonic: () => number;
}

/** The clocks of this machine. */
export const systemClock: Clock = { wall: Date.now, monotonic: () => performance.now() };
