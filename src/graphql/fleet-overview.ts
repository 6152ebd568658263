import type { FleetOverview } from '../machines/catalog.ts';
import type { FleetResolvers } from './generated/resolvers.ts';

export const fleetFields = {
  machines: ({ machines }: FleetOverview) => machines ?? null,
  snapshotAt: ({ view }: FleetOverview) => view?.readAt ?? null,
  nextSnapshotAt: ({ nextSnapshotAt }: FleetOverview) => nextSnapshotAt ?? null,
  snapshot: ({ view }: FleetOverview) => view?.id ?? null,
} satisfies FleetResolvers;
