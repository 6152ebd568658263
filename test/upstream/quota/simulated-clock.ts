import type { Timers } from '../../../src/timers.ts';

/** A clock that is moved by hand, from one timer to the next. */
export interface SimulatedClock extends Timers {
  /** Lets `ms` pass; between timers everything that waits for nothing else runs. */
  readonly advance: (ms: number) => Promise<void>;
  /** Time until each timer that is set, in ms. */
  readonly timers: () => readonly number[];
}

/** Lets promises that are ready run. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function simulatedClock(startMs = 1_000_000): SimulatedClock {
  let now = startMs;
  let count = 0;
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>();
  const next = (): [number, { at: number; callback: () => void }] | undefined => {
    let first: [number, { at: number; callback: () => void }] | undefined;
    for (const timer of timers) if (first === undefined || timer[1].at < first[1].at) first = timer;
    return first;
  };
  return {
    now: () => now,
    setTimer: (ms, callback) => {
      const key = ++count;
      timers.set(key, { at: now + Math.max(0, ms), callback });
      return () => void timers.delete(key);
    },
    timers: () => [...timers.values()].map(({ at }) => at - now),
    advance: async (ms) => {
      const end = now + ms;
      await settle();
      for (let timer = next(); timer !== undefined && timer[1].at <= end; timer = next()) {
        timers.delete(timer[0]);
        now = Math.max(now, timer[1].at);
        timer[1].callback();
        await settle();
      }
      now = end;
    },
  };
}
