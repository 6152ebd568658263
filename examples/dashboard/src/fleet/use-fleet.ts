import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { FleetFilter } from '../filter/fleet-filter.ts';
import { ask } from '../gateway/client.ts';
import { failureOf, needsFleet } from '../gateway/failure.ts';
import type { Standing } from '../gateway/use-standing.ts';
import { FleetPageDocument } from '../generated/graphql.ts';
import type { FleetCounts } from './fleet-counts.ts';
import type { FleetOrder } from './fleet-order.ts';
import { type FleetPage, type LoadedFleet, loadedFleet, nextCursor } from './fleet-pages.ts';
import { fleetQuestion, type RowSource, rowSourceOf } from './fleet-question.ts';
import { type Row, rowsWith } from './row-changes.ts';
import { useRowChanges } from './use-row-changes.ts';

/** A request that is under way answers those who ask meanwhile; else it would be given up and sent again. */
const joining = { cancelRefetch: false } as const;

const none: readonly string[] = [];

/** Devices of one request. The gateway reads upstream in far larger windows, so this costs no calls. */
const pageSize = 200;

/** The devices of a filter, as far as they are loaded, and how to go on. */
export interface Fleet {
  readonly source: RowSource;
  readonly loaded: LoadedFleet;
  /** The devices as they are by now. */
  readonly rows: readonly Row[];
  /** Counts of all devices that match, while others are awaited those of the filter before; null with `pages`. */
  readonly counts: FleetCounts | null;
  /** Nothing is loaded yet, and an answer is awaited. */
  readonly starting: boolean;
  /** What is loaded is in the order before; the new one is awaited. */
  readonly reordering: boolean;
  readonly loadingMore: boolean;
  readonly fetching: boolean;
  /** Whether more can be loaded; false after a failure, until it is tried again. */
  readonly canLoadMore: boolean;
  /** The latest failure, as long as nothing has succeeded since; what was loaded before is kept. */
  readonly failure: { readonly error: unknown; readonly failedAt: number } | null;
  readonly loadMore: () => void;
  /** Reads what is loaded anew. */
  readonly refresh: () => void;
  /** Tries again what failed. */
  readonly retry: () => void;
}

export function useFleet(filter: FleetFilter, order: FleetOrder, standing: Standing): Fleet {
  const [refused, setRefused] = useState(false);
  const source = rowSourceOf(standing.fleet?.state ?? null, refused);
  const question = fleetQuestion(filter, order, source);
  const list = JSON.stringify([source, question.filter, question.search]);
  const query = useInfiniteQuery<
    FleetPage,
    Error,
    InfiniteData<FleetPage>,
    readonly unknown[],
    string | null
  >({
    queryKey: ['fleet', list, question.orderBy],
    enabled: !standing.awaited,
    queryFn: ({ pageParam, signal }) => {
      const withCounts = source === 'fleet' && pageParam === null;
      const page = { first: pageSize, after: pageParam, withCounts };
      return ask(FleetPageDocument, { ...question, ...page }, signal);
    },
    initialPageParam: null,
    getNextPageParam: nextCursor,
    // Another order is of the same devices: they stay until it is there.
    placeholderData: (before, asked) => (asked?.queryKey[1] === list ? before : undefined),
    // Pages are replaced as a whole; comparing thousands of rows one by one would gain nothing.
    structuralSharing: false,
  });
  const pages = query.data?.pages;
  const loaded = useMemo(() => loadedFleet(pages ?? []), [pages]);
  const [counts, setCounts] = useState(loaded.counts);
  if (loaded.counts !== null && loaded.counts !== counts) setCounts(loaded.counts);

  const fallsBack = source === 'fleet' && query.isError && needsFleet(failureOf(query.error));
  useEffect(() => {
    if (fallsBack) setRefused(true);
  }, [fallsBack]);

  const refresh = (): void => {
    // A fleet that was not there may be by now; another source is another question.
    if (refused) setRefused(false);
    else void query.refetch(joining);
  };
  const retry = (): void =>
    void (query.isFetchNextPageError ? query.fetchNextPage(joining) : query.refetch(joining));
  const ids = useMemo(() => loaded.devices.map(({ id }) => id), [loaded]);
  const follows = source === 'fleet' && loaded.servedFrom === 'FLEET';
  const changes = useRowChanges(follows ? ids : none, refresh);
  const rows = useMemo(() => rowsWith(loaded.devices, changes, loaded.asOf), [loaded, changes]);
  return {
    source,
    loaded,
    rows,
    counts: source === 'fleet' ? counts : null,
    starting: query.isPending || (fallsBack && pages === undefined),
    reordering: query.isPlaceholderData,
    loadingMore: query.isFetchingNextPage,
    fetching: query.isFetching,
    canLoadMore: query.hasNextPage && !query.isFetching && !query.isError && !query.isPlaceholderData,
    failure: query.isError && !fallsBack ? { error: query.error, failedAt: query.errorUpdatedAt } : null,
    loadMore: () => void query.fetchNextPage(joining),
    refresh,
    retry,
  };
}
