import { useEffect, useState } from 'react';

/** The time in epoch milliseconds, anew every so often. For small components: each tick renders anew. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
