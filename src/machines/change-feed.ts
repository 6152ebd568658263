import type { ChangePage, ChangesArguments } from './changes.ts';
import { digest } from './digest.ts';
import type { FleetViews } from './fleet-view.ts';
import type { Call } from './source.ts';

/** Pages of changes that are read once for all who follow the same changes. */
export interface SharedPages {
  /** @param key names the page and those who may see it @throws what reading throws; the signal's reason */
  readonly get: (
    key: string,
    signal: AbortSignal,
    read: (signal: AbortSignal) => Promise<ChangePage>,
  ) => Promise<ChangePage>;
}

export interface ChangeFeedOptions {
  readonly views: FleetViews;
  readonly changes: (args: ChangesArguments, call: Call) => Promise<ChangePage>;
  readonly pages: SharedPages;
  /** Most changes of a page. */
  readonly pageSize: number;
}

/**
 * Pages of changes without end, each behind the one before: from `after` or the newest reading on, then at each further
 * reading. Waits for the first reading where there is none yet. A slow reader gets the net change of several readings.
 * @param nextCall the call for the next page
 * @throws what reading changes throws, or the signal's reason
 */
export async function* followChanges(
  { filter, after }: Pick<ChangesArguments, 'filter' | 'after'>,
  nextCall: () => Call,
  { views, changes, pages, pageSize }: ChangeFeedOptions,
): AsyncGenerator<ChangePage, never> {
  const { principal, scope } = nextCall();
  const follows = digest([principal, JSON.stringify(scope), JSON.stringify(filter ?? {})], 32);
  let place = after;
  let seen = (await views.newer(undefined, nextCall())).id;
  for (;;) {
    const args = { filter, after: place, first: pageSize };
    const call = nextCall();
    // Not given is another place than "", which is ahead of all machines.
    const key = JSON.stringify([follows, seen, place ?? null]);
    const page = await pages.get(key, call.signal, (signal) => changes(args, { ...call, signal }));
    place = page.endCursor;
    yield page;
    // The page may be of a newer reading than `seen`; the next one is then empty.
    if (!page.hasNextPage) seen = (await views.newer(seen, nextCall())).id;
  }
}
