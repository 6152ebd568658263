import { FleetRequired } from './fleet-required.ts';
import type { FleetViews } from './fleet-view.ts';

/** No fleet at all. @param why for callers: which setting to change */
export function noFleet(why: string): FleetViews {
  const refuse = () => Promise.reject(new FleetRequired({ problem: 'There is no fleet.' }, why));
  return {
    standing: () => ({ kind: 'unavailable', why }),
    ready: refuse,
    newer: refuse,
    noChanges: why,
    earlier: () => undefined,
    status: () => ({ state: 'OFF', nextSnapshotAt: undefined, view: undefined }),
  };
}
