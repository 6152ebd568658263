import type { Clock } from '../../src/clock.ts';

/** A clock that stands still until it is moved on. */
export interface SetClock extends Clock {
  /** Wall clock, in epoch milliseconds. */
  readonly now: () => number;
  /** Lets time pass. */
  readonly advance: (ms: number) => void;
  /** Sets the wall clock ahead, or back where `ms` is less than 0, while no time passes. */
  readonly setAhead: (ms: number) => void;
}

export function setClock(start = Date.UTC(2026, 8, 8)): SetClock {
  let passedMs = 0;
  let wallMs = start;
  const wall = (): number => wallMs;
  return {
    now: wall,
    wall,
    // From the start on as well, so that rows stamped by the wall clock alone have an age.
    monotonic: () => start + passedMs,
    advance: (ms) => {
      passedMs += ms;
      wallMs += ms;
    },
    setAhead: (ms) => {
      wallMs += ms;
    },
  };
}

/** Both clocks by one function, which never goes back. */
export const clockOf = (now: () => number): Clock => ({ wall: now, monotonic: now });
