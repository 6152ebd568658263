import { useEffect, useEffectEvent } from 'react';

/** Calls `retry` once that moment, in epoch milliseconds, has come; never for null. */
export function useTimedRetry(retryAt: number | null, retry: () => void): void {
  const latestRetry = useEffectEvent(retry);
  useEffect(() => {
    if (retryAt === null) return;
    const timer = setTimeout(() => latestRetry(), Math.max(0, retryAt - Date.now()));
    return () => clearTimeout(timer);
  }, [retryAt]);
}
