import { BadInput } from './bad-input.ts';
import { emptyPage, type MachinePage, type PageSpan, readPage } from './connection.ts';
import { decodeCursor, type Fingerprint, fingerprintOf, type Position } from './cursor.ts';
import { boundsBeside, type DeviceScope, scopeFilter, tooManyGroups } from './device-scope.ts';
import { and, type Filter, leavesOf } from './filter.ts';
import type { HeldPage } from './held-page.ts';
import type { Consistency, Listing, Listings } from './listing.ts';
import { momentOf } from './moment.ts';
import {
  type FilterBounds,
  type FilterQuery,
  type ODataFilter,
  type ODataForms,
  printQuery,
  type Refusal,
} from './odata.ts';
import { type PageArguments, type PageRequest, type PageSizes, readPageRequest } from './page-request.ts';
import type { Call } from './source.ts';

/** Pages from windows of upstream's own list, for queries that upstream can answer. */
export interface WindowPages {
  /** The upstream query of a filter, or why there is none. */
  readonly plan: (filter: Filter, scope: DeviceScope) => WindowPlan | Refusal;
  /** @throws {BadInput} for arguments that cannot be meant, before anything is asked of upstream */
  readonly reader: (plan: WindowPlan, args: PageArguments) => WindowPageReader;
}

/** Reads one page, as often as it is asked for, for calls of one principal, none of which it keeps. */
export interface WindowPageReader {
  readonly page: (call: Call) => Promise<FoundPage>;
  /** Undefined where something would have to be waited for. @throws {UpstreamError} where upstream rejected the principal */
  readonly held: (call: Call) => HeldPage<FoundPage> | undefined;
}

/** A filter that upstream can answer. */
export interface WindowPlan {
  readonly kind: 'window plan';
  readonly fingerprint: Fingerprint;
  /** @param minute what durations count back from, in minutes since 1970 */
  readonly queryAt: (minute: number) => FilterQuery;
  /** Whether it has durations. */
  readonly isTimed: boolean;
}

export interface FoundPage extends MachinePage {
  /** Undefined where no list was needed, as the filter matches nothing. */
  readonly consistency: Consistency | undefined;
}

export interface WindowPagesOptions {
  readonly listings: Listings;
  readonly forms: ODataForms;
  readonly bounds: FilterBounds;
  readonly sizes: PageSizes;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
}

const minuteMs = 60_000;

export function createWindowPages({ listings, forms, bounds, sizes, now }: WindowPagesOptions): WindowPages {
  /** The upstream query of a filter and its caller's scope. */
  const queryOf = (wanted: Filter, scope: DeviceScope, minute: number): FilterQuery | Refusal => {
    const print = (filter: Filter, within: FilterBounds) =>
      printQuery(filter, { bounds: within, forms, now: minute * minuteMs });
    const problem = tooManyGroups(scope, bounds.maxNodes);
    if (problem !== undefined) return { kind: 'refused', path: [], problem };
    if (scope.kind === 'groups') {
      // By itself first beside a scope, so that a rejection speaks of what the caller wrote.
      const alone = print(wanted, boundsBeside(scope, bounds));
      if (alone.kind === 'refused') return alone;
    }
    return print(and([scopeFilter(scope), wanted]), bounds);
  };

  return {
    plan: (filter, scope) => {
      // By the same minute always, so that cursors stay those of one filter.
      const query = queryOf(filter, scope, 0);
      if (query.kind === 'refused') return query;
      const isTimed = leavesOf(filter).some((leaf) => 'test' in leaf && 'durationMs' in leaf.test);
      const queryAt = (minute: number): FilterQuery => {
        const timed = isTimed ? queryOf(filter, scope, minute) : query;
        if (timed.kind === 'refused') throw new BadInput(timed.path, timed.problem);
        return timed;
      };
      return { kind: 'window plan', fingerprint: fingerprintOf(query), queryAt, isTimed };
    },
    reader: ({ fingerprint, queryAt, isTimed }, args) => {
      const request = readPageRequest(args, sizes, (cursor, path) => decodeCursor(cursor, fingerprint, path));
      refuseCrossed(request);
      const position = request.after ?? request.before;
      const minuteNow = (): number => position?.minute ?? Math.floor(now() / minuteMs);
      const read = async (from: Listing, minute: number): Promise<FoundPage> => {
        const { span, consistency } = await placeRequest(request, from);
        const page = await readPage(span, from, fingerprint, isTimed ? minute : undefined);
        return { ...page, consistency };
      };
      return {
        async page(call) {
          const minute = minuteNow();
          const query = queryAt(minute);
          if (query.kind === 'nothing') return { ...emptyPage(momentOf(now())), consistency: undefined };
          const filter = textOf(query);
          const listing = await listings.open(filter, position?.listing, call);
          try {
            return await read(listing, minute);
          } catch (failure) {
            for (const standIn of await listings.standIns(filter, listing.id, failure, call)) {
              const page = await read(standIn, minute).catch(() => undefined);
              if (page !== undefined) return page;
            }
            throw failure;
          }
        },
        held(call) {
          const minute = minuteNow();
          const query = queryAt(minute);
          // It is as of now, and so never the same.
          if (query.kind === 'nothing') return undefined;
          const listing = listings.held(textOf(query), position?.listing, call);
          if (listing === undefined) return undefined;
          return {
            // Cursors bear the minute.
            revision: isTimed ? `${listing.revision}.${minute}` : listing.revision,
            read: async () => ({
              page: await read(listing, minute),
              trail: () => ({ kind: 'windows', steps: listing.trail() }),
            }),
            retrace: (trail) => {
              if (trail.kind === 'windows') listing.retrace(trail.steps);
            },
          };
        },
      };
    },
  };
}

const textOf = (query: Exclude<FilterQuery, { readonly kind: 'nothing' }>): ODataFilter | undefined =>
  query.kind === 'some' ? query.text : undefined;

function refuseCrossed({ after, before }: PageRequest<Position>): void {
  if (after !== undefined && after.listing === before?.listing && before.offset <= after.offset) {
    throw crossed();
  }
}

const crossed = (): BadInput => new BadInput(['before'], 'is not behind after, so nothing is between them.');

/** Where the cursors of a request are in the listing that answers it. */
async function placeRequest(
  { from, size, after, before }: PageRequest<Position>,
  listing: Listing,
): Promise<{ readonly span: PageSpan; readonly consistency: Consistency }> {
  const place = async (position: Position | undefined) =>
    position === undefined ? undefined : await listing.place(position);
  const start = await place(after);
  const end = await place(before);
  if (start !== undefined && end !== undefined && end.offset <= start.offset) throw crossed();
  // Where the cursor's machine is gone, the rows behind it have moved up by one: rather one twice than one lost.
  const slid = start?.consistency === 'BEST_EFFORT' ? 1 : 0;
  const found = [start, end].map((each) => each?.consistency ?? 'LISTING');
  return {
    span: { from, size, after: start === undefined ? -1 : start.offset - slid, before: end?.offset },
    consistency: worstFirst.find((consistency) => found.includes(consistency)) ?? 'LISTING',
  };
}

const worstFirst: readonly Consistency[] = ['BEST_EFFORT', 'ANCHORED'];
