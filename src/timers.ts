/** A clock with timers. Passed in, so that hours can be simulated. */
export interface Timers {
  /** Whole milliseconds since any fixed instant. Never goes back. */
  readonly now: () => number;
  /** Calls back once, not before `ms` have passed; what it returns cancels. */
  readonly setTimer: (ms: number, callback: () => void) => () => void;
}

/** setTimeout fires at once for longer waits. */
const longestTimerMs = 2 ** 31 - 1;

/** The clock of this machine: the monotonic one, as a wall clock that is set back or forth would bend the windows. */
export const systemTimers: Timers = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  setTimer: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(1, Math.ceil(ms)), longestTimerMs));
    return () => clearTimeout(timer);
  },
};
