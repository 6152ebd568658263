import { describe, expect, it } from 'vitest';
import { maxRowsSought, placeStep } from '../src/fleet/place.ts';

const known = { ids: ['a', 'b', 'c'], sought: 'c', canLoadMore: true, fetching: false };

describe('the place of a list that begins anew', () => {
  it('is the row of the open device', () => {
    expect(placeStep(known)).toEqual({ kind: 'row', index: 2 });
    expect(placeStep({ ...known, fetching: true })).toEqual({ kind: 'row', index: 2 });
  });

  it('is looked for on further pages, one at a time', () => {
    expect(placeStep({ ...known, sought: 'z' })).toEqual({ kind: 'load-more' });
    expect(placeStep({ ...known, sought: 'z', canLoadMore: false, fetching: true })).toEqual({
      kind: 'wait',
    });
  });

  it('is the top where the device is not among the first rows, or not of the list', () => {
    const ids = Array.from({ length: maxRowsSought }, (_, index) => String(index));
    expect(placeStep({ ...known, ids, sought: 'z' })).toEqual({ kind: 'top' });
    expect(placeStep({ ...known, sought: 'z', canLoadMore: false })).toEqual({ kind: 'top' });
  });
});
