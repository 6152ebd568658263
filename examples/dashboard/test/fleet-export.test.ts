import { describe, expect, it } from 'vitest';
import { everything } from '../src/filter/fleet-filter.ts';
import { exportAddress } from '../src/fleet/fleet-export.ts';
import { fleetQuestion } from '../src/fleet/fleet-question.ts';

describe('the address of a file', () => {
  it('asks for the filter, the search and the order of the table', () => {
    const filter = { ...everything, risk: ['HIGH'] as const, search: 'a&b=c' };
    const question = fleetQuestion(filter, { by: 'name', direction: 'DESC' }, 'fleet');
    const address = new URL(exportAddress(question, 'csv'), 'http://page');
    expect(address.pathname).toBe('/export/machines.csv');
    const { searchParams } = address;
    expect(JSON.parse(searchParams.get('filter') ?? '')).toEqual(question.filter);
    expect(searchParams.get('search')).toBe('a&b=c');
    expect(JSON.parse(searchParams.get('orderBy') ?? '')).toEqual(question.orderBy);
  });

  it('leaves out what is not asked for', () => {
    expect(exportAddress({ filter: null, search: null, orderBy: null }, 'ndjson')).toBe(
      '/export/machines.ndjson?',
    );
  });
});
