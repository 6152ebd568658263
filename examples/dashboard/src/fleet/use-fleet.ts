import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { FleetFilter } from '../filter/fleet-filter.ts';
import { machineFilterOf } from '../filter/machine-filter.ts';
import { ask } from '../gateway/client.ts';
import { FleetPageDocument } from '../generated/graphql.ts';
import { type FleetPage, type LoadedFleet, loadedFleet, nextCursor } from './fleet-pages.ts';

/** A request that is under way answers those who ask meanwhile; else it would be given up and sent again. */
const joining = { cancelRefetch: false } as const;

/** Devices of one request. The gateway reads upstream in far larger windows, so this costs no calls. */
const pageSize = 200;

/** The devices of a filter, as far as they are loaded, and how to go on. */
export interface Fleet {
  readonly loaded: LoadedFleet;
  /** Nothing is loaded yet, and an answer is awaited. */
  readonly starting: boolean;
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

export function useFleet(filter: FleetFilter): Fleet {
  const machineFilter = machineFilterOf(filter);
  const query = useInfiniteQuery<
    FleetPage,
    Error,
    InfiniteData<FleetPage>,
    readonly unknown[],
    string | null
  >({
    queryKey: ['fleet', machineFilter],
    queryFn: ({ pageParam, signal }) =>
      ask(FleetPageDocument, { filter: machineFilter, first: pageSize, after: pageParam }, signal),
    initialPageParam: null,
    getNextPageParam: nextCursor,
    // Pages are replaced as a whole; comparing thousands of rows one by one would gain nothing.
    structuralSharing: false,
  });
  const pages = query.data?.pages;
  const loaded = useMemo(() => loadedFleet(pages ?? []), [pages]);
  const retry = (): void =>
    void (query.isFetchNextPageError ? query.fetchNextPage(joining) : query.refetch(joining));
  return {
    loaded,
    starting: query.isPending,
    loadingMore: query.isFetchingNextPage,
    fetching: query.isFetching,
    canLoadMore: query.hasNextPage && !query.isFetching && !query.isError,
    failure: query.isError ? { error: query.error, failedAt: query.errorUpdatedAt } : null,
    loadMore: () => void query.fetchNextPage(joining),
    refresh: () => void query.refetch(joining),
    retry,
  };
}
