import type { RowChangesSubscription } from '../generated/graphql.ts';
import type { Device } from './fleet-pages.ts';

export type RowChange = RowChangesSubscription['machineChanges'];

/** Latest change of each device that was told, by its id. */
export type RowChanges = ReadonlyMap<string, RowChange>;

/** What became of a row since it was loaded. */
export type RowState = 'as loaded' | 'changed' | 'gone';

export interface Row {
  readonly device: Device;
  readonly state: RowState;
}

/**
 * Rows as they are by now: in the places in which they were loaded, so that nothing moves under the pointer.
 *
 * @param asOf when the oldest row was read; what changed before it is in the rows already
 */
export function rowsWith(
  devices: readonly Device[],
  changes: RowChanges,
  asOf: string | null,
): readonly Row[] {
  const loadedAt = asOf === null ? Number.NEGATIVE_INFINITY : Date.parse(asOf);
  return devices.map((device) => {
    const change = changes.get(device.id);
    if (change === undefined || Date.parse(change.at) <= loadedAt) return { device, state: 'as loaded' };
    if (change.machine === null || change.machine === undefined) return { device, state: 'gone' };
    return { device: change.machine, state: 'changed' };
  });
}
