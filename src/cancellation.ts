import type { Timers } from './timers.ts';

/**
 * Runs something once when a signal goes off; at once where it has gone off already, as then no event comes.
 * @returns stops listening
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  if (signal.aborted) {
    run();
    return () => undefined;
  }
  signal.addEventListener('abort', run, { once: true });
  return () => signal.removeEventListener('abort', run);
}

/** A signal that goes off after a time, or with another signal, whichever comes first. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** Ends the limit; the signal will not go off any more. */
  readonly lift: () => void;
}

/**
 * Held by one controller of its own: what `AbortSignal.any` makes of `AbortSignal.timeout` may be lost, and never go off,
 * where Node 20 collects garbage meanwhile.
 */
export function timeLimit(ms: number, outer?: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException('The time is up.', 'TimeoutError')), ms);
  const stopListening = outer && onAbort(outer, () => controller.abort(outer.reason));
  return {
    signal: controller.signal,
    lift: () => {
      clearTimeout(timer);
      stopListening?.();
    },
  };
}

/**
 * The result of shared work, for a caller who may leave early; the work itself goes on.
 * @throws what the work throws, or the signal's reason
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let leave = (): void => undefined;
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
  });
  const stopListening = onAbort(signal, leave);
  try {
    return await Promise.race([work, left]);
  } finally {
    stopListening();
  }
}

/**
 * Lets time pass.
 * @param end ends the pause early
 * @throws the signal's reason where it goes off first
 */
export async function pause(
  ms: number,
  clock: Timers,
  signal: AbortSignal,
  end?: Promise<void>,
): Promise<void> {
  let cancel = (): void => undefined;
  const timeUp = new Promise<void>((resolve) => {
    cancel = clock.setTimer(ms, resolve);
  });
  try {
    await untilAborted(end === undefined ? timeUp : Promise.race([timeUp, end]), signal);
  } finally {
    cancel();
  }
}

/** Whether a signal went off because the time was up, rather than because the caller left. */
export function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}
