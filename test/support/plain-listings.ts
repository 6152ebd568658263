import { randomBytes } from 'node:crypto';
import type { MachinesById } from '../../src/machines/catalog.ts';
import type { ListingId } from '../../src/machines/cursor.ts';
import type { MachineSource } from '../../src/machines/source.ts';
import { createIdentifiedMachines } from '../../src/upstream/windows/identified-machines.ts';
import { Renewals } from '../../src/upstream/windows/renewals.ts';
import { type SharedWindows, unshared } from '../../src/upstream/windows/shared-windows.ts';
import { WindowCache } from '../../src/upstream/windows/window-cache.ts';
import { WindowListings } from '../../src/upstream/windows/window-listings.ts';

export interface PlainListingsOptions {
  readonly source: MachineSource;
  readonly grid: { readonly firstRows: number; readonly rows: number };
  readonly now: () => number;
  readonly maxBytes?: number;
  readonly renewalPatienceMs?: number;
  readonly onBackgroundFailure?: (error: unknown) => void;
  /** Default: nobody to share with. */
  readonly shared?: SharedWindows;
}

/** Fresh for 60 s, renewed behind up to 300 s, served up to 3,600 s. */
const freshness = { freshMs: 60_000, renewMs: 300_000, staleMs: 3_600_000 };

/** Listings, and machines by id, of one process. */
export function plainReplica(options: PlainListingsOptions): {
  readonly listings: WindowListings;
  readonly byIds: MachinesById;
} {
  const { source, grid, now, maxBytes = 32 * 1024 * 1024, shared = unshared } = options;
  const { renewalPatienceMs = 3_000, onBackgroundFailure = () => undefined } = options;
  const renewals = new Renewals({
    patienceMs: renewalPatienceMs,
    backgroundMs: 10_000,
    now,
    onBackgroundFailure,
  });
  const listings = new WindowListings({
    source,
    cache: new WindowCache({ grid, maxBytes, keepMs: freshness.staleMs, now, onEvicted: () => undefined }),
    shared,
    grid,
    freshness,
    renewals,
    followMs: 3_600_000,
    now,
    newId: () => randomBytes(8).toString('hex') as ListingId,
  });
  const bounds = { maxNodes: 100, maxEncodedBytes: 7_800 };
  const byIds = createIdentifiedMachines({
    source,
    listings,
    shared,
    renewals,
    bounds,
    maxIds: () => 20,
    now,
  });
  return { listings, byIds };
}

export const plainListings = (options: PlainListingsOptions): WindowListings =>
  plainReplica(options).listings;
