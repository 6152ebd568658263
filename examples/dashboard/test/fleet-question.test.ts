import { describe, expect, it } from 'vitest';
import { everything } from '../src/filter/fleet-filter.ts';
import { worstFirst } from '../src/fleet/fleet-order.ts';
import { fleetQuestion, rowSourceOf } from '../src/fleet/fleet-question.ts';

describe('the source of rows', () => {
  it('is the fleet, also while it is read or not known', () => {
    for (const state of ['LOADING', 'READY', 'STALE', null] as const) {
      expect(rowSourceOf(state, false)).toBe('fleet');
    }
  });

  it('is pages where the gateway holds no fleet, or has refused to ask it', () => {
    expect(rowSourceOf('OFF', false)).toBe('pages');
    expect(rowSourceOf('TOO_LARGE', false)).toBe('pages');
    expect(rowSourceOf('READY', true)).toBe('pages');
  });
});

describe('the question', () => {
  it('asks the fleet in the order of the table, and upstream in its own', () => {
    expect(fleetQuestion(everything, worstFirst, 'fleet').orderBy).toHaveLength(2);
    expect(fleetQuestion(everything, worstFirst, 'pages')).toEqual({
      filter: null,
      search: null,
      orderBy: null,
    });
  });

  it('never leaves out a search, since what does not match would be shown', () => {
    const filter = { ...everything, search: ' web vip ', subnet: '10.0.0.0/8' };
    for (const source of ['fleet', 'pages'] as const) {
      const question = fleetQuestion(filter, worstFirst, source);
      expect(question.search).toBe('web vip');
      expect(question.filter?.or).toHaveLength(3);
    }
    expect(fleetQuestion({ ...everything, search: '  ' }, worstFirst, 'fleet').search).toBeNull();
  });
});
