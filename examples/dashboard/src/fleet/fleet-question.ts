import type { FleetFilter } from '../filter/fleet-filter.ts';
import { machineFilterOf } from '../filter/machine-filter.ts';
import type { FleetPageQueryVariables, MachineFleetState } from '../generated/graphql.ts';
import { type FleetOrder, machineOrderOf } from './fleet-order.ts';

/**
 * Where rows come from. `fleet`: out of the fleet that the gateway holds whole, in any order, with totals and counts of all
 * devices. `pages`: in upstream's own order, page by page, without them.
 */
export type RowSource = 'fleet' | 'pages';

/**
 * @param state how the fleet stands; null where it is not known, so that asking shows it
 * @param refused whether a question has ended in FLEET_REQUIRED
 */
export const rowSourceOf = (state: MachineFleetState | null, refused: boolean): RowSource =>
  refused || state === 'OFF' || state === 'TOO_LARGE' ? 'pages' : 'fleet';

/** What is asked of the gateway, whatever the page. */
export type FleetQuestion = Pick<FleetPageQueryVariables, 'filter' | 'search' | 'orderBy'>;

/** Search and subnets are asked for in any case: leaving them out would show devices that do not match. */
export function fleetQuestion(filter: FleetFilter, order: FleetOrder, source: RowSource): FleetQuestion {
  const search = filter.search.trim();
  return {
    filter: machineFilterOf(filter),
    search: search === '' ? null : search,
    orderBy: source === 'fleet' ? machineOrderOf(order) : null,
  };
}
