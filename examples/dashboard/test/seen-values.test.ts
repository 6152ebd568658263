import { describe, expect, it } from 'vitest';
import { nothingSeen, withSeen } from '../src/filter/seen-values.ts';

describe('the values to choose from', () => {
  const device = { osPlatform: 'Plan9', machineTags: ['VIP'], rbacGroupId: 3, rbacGroupName: null } as never;

  it('grow with the rows', () => {
    const seen = withSeen(nothingSeen, [device]);
    expect([...seen.platforms, ...seen.tags, ...seen.groups.keys()]).toEqual(['Plan9', 'VIP', 3]);
  });

  it('are the same object where nothing is new', () => {
    const seen = withSeen(nothingSeen, [device]);
    expect(withSeen(seen, [device])).toBe(seen);
  });
});
