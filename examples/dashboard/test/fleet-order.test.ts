import { describe, expect, it } from 'vitest';
import { columns } from '../src/fleet/columns.tsx';
import { isSortKey, machineOrderOf, pressed, worstFirst } from '../src/fleet/fleet-order.ts';

describe('the order', () => {
  it('begins with the gravest risk', () => {
    expect(machineOrderOf(worstFirst)).toEqual([
      { field: 'RISK_SCORE', direction: 'DESC' },
      { field: 'EXPOSURE_LEVEL', direction: 'DESC' },
    ]);
  });

  it('is by any column but that of the tags, which are several', () => {
    expect(columns.map(({ key }) => key).filter((key) => !isSortKey(key))).toEqual(['tags']);
    expect(isSortKey('toString')).toBe(false);
  });

  it('puts the gravest risk first among equals, whichever way round it is', () => {
    expect(machineOrderOf({ by: 'os', direction: 'ASC' })).toEqual([
      { field: 'OS_PLATFORM', direction: 'ASC' },
      { field: 'VERSION', direction: 'ASC' },
      { field: 'RISK_SCORE', direction: 'DESC' },
      { field: 'EXPOSURE_LEVEL', direction: 'DESC' },
    ]);
  });

  it('is turned round by a second press, and the usual one of another column', () => {
    const byName = pressed(worstFirst, 'name');
    expect(byName).toEqual({ by: 'name', direction: 'ASC' });
    expect(pressed(byName, 'name')).toEqual({ by: 'name', direction: 'DESC' });
    expect(pressed(byName, 'seen')).toEqual({ by: 'seen', direction: 'DESC' });
    expect(pressed(worstFirst, 'risk')).toEqual({ by: 'risk', direction: 'ASC' });
  });
});
