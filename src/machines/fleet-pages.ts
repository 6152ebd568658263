import { rowsOfPage } from './connection.ts';
import { decodeFleetCursor, encodeFleetCursor, type Fingerprint, fleetFingerprint } from './cursor.ts';
import { type DeviceScope, scopeFilter } from './device-scope.ts';
import { and, canonicalText, type Filter } from './filter.ts';
import { FleetRequired } from './fleet-required.ts';
import type { FleetView, FleetViews } from './fleet-view.ts';
import type { HeldPage } from './held-page.ts';
import { type MachineOrder, orderText } from './order.ts';
import { type PageArguments, type PageSizes, readPageRequest } from './page-request.ts';
import type { Call } from './source.ts';
import type { FoundPage } from './window-pages.ts';

/** Which machines of the fleet, and how ordered; less what its caller may see, which is put before it here. */
export interface FleetWish {
  readonly filter: Filter;
  readonly search: Filter;
  readonly orders: readonly MachineOrder[];
}

/** The filter of a wish behind what its caller may see: no row beyond it is selected, counted or ordered. */
export const filterWithin = (scope: DeviceScope, { filter, search }: FleetWish): Filter =>
  and([scopeFilter(scope), filter, search]);

/** Tells the list of a wish from others, in cursors: the same for the same machines in the same order. */
export const fingerprintOfWish = (wish: FleetWish, scope: DeviceScope): Fingerprint =>
  fleetFingerprint([
    canonicalText(wish.filter),
    canonicalText(wish.search),
    orderText(wish.orders),
    canonicalText(scopeFilter(scope)),
  ]);

/** Reads one page, as often as it is asked for, for calls of one principal, none of which it keeps. */
export interface FleetPageReader {
  /** @param newest waited for where no cursor names a reading that is kept */
  readonly page: (call: Call, newest: () => Promise<FleetView>) => Promise<FleetFoundPage>;
  /** Undefined where the fleet would have to be waited for. @throws {UpstreamError} where upstream rejected the principal */
  readonly held: (call: Call, newest: FleetView | undefined) => HeldPage<FleetFoundPage> | undefined;
}

/**
 * A page out of the fleet. While the reading that a cursor was made from is kept, a walk stays in it; after that it goes on
 * by the sort key in the newest one.
 * @param scope of the principal
 * @throws {BadInput} for arguments that cannot be meant, before anything is read
 */
export function fleetPageReader(
  wish: FleetWish,
  args: PageArguments,
  scope: DeviceScope,
  { views, sizes }: FleetPagesOptions,
): FleetPageReader {
  const filter = filterWithin(scope, wish);
  const fingerprint = fingerprintOfWish(wish, scope);
  const { after, before, ...span } = readPageRequest(args, sizes, (cursor, path) =>
    decodeFleetCursor(cursor, wish.orders, fingerprint, path),
  );
  const wanted = after?.view ?? before?.view;
  const keptFor = (each: Call): FleetView | undefined =>
    wanted === undefined ? undefined : views.earlier(wanted, each);
  const { orders } = wish;
  const page = { ...span, after: after?.key, before: before?.key };
  const read = async (view: FleetView, { signal, usage }: Call): Promise<FleetFoundPage> => {
    const rows = await view.query({ filter, orders, page }, signal);
    usage.served('FLEET', view.readAt);
    return {
      ...rowsOfPage(rows.spans),
      cursorOf: (index) => encodeFleetCursor({ view: view.id, key: rows.keyOf(index) }, fingerprint),
      hasNextPage: rows.hasNext,
      hasPreviousPage: rows.hasPrevious,
      totalCount: rows.totalCount,
      asOf: view.readAt,
      consistency: wanted === undefined || wanted === view.id ? 'LISTING' : 'ANCHORED',
      view,
    };
  };
  return {
    page: async (each, newest) => await read(keptFor(each) ?? (await newest()), each),
    held(each, newest) {
      const view = keptFor(each) ?? newest;
      if (view === undefined) return undefined;
      return {
        revision: view.id,
        async read() {
          const found = await read(view, each);
          const isFollowed = found.hasNextPage || found.hasPreviousPage;
          return { page: found, trail: () => ({ kind: 'fleet', servings: 1, isFollowed }) };
        },
        retrace(trail) {
          if (trail.kind !== 'fleet') return;
          if (trail.isFollowed) view.keep();
          for (let told = 0; told < trail.servings; told++) each.usage.served('FLEET', view.readAt);
        },
      };
    },
  };
}

/** A page of the fleet, and the reading that it is of. */
export interface FleetFoundPage extends FoundPage {
  readonly view: FleetView;
}

export interface FleetPagesOptions {
  readonly views: FleetViews;
  readonly sizes: PageSizes;
}

/**
 * The newest reading, as young as the call asks, for what nothing else can answer.
 * @throws {FleetRequired} where there will be none; {UpstreamError} as {@link FleetViews.ready} does
 */
export async function requireFleet(
  views: FleetViews,
  call: Call,
  need: ConstructorParameters<typeof FleetRequired>[0],
): Promise<FleetView> {
  const standing = views.standing(call);
  switch (standing.kind) {
    case 'ready':
      return standing.isYoung ? standing.view : await views.ready(call);
    case 'loading':
      return await views.ready(call);
    case 'unavailable':
      throw new FleetRequired(need, standing.why);
    default:
      return standing satisfies never;
  }
}
