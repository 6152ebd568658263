import {
  atRest,
  type ChangeToken,
  decodeToken,
  encodeToken,
  roundOf,
  type Stretch,
  type TokenOwner,
  tokenBehind,
} from './change-token.ts';
import { ChangesExpired } from './changes-expired.ts';
import { at } from './connection.ts';
import { fleetFingerprint } from './cursor.ts';
import { scopeFilter } from './device-scope.ts';
import { and, canonicalText, type Filter } from './filter.ts';
import { type FilterInput, type FilterLimits, readFilter } from './filter-input.ts';
import { requireFleet } from './fleet-pages.ts';
import { changesNeed, FleetRequired } from './fleet-required.ts';
import type { FleetView, FleetViews, ViewChanges } from './fleet-view.ts';
import type { MachineChange } from './machine-change.ts';
import type { Moment } from './moment.ts';
import { type PageSizes, readPageRequest } from './page-request.ts';
import type { Call } from './source.ts';

/** The arguments of `machineChanges` as GraphQL coerced them. Null counts as not given. */
export interface ChangesArguments {
  readonly filter?: FilterInput | null | undefined;
  readonly after?: string | null | undefined;
  readonly first?: number | null | undefined;
}

/** Net changes, by id: at most one of a machine between two readings. */
export interface ChangePage {
  readonly changes: readonly MachineChange[];
  /** The token behind one of the changes. */
  readonly cursorOf: (index: number) => string;
  /** The token behind the page, also where it is empty: from there on the next changes are asked for. */
  readonly endCursor: string;
  readonly hasNextPage: boolean;
  /** When the newest reading was begun. */
  readonly asOf: Moment;
}

export interface ChangesOptions {
  readonly views: FleetViews;
  readonly limits: FilterLimits;
  readonly sizes: PageSizes;
}

/**
 * A page of changes. Each leads up to the newest reading, and a walk ends when all ids have come up to the same one: where
 * the fleet is read again meanwhile, it goes round once more for the ids that it had passed before.
 *
 * @throws {BadInput} for arguments that cannot be meant, before anything is read
 * @throws {ChangesExpired} where the changes since the token are not known any more
 * @throws {FleetRequired} where there is no fleet
 */
export async function readChanges(
  { filter: given, after, first }: ChangesArguments,
  call: Call,
  { views, limits, sizes }: ChangesOptions,
): Promise<ChangePage> {
  const filter = readFilter(given, limits, call.scope);
  const scope = scopeFilter(call.scope);
  const owner: TokenOwner = {
    list: fleetFingerprint([canonicalText(filter)]),
    scope: fleetFingerprint([canonicalText(scope)]),
  };
  const { size, after: token } = readPageRequest({ after, first }, sizes, (cursor) =>
    decodeToken(cursor, owner),
  );
  if (views.noChanges !== undefined) throw new FleetRequired(changesNeed, views.noChanges);
  const view = await requireFleet(views, call, changesNeed);
  const round = roundOf(token ?? atRest(view.id));
  const page = await takeFront(legsOf(round, view, and([scope, filter]), call.signal), size, call.signal);
  call.usage.served('FLEET', view.readAt);
  const { hasNextPage } = page;
  const tokenOf = (place: Taken | undefined, isLast: boolean): string => {
    const behind = (): ChangeToken =>
      place === undefined ? (token ?? atRest(view.id)) : tokenBehind(round, place.stretch, place.id, view.id);
    return encodeToken(isLast && !hasNextPage ? atRest(view.id) : behind(), owner);
  };
  return {
    changes: page.changes,
    cursorOf: (index) => tokenOf(at(page.taken, index), index === page.taken.length - 1),
    endCursor: tokenOf(page.taken.at(-1), true),
    hasNextPage,
    asOf: view.readAt,
  };
}

/** The changes within one stretch of a round: those at `from` up to, not including, `to`. */
interface Leg extends Places {
  /** Place of the stretch in its round. */
  readonly stretch: number;
  readonly changes: ViewChanges;
}

interface Places {
  readonly from: number;
  readonly to: number;
}

/** Where a change stands in the round. */
interface Taken {
  readonly stretch: number;
  readonly id: string;
}

/** What lies ahead in a round, in the order in which it is walked. */
async function* legsOf(
  round: readonly Stretch[],
  view: FleetView,
  filter: Filter,
  signal: AbortSignal,
): AsyncGenerator<Leg> {
  for (const [index, stretch] of round.entries()) {
    if (stretch.since === view.id) continue;
    const changes = await view.changes(stretch.since, filter, signal);
    if (changes === undefined) {
      throw new ChangesExpired('The gateway no longer keeps the changes since this token.');
    }
    yield { stretch: index, changes, ...placesOf(changes, stretch) };
  }
}

const placesOf = (changes: ViewChanges, { from, to }: Stretch): Places => ({
  from: changes.placeBehind(from),
  to: to === undefined ? changes.size : changes.placeBehind(to),
});

async function takeFront(
  legs: AsyncIterable<Leg>,
  size: number,
  signal: AbortSignal,
): Promise<{
  readonly changes: readonly MachineChange[];
  readonly taken: readonly Taken[];
  readonly hasNextPage: boolean;
}> {
  const changes: MachineChange[] = [];
  const taken: Taken[] = [];
  let hasNextPage = false;
  for await (const { stretch, changes: found, from, to } of legs) {
    const end = Math.min(to, from + size - changes.length);
    for (const change of await found.read(from, end, signal)) {
      changes.push(change);
      taken.push({ stretch, id: change.id });
    }
    hasNextPage = end < to;
    if (hasNextPage) break;
  }
  return { changes, taken, hasNextPage };
}
