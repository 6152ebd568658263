import { inSpan } from '../tracing/span.ts';
import { BadInput } from './bad-input.ts';
import { followChanges, type SharedPages } from './change-feed.ts';
import { type ChangePage, type ChangesArguments, readChanges } from './changes.ts';
import { sourceOf } from './cursor.ts';
import { type DeviceScope, isInScope, scopeFilter, tooManyGroups } from './device-scope.ts';
import { type FacetWish, facetRequests } from './facet-counts.ts';
import { type FilterInput, type FilterLimits, readFilter } from './filter-input.ts';
import { type FleetFoundPage, type FleetWish, fleetPageReader, requireFleet } from './fleet-pages.ts';
import type { FleetNeed } from './fleet-required.ts';
import type { FacetCount, FleetStanding, FleetStatus, FleetView, FleetViews } from './fleet-view.ts';
import { type FleetWalk, walkFleet } from './fleet-walk.ts';
import type { HeldPage, Trail } from './held-page.ts';
import type { ShownMachine } from './machine.ts';
import { withMaxAge } from './max-age.ts';
import type { Refusal } from './odata.ts';
import { type OrderInput, readOrders } from './order.ts';
import type { PageArguments, PageSizes } from './page-request.ts';
import { readSearch } from './search.ts';
import type { Call } from './source.ts';
import type { FoundPage, WindowPages, WindowPlan } from './window-pages.ts';

/**
 * The machines of a company, by filter and by id. It chooses who answers: the fleet where it is there, else windows of
 * upstream's own list where upstream can answer; other queries wait for the fleet, or are rejected.
 */
export interface Catalog {
  /** @throws {BadInput} for arguments that are meaningless or cannot be sent, before any upstream call */
  readonly page: (args: CatalogArguments, call: Call) => Promise<CatalogPage>;
  /**
   * The same page, asked for again and again by calls of one principal: out of memory alone.
   * @throws {BadInput} for arguments that cannot be meant
   */
  readonly again: (args: CatalogArguments, scope: DeviceScope) => PageAgain;
  /**
   * All machines that match, of one reading of the fleet.
   * @throws {BadInput} for arguments that cannot be meant; {FleetRequired}; {UpstreamError}
   */
  readonly walk: (args: WalkArguments, call: Call) => Promise<FleetWalk>;
  readonly byIds: MachinesById;
  /** Of some ids, how many need an upstream call. */
  readonly idsToAsk: (ids: readonly string[], call: Call) => number;
  /** Whether the fleet answers lists at the moment. */
  readonly isFleetThere: (call: Call) => boolean;
  readonly fleet: (call: Call) => Promise<FleetOverview>;
  /**
   * What has changed in the fleet since a token was issued.
   * @throws {BadInput} for arguments that cannot be meant; {ChangesExpired}; {FleetRequired}
   */
  readonly changes: (args: ChangesArguments, call: Call) => Promise<ChangePage>;
  /**
   * The same, page after page as the fleet is read again, without end.
   * @param nextCall the call for the next page
   */
  readonly changeFeed: (
    args: Pick<ChangesArguments, 'filter' | 'after'>,
    nextCall: () => Call,
  ) => AsyncGenerator<ChangePage, never>;
}

/** The arguments of `machines` as GraphQL coerced them. Null counts as not given. */
export interface CatalogArguments extends PageArguments {
  readonly filter?: FilterInput | null | undefined;
  readonly search?: string | null | undefined;
  readonly orderBy?: readonly OrderInput[] | null | undefined;
  readonly maxAgeSeconds?: number | null | undefined;
}

/** Those of a walk to the end. */
export type WalkArguments = Pick<CatalogArguments, 'filter' | 'search' | 'orderBy' | 'after'>;

export interface CatalogPage extends FoundPage {
  /** Counts of the whole list that the page is of; one list a wish. */
  readonly facets: (
    wishes: readonly FacetWish[],
    disjunctive: boolean,
  ) => Promise<readonly (readonly FacetCount[])[]>;
}

/** A page whose arguments have been read. */
export interface PageAgain {
  /** Undefined where something would have to be waited for. @throws {UpstreamError} where upstream rejected the principal */
  readonly held: (call: Call) => HeldPage<CatalogPage> | undefined;
}

/** Machines by their ids. */
export interface MachinesById {
  /**
   * The machines with these ids, in as few upstream calls as hold them: null where there is none, an error where it
   * is unknown. A call that fails fails its own ids only.
   * @param ids each one that {@link isPossibleId} holds for
   */
  readonly load: (ids: readonly string[], call: Call) => Promise<readonly (ShownMachine | null | Error)[]>;
}

