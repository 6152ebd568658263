import { LRUCache } from 'lru-cache';
import type { DeviceScope } from '../machines/device-scope.ts';
import { latestRecords } from './devices.ts';
import { valueAt } from './dictionary.ts';
import type { DeviceLinks, ScalarColumn, Snapshot } from './snapshot.ts';

/** Bytes of the bits that are kept for the scopes of one snapshot: those of 300 scopes for 100,000 machines. */
const keptBytes = 4 * 1024 * 1024;

/**
 * The rows that are the latest records of their devices among those of a scope, one bit each. Rows outside the scope say
 * nothing. Not to be written to: a memo of what never changes, which goes with its snapshot.
 */
export function latestOfDevices({ devices, rows, columns }: Snapshot, among: DeviceScope): Uint32Array {
  const byScope =
    remembered.get(devices) ??
    new LRUCache<string, Uint32Array>({
      maxSize: keptBytes,
      sizeCalculation: (bits, key) => bits.byteLength + key.length * 2 + 1,
    });
  remembered.set(devices, byScope);
  const key = JSON.stringify(among);
  const known = byScope.get(key);
  if (known !== undefined) return known;
  const bits = latestRecords(devices, rows, rowsWithin(columns.rbacGroupId, among));
  byScope.set(key, bits);
  return bits;
}

const remembered = new WeakMap<DeviceLinks, LRUCache<string, Uint32Array>>();

/** Whether a row is of a scope, by its device group. */
export function rowsWithin(
  { codes, dictionary }: ScalarColumn,
  scope: DeviceScope,
): (row: number) => boolean {
  if (scope.kind === 'all') return () => true;
  const groups = new Set<unknown>(scope.groupIds);
  const isWithin = Uint8Array.from({ length: dictionary.size + 1 }, (_, code) =>
    groups.has(valueAt(dictionary, code)) ? 1 : 0,
  );
  return (row) => isWithin[codes[row] ?? 0] === 1;
}
