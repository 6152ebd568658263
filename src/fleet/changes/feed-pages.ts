import { setTimeout as delay } from 'node:timers/promises';
import type { SharedPages } from '../../machines/change-feed.ts';
import type { ChangePage } from '../../machines/changes.ts';
import { UpstreamError } from '../../upstream/upstream-error.ts';
import { SharedResults } from './shared-results.ts';

/** Bound on the pages that are kept, in bytes, and what one change takes. */
const maxBytes = 16 * 1024 * 1024;
const changeBytes = 4 * 1024;

/**
 * Pages for all subscribers, read one after the other: as a reading of the fleet comes, all of them ask at once, and
 * queries are to have room beside them. What would be answered with "ask again later" is asked again.
 */
export function feedPages(): SharedPages {
  const results = new SharedResults<ChangePage>(
    maxBytes,
    ({ changes }) => (changes.length + 1) * changeBytes,
  );
  let free: Promise<unknown> = Promise.resolve();
  return {
    get: (key, signal, read) =>
      results.get(key, signal, (shared) => {
        const page = free.then(() => readPatiently(read, shared));
        free = page.catch(() => undefined);
        return page;
      }),
  };
}

async function readPatiently(
  read: (signal: AbortSignal) => Promise<ChangePage>,
  signal: AbortSignal,
): Promise<ChangePage> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await read(signal);
    } catch (error) {
      if (!(error instanceof UpstreamError) || !(error.isPassing || error.code === 'FLEET_LOADING'))
        throw error;
      await delay((error.retryAfterSeconds ?? 1) * 1_000, undefined, { signal });
    }
  }
}