/** State of the fleet, for one caller. */
export interface FleetOverview extends Omit<FleetStatus, 'view'> {
  readonly view: FleetView | undefined;
  /** Machines of it that the caller may see; undefined before the first reading. */
  readonly machines: number | undefined;
}

export interface CatalogOptions {
  readonly windows: WindowPages;
  /** Machines by id out of upstream. */
  readonly byIds: MachinesById;
  readonly fleet: FleetViews;
  readonly changePages: SharedPages;
  readonly limits: FilterLimits;
  readonly sizes: PageSizes;
  /** Largest filter of an upstream call, in nodes. */
  readonly maxNodes: number;
}

export function createCatalog(options: CatalogOptions): Catalog {
  const { windows, fleet, limits, sizes } = options;

  const changes: Catalog['changes'] = (args, call) =>
    readChanges(args, call, { views: fleet, limits, sizes });

  const readWish = (args: CatalogArguments, scope: DeviceScope): FleetWish => ({
    filter: readFilter(args.filter, limits, scope),
    search: readSearch(args.search),
    orders: readOrders(args.orderBy),
  });

  /** A walk stays with the source that it began with. */
  const isByWindows = (source: CursorSource, standing: FleetStanding): boolean =>
    source === 'windows' || (source === undefined && standing.kind !== 'ready');

  const findPage = async (
    wish: FleetWish,
    args: CatalogArguments,
    call: Call,
  ): Promise<FoundPage | FleetFoundPage> => {
    const source = cursorSource(args);
    const plan = windowPlan(wish, windows, call.scope);
    const isPlan = plan.kind === 'window plan';
    if (isPlan && isByWindows(source, fleet.standing(call)))
      return await windows.reader(plan, args).page(call);
    const need = isPlan ? cursorNeed(args) : plan;
    const reader = fleetPageReader(wish, args, call.scope, { views: fleet, sizes });
    return await reader.page(call, () => requireFleet(fleet, call, need));
  };

  const countFacets = async (
    view: FleetView,
    wish: FleetWish,
    call: Call,
    ...[wishes, disjunctive]: Parameters<CatalogPage['facets']>
  ) => {
    call.usage.served('FLEET', view.readAt);
    return await view.facets(facetRequests(wishes, wish, disjunctive, call.scope), call.signal);
  };

  return {
    async page(args, asked) {
      const wish = readWish(args, asked.scope);
      const call = withMaxAge(asked, args.maxAgeSeconds);
      const found = await inSpan('machines', call, (within) => findPage(wish, args, within), sourceOfPage);
      const facets: CatalogPage['facets'] = async (...asked) => {
        const view = 'view' in found ? found.view : await requireFleet(fleet, call, facetsNeed);
        return await countFacets(view, wish, call, ...asked);
      };
      return { ...found, facets };
    },
    again(args, scope) {
      const wish = readWish(args, scope);
      const source = cursorSource(args);
      const plan = windowPlan(wish, windows, scope);
      const byWindows = once(() => (plan.kind === 'window plan' ? windows.reader(plan, args) : undefined));
      const byFleet = once(() => fleetPageReader(wish, args, scope, { views: fleet, sizes }));
      const heldOf = (call: Call): HeldPage<FoundPage | FleetFoundPage> | undefined => {
        const standing = fleet.standing(call);
        if (plan.kind === 'window plan' && isByWindows(source, standing)) return byWindows()?.held(call);
        return byFleet().held(call, isReadyFor(standing) ? standing.view : undefined);
      };
      return {
        held(each) {
          const call = withMaxAge(each, args.maxAgeSeconds);
          const held = heldOf(call);
          if (held === undefined) return undefined;
          return {
            ...held,
            async read() {
              const { page, trail } = await held.read();
              let counts = 0;
              const facets: CatalogPage['facets'] = async (...asked) => {
                if (!('view' in page)) throw new Error('The fleet is not in memory.');
                counts += 1;
                return await countFacets(page.view, wish, call, ...asked);
              };
              return { page: { ...page, facets }, trail: () => withServings(trail(), counts) };
            },
          };
        },
      };
    },
    walk: async (args, call) => await walkFleet(readWish(args, call.scope), args.after, call, fleet),
    byIds: {
      load: (ids, call) => inSpan('machines by id', call, (within) => loadByIds(ids, within, options)),
    },
    idsToAsk: (ids, call) => {
      const view = freshView(fleet, call);
      return view === undefined ? ids.length : ids.filter((id) => !isShown(view, id, call)).length;
    },
    isFleetThere: (call) => fleet.standing(call).kind === 'ready',
    async fleet(call) {
      const { view, ...status } = fleet.status(call);
      if (view === undefined) return { ...status, view, machines: undefined };
      const filter = scopeFilter(call.scope);
      const { totalCount } = await view.query(
        { filter, orders: [], page: { from: 'front', size: 0 } },
        call.signal,
      );
      return { ...status, view, machines: totalCount };
    },
    changes,
    changeFeed: (args, nextCall) =>
      followChanges(args, nextCall, {
        views: fleet,
        changes,
        pages: options.changePages,
        pageSize: Math.min(feedPageSize, sizes.maxSize),
      }),
  };
}

