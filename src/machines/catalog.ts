import { BadInput } from './bad-input.ts';
import { emptyPage, type MachinePage, type PageSpan, readPage } from './connection.ts';
import { fingerprintOf, type Position } from './cursor.ts';
import { boundsBeside, scopeFilter } from './device-scope.ts';
import { and } from './filter.ts';
import { type FilterInput, type FilterRules, readFilter } from './filter-input.ts';
import type { Consistency, Listing, Listings } from './listing.ts';
import type { Machine } from './machine.ts';
import { momentOf } from './moment.ts';
import { type FilterBounds, filterQuery } from './odata.ts';
import { type PageArguments, type PageRequest, type PageSizes, readPageRequest } from './page-request.ts';
import type { Call } from './source.ts';

/** The machines of a company, by filter and by id. */
export interface Catalog {
  /** @throws {BadInput} for arguments that cannot be meant or sent, before anything is asked of upstream */
  readonly page: (
    filter: FilterInput | null | undefined,
    args: PageArguments,
    call: Call,
  ) => Promise<FoundPage>;
  readonly byIds: MachinesById;
}

export interface FoundPage extends MachinePage {
  readonly consistency: Consistency;
}

/** Machines by their ids. */
export interface MachinesById {
  /**
   * The machines with these ids, in as few upstream calls as hold them: null where there is none, an error where it
   * cannot be told. A call that fails fails its own ids only.
   * @param ids each one that {@link isPossibleId} holds for
   */
  readonly load: (ids: readonly string[], call: Call) => Promise<readonly (Machine | null | Error)[]>;
}

export interface CatalogOptions {
  readonly rules: FilterRules;
  readonly bounds: FilterBounds;
  readonly sizes: PageSizes;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
}

export function createCatalog(listings: Listings, byIds: MachinesById, options: CatalogOptions): Catalog {
  const { rules, bounds, sizes, now } = options;
  return {
    byIds,
    async page(input, args, call) {
      const wanted = readFilter(input, rules);
      // By itself first beside a scope, so that a refusal speaks of what the caller wrote.
      if (call.scope.kind === 'groups') filterQuery(wanted, boundsBeside(call.scope, bounds));
      const query = filterQuery(and([scopeFilter(call.scope), wanted]), bounds);
      const fingerprint = fingerprintOf(query);
      const request = readPageRequest(args, fingerprint, sizes);
      if (query.kind === 'nothing') {
        return { ...emptyPage(momentOf(now()), fingerprint), consistency: 'LISTING' };
      }
      const filter = query.kind === 'some' ? query.text : undefined;
      const listing = await listings.open(filter, (request.after ?? request.before)?.listing, call);
      const read = async (from: Listing): Promise<FoundPage> => {
        const { span, consistency } = await placeRequest(request, from);
        const page = await readPage(span, from, fingerprint);
        const hasParted = consistency === 'LISTING' && from.hasParted();
        return { ...page, consistency: hasParted ? 'ANCHORED' : consistency };
      };
      try {
        return await read(listing);
      } catch (failure) {
        for (const standIn of await listings.standIns(filter, listing.id, failure, call)) {
          const page = await read(standIn).catch(() => undefined);
          if (page !== undefined) return page;
        }
        throw failure;
      }
    },
  };
}

/** Where the cursors of a request are in the listing that answers it. */
async function placeRequest(
  { from, size, after, before }: PageRequest,
  listing: Listing,
): Promise<{ readonly span: PageSpan; readonly consistency: Consistency }> {
  const place = async (position: Position | undefined) =>
    position === undefined ? undefined : await listing.place(position);
  const start = await place(after);
  const end = await place(before);
  if (start !== undefined && end !== undefined && end.offset <= start.offset) {
    throw new BadInput(['before'], 'does not lie behind after, so there is nothing between them.');
  }
  // Where the cursor's machine is gone, the rows behind it have moved up by one: rather one twice than one lost.
  const slid = start?.consistency === 'BEST_EFFORT' ? 1 : 0;
  const found = [start, end].map((each) => each?.consistency ?? 'LISTING');
  return {
    span: { from, size, after: start === undefined ? -1 : start.offset - slid, before: end?.offset },
    consistency: worstFirst.find((consistency) => found.includes(consistency)) ?? 'LISTING',
  };
}

const worstFirst: readonly Consistency[] = ['BEST_EFFORT', 'ANCHORED'];
