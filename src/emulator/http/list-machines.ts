import type { Fleet } from '../fleet/fleet.ts';
import type { Row } from '../fleet/row.ts';
import type { RawMachine } from '../machine.ts';
import type { FilterCache } from '../odata/filter.ts';
import { orderRows } from '../odata/order-by.ts';
import { readQueryOptions } from '../odata/query-options.ts';
import type { Settings } from '../settings.ts';
import { type Answer, listAnswer } from './answer.ts';
import { API_ERRORS, type ApiError } from './api-error.ts';

export interface ListCall {
  /** The query's options, decoded. */
  readonly options: ReadonlyMap<string, string>;
  /** The call's number, from which an unstable order is drawn. */
  readonly serial: number;
  /** The address of the list as the client called it. */
  readonly listUrl: string;
  /** Whether a machine is shown to the caller; undefined: all are. */
  readonly isVisible: ((machine: RawMachine) => boolean) | undefined;
}

/**
 * Answers a list call.
 *
 * @throws BadQuery when an option is refused
 */
export function listMachines(
  call: ListCall,
  fleet: Fleet,
  filters: FilterCache,
  settings: Settings,
): Answer | ApiError {
  const options = readQueryOptions(call.options, settings.accept);
  const predicate = options.filter === undefined ? undefined : filters.get(options.filter);
  const inOrder = fleet.inOrder(settings.order, call.serial);
  const ordered = options.orderBy === undefined ? inOrder : orderRows(inOrder, options.orderBy);
  const { isVisible } = call;
  const shown = isVisible === undefined ? ordered : ordered.filter(({ machine }) => isVisible(machine));
  const matching = predicate === undefined ? shown : shown.filter(predicate);
  const most = Math.min(options.top ?? settings.pageCap, settings.pageCap);
  const rows = matching.slice(options.skip, options.skip + most);
  if (matching.length === 0 && settings.emptyListAs404) return API_ERRORS.noRecentMachines();
  const more = options.top === undefined && matching.length > options.skip + most;
  return listAnswer({
    rows,
    ...(options.select === undefined ? {} : { select: options.select }),
    ...(options.count ? { count: matching.length } : {}),
    ...(more ? { nextLink: brokenNextLink(call.listUrl, options.filter, options.skip + most) } : {}),
  });
}

/**
 * The next link as it was reported: the options have lost their names. Following it reads the whole fleet,
 * unfiltered, from the start, and gets the same kind of link again.
 */
function brokenNextLink(listUrl: string, filter: string | undefined, skip: number): string {
  const values = [...(filter === undefined ? [] : [filter]), String(skip)];
  return `${listUrl}?${values.map((value) => `=${encodeURIComponent(value)}`).join('&')}`;
}

/** Finds a machine by its id. */
export function findMachine(id: string, fleet: Fleet, settings: Settings): Row | undefined {
  const row = fleet.find(id);
  const merged = row?.machine.mergedIntoMachineId;
  return settings.mergedAs404 && merged !== null && merged !== undefined ? undefined : row;
}
