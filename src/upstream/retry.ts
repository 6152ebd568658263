import pRetry from 'p-retry';
import { UpstreamError } from './upstream-error.ts';

export interface RetryOptions {
  /** Tries after the first; 0 to 10. */
  readonly retries: number;
  /** Wait ahead of the second try; it doubles with each further one, times a random factor of 1 to 2. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
  readonly signal: AbortSignal;
  /** Told of each try that is about to be repeated. */
  readonly onRetry: (error: UpstreamError, attempt: number) => void;
}

/** Repeats a call whose error says that another try may help, at growing and scattered intervals. */
export function withRetries<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  return pRetry(call, {
    retries: options.retries,
    minTimeout: options.firstWaitMs,
    maxTimeout: options.maxWaitMs,
    factor: 2,
    randomize: true,
    signal: options.signal,
    shouldRetry: ({ error }) => error instanceof UpstreamError && error.retryable,
    onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
      if (error instanceof UpstreamError && error.retryable && retriesLeft > 0) {
        options.onRetry(error, attemptNumber);
      }
    },
  });
}
