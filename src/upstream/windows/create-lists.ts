import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { MachinesById } from '../../machines/catalog.ts';
import type { ListingId } from '../../machines/cursor.ts';
import type { Listings } from '../../machines/listing.ts';
import { Lists, type ListsOptions } from './lists.ts';
import { type ByIdOptions, ByIds } from './machines-by-id.ts';
import { ReadingStore, type StoreOptions } from './reading-store.ts';

export type CreateListsOptions = Omit<ListsOptions, 'store' | 'newId' | 'monotonic'> &
  Pick<ByIdOptions, 'bounds' | 'maxIds'> &
  Pick<StoreOptions, 'maxBytes' | 'onEvicted'> & { readonly clock: Clock };

/** Lists and machines by id, of one process. */
export interface CreatedLists {
  readonly listings: Listings;
  readonly byIds: MachinesById;
  readonly store: Pick<ReadingStore, 'bytes' | 'windows'>;
}

export function createLists(options: CreateListsOptions): CreatedLists {
  const { monotonic, wall } = options.clock;
  const store = new ReadingStore({ ...options, keepMs: options.ages.staleMs, monotonic });
  const newId = (): ListingId => randomBytes(8).toString('hex') as ListingId;
  const listings = new Lists({ ...options, store, newId, monotonic });
  const find: ByIdOptions['find'] = (principal, id) => listings.find(principal, id);
  return { listings, byIds: new ByIds({ ...options, find, wall, monotonic }), store };
}
