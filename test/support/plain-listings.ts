import type { ListingId } from '../../src/machines/cursor.ts';
import type { MachineSource } from '../../src/machines/source.ts';
import { unshared } from '../../src/upstream/windows/shared-windows.ts';
import { WindowCache } from '../../src/upstream/windows/window-cache.ts';
import { WindowListings } from '../../src/upstream/windows/window-listings.ts';

export interface PlainListingsOptions {
  readonly source: MachineSource;
  readonly grid: { readonly firstRows: number; readonly rows: number };
  readonly now: () => number;
  readonly maxBytes?: number;
  readonly renewalPatienceMs?: number;
  readonly onBackgroundFailure?: (error: unknown) => void;
}

/** Listings of one process; fresh for 60 s, renewed behind up to 300 s, served up to 3,600 s. */
export function plainListings(options: PlainListingsOptions): WindowListings {
  const { source, grid, now, maxBytes = 32 * 1024 * 1024, onBackgroundFailure = () => undefined } = options;
  let listings = 0;
  return new WindowListings({
    source,
    cache: new WindowCache(grid, maxBytes, now, () => undefined),
    shared: unshared,
    grid,
    freshness: { freshMs: 60_000, renewMs: 300_000, staleMs: 3_600_000 },
    renewalPatienceMs: options.renewalPatienceMs ?? 3_000,
    backgroundMs: 10_000,
    now,
    newId: () => `${++listings}` as ListingId,
    onBackgroundFailure,
  });
}