const sourceOfPage = (page: FoundPage | FleetFoundPage) =>
  ({ source: 'view' in page ? 'FLEET' : 'WINDOWS' }) as const;

/** Changes that a subscriber is handed at a time. */
const feedPageSize = 100;

type CursorSource = 'fleet' | 'windows' | undefined;

const withServings = (trail: Trail, more: number): Trail =>
  trail.kind === 'fleet' ? { ...trail, servings: trail.servings + more } : trail;

/** Does something when its result is first asked for; again where it failed. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const facetsNeed: FleetNeed = { problem: 'Facets need the whole list.' };

/** The query for upstream, or why there is none. */
function windowPlan(wish: FleetWish, windows: WindowPages, scope: DeviceScope): WindowPlan | Refusal {
  if (wish.orders.length > 0) {
    return {
      kind: 'refused',
      path: ['orderBy'],
      problem: 'is not available upstream, which promises no order.',
    };
  }
  if (wish.search.kind !== 'everything') {
    return {
      kind: 'refused',
      path: ['search'],
      problem: 'is not available upstream, which knows no search.',
    };
  }
  return windows.plan(wish.filter, scope);
}

/** The source that the cursors of a request lead to; undefined without cursors. */
function cursorSource({ after, before }: PageArguments): CursorSource {
  const [first, second] = [after, before].flatMap((each) =>
    typeof each === 'string' ? [sourceOf(each)] : [],
  );
  if (first === second || second === undefined) return first;
  throw new BadInput(
    ['before'],
    'is a cursor of another walk than after. Take both from answers of one walk, or start again without a cursor.',
  );
}

const cursorNeed = ({ after }: PageArguments): FleetNeed => ({
  path: [typeof after === 'string' ? 'after' : 'before'],
  problem: 'is a cursor of the fleet. Start again without a cursor.',
});

/** Whether the fleet is there, and as young as the call asks. */
const isReadyFor = (standing: FleetStanding): standing is Extract<FleetStanding, { kind: 'ready' }> =>
  standing.kind === 'ready' && standing.isYoung;

/** The fleet, where it is young enough to answer for single machines in place of upstream. */
function freshView(fleet: FleetViews, call: Call): FleetView | undefined {
  const standing = fleet.standing(call);
  return isReadyFor(standing) && standing.isFresh ? standing.view : undefined;
}

/** Whether the fleet has a machine that the caller may see; without putting it together. */
function isShown(view: FleetView, id: string, { scope }: Call): boolean {
  const group = view.groupOf(id);
  return group !== undefined && isInScope(scope, group);
}

/** A machine of the fleet that the caller may see. */
function shown(view: FleetView, id: string, { scope }: Call): ShownMachine | undefined {
  const machine = view.byId(id);
  return machine !== undefined && isInScope(scope, machine.rbacGroupId) ? machine : undefined;
}

/** From the fleet where it is fresh. A machine that is not in it, or hidden from the caller, costs an upstream call in both cases. */
async function loadByIds(
  ids: readonly string[],
  call: Call,
  { fleet, byIds, maxNodes }: CatalogOptions,
): Promise<readonly (ShownMachine | null | Error)[]> {
  const problem = tooManyGroups(call.scope, maxNodes);
  if (problem !== undefined) {
    const view = await requireFleet(fleet, call, { problem });
    call.usage.served('FLEET', view.readAt);
    return ids.map((id) => shown(view, id, call) ?? null);
  }
  const view = freshView(fleet, call);
  if (view === undefined) return await byIds.load(ids, call);
  const found = ids.map((id) => shown(view, id, call));
  const missing = ids.filter((_, index) => found[index] === undefined);
  if (missing.length < ids.length) call.usage.served('FLEET', view.readAt);
  const asked = missing.length === 0 ? [] : await byIds.load(missing, call);
  let next = 0;
  return found.map((machine) => machine ?? asked[next++] ?? null);
}
