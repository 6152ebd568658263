import { describe, expect, it } from 'vitest';
import type { Device } from '../src/fleet/fleet-pages.ts';
import { type RowChange, rowsWith } from '../src/fleet/row-changes.ts';

const device = (id: string, riskScore: Device['riskScore'] = 'LOW'): Device => ({ id, riskScore }) as Device;
const change = (id: string, at: string, machine: Device | null): RowChange =>
  ({ id, at, machine, kind: machine === null ? 'REMOVED' : 'UPDATED', cursor: '' }) as RowChange;

const asOf = '2026-09-08T00:00:00Z';
const later = '2026-09-08T00:05:00Z';

describe('rows with what changed since they were loaded', () => {
  const devices = [device('a'), device('b'), device('c')];

  it('are in their places, as they are by now', () => {
    const changes = new Map([
      ['b', change('b', later, device('b', 'HIGH'))],
      ['c', change('c', later, null)],
      ['d', change('d', later, device('d'))],
    ]);
    expect(rowsWith(devices, changes, asOf)).toEqual([
      { device: device('a'), state: 'as loaded' },
      { device: device('b', 'HIGH'), state: 'changed' },
      { device: device('c'), state: 'gone' },
    ]);
  });

  it('are as loaded where they were loaded behind the change', () => {
    const changes = new Map([['b', change('b', asOf, device('b', 'HIGH'))]]);
    expect(rowsWith(devices, changes, asOf).map(({ state }) => state)).toEqual(
      devices.map(() => 'as loaded'),
    );
    expect(rowsWith(devices, changes, later)[1]?.device.riskScore).toBe('LOW');
  });
});
