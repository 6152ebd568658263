import { describe, expect, it } from 'vitest';
import { choicesOf } from '../src/filter/choices.ts';
import { everything } from '../src/filter/fleet-filter.ts';
import { nothingSeen } from '../src/filter/seen-values.ts';
import { fleetCounts } from '../src/fleet/fleet-counts.ts';

const counts = fleetCounts({
  riskScore: [{ value: 'HIGH', count: 2 }],
  exposureLevel: [],
  healthStatus: [],
  onboardingStatus: [],
  osPlatform: [
    { value: 'Ubuntu', count: 5 },
    { value: null, count: 3 },
    { value: 'Plan9', count: 1 },
  ],
  rbacGroup: [
    { value: 140, name: 'Europe', count: 5 },
    { value: null, name: null, count: 1 },
  ],
  machineTags: [
    { value: 'VIP', count: 4 },
    { value: null, count: 3 },
    { value: 'A', count: 1 },
  ],
});
const seen = {
  platforms: new Set(['Seen']),
  tags: new Set(['b', 'a']),
  groups: new Map([[7, 'Seen group']]),
};

describe('what there is to choose from', () => {
  it('is what the fleet holds, where it is counted', () => {
    expect(choicesOf(counts, seen, everything)).toEqual({
      platforms: ['Plan9', 'Ubuntu'],
      groups: [{ id: 140, name: 'Europe', count: 5 }],
      tags: ['VIP', 'A'],
    });
  });

  it('is what was seen in rows, beside common platforms, where it is not', () => {
    const { platforms, groups, tags } = choicesOf(null, seen, everything);
    expect(platforms).toEqual(expect.arrayContaining(['Seen', 'Windows11']));
    expect(groups).toEqual([{ id: 7, name: 'Seen group', count: null }]);
    expect(tags).toEqual(['a', 'b']);
  });

  it('holds what is chosen, though nothing has it', () => {
    const filter = { ...everything, platforms: ['Gone'], group: 7 };
    expect(choicesOf(counts, seen, filter).groups).toContainEqual({ id: 7, name: 'Seen group', count: null });
    expect(choicesOf(counts, nothingSeen, filter).groups).toContainEqual({ id: 7, name: null, count: null });
    expect(choicesOf(counts, seen, filter).platforms).toContain('Gone');
  });
});
