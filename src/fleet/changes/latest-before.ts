import type { DeviceScope } from '../../machines/device-scope.ts';
import { latestRecords } from '../devices.ts';
import { rowsWithin } from '../latest-of-devices.ts';
import { wordsFor } from '../selection.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Past } from './past.ts';

/** The rows that were the latest records of their devices at an earlier reading, among those of a scope; one bit each. */
export interface LatestBefore {
  /** By row of the snapshot now, of the machines that have not changed since. */
  readonly unchanged: Uint32Array;
  /** By row of the past, of those that have. */
  readonly changed: Uint32Array;
}

export function latestBefore(now: Snapshot, past: Past, among: DeviceScope): LatestBefore {
  const words = wordsFor(now.rows);
  const isNow = rowsWithin(now.columns.rbacGroupId, among);
  const wasThen = rowsWithin(past.snapshot.columns.rbacGroupId, among);
  const bits = latestRecords(past.devices, words * 32 + past.snapshot.rows, (record) =>
    record < words * 32 ? isNow(record) : wasThen(record - words * 32),
  );
  return { unchanged: bits.subarray(0, words), changed: bits.subarray(words) };
}
