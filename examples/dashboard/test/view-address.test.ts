import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  everything,
  exposureValues,
  healthValues,
  onboardingValues,
  riskValues,
} from '../src/filter/fleet-filter.ts';
import { maxPlatforms, maxTextLength, searchOf, type View, viewOf } from '../src/filter/view-address.ts';
import { worstFirst } from '../src/fleet/fleet-order.ts';

const text = fc.string({ maxLength: 40, unit: 'binary' }).filter((value) => value.isWellFormed());
const view: fc.Arbitrary<View> = fc.record({
  filter: fc.record({
    risk: fc.subarray([...riskValues]),
    exposure: fc.subarray([...exposureValues]),
    health: fc.subarray([...healthValues]),
    onboarding: fc.subarray([...onboardingValues]),
    platforms: fc.uniqueArray(
      text.filter((value) => value !== ''),
      { maxLength: maxPlatforms },
    ),
    name: text,
    search: text,
    subnet: text,
    tag: text,
    group: fc.option(fc.nat(999_999_999)),
  }),
  order: fc.record({
    by: fc.constantFrom('risk', 'name', 'ip', 'seen'),
    direction: fc.constantFrom('ASC', 'DESC'),
  }),
  deviceId: fc.option(text.filter((value) => value !== '')),
});

describe('the address of a view', () => {
  it('brings back any view', () => {
    fc.assert(
      fc.property(view, (each) => {
        expect(viewOf(searchOf(each))).toEqual(each);
      }),
    );
  });

  it('is empty for everything', () => {
    const view = { filter: everything, order: worstFirst, deviceId: null };
    expect(searchOf(view)).toBe('');
    expect(viewOf('')).toEqual(view);
  });

  it('can be read by people', () => {
    const filter = { ...everything, risk: ['HIGH', 'MEDIUM'], name: 'web-', group: 0 } as const;
    expect(searchOf({ filter, order: { by: 'seen', direction: 'DESC' }, deviceId: null })).toBe(
      '?risk=HIGH&risk=MEDIUM&name=web-&group=0&sort=-seen',
    );
  });

  it('never fails, whatever somebody wrote there', () => {
    fc.assert(
      fc.property(fc.string(), (search) => {
        const read = viewOf(search);
        expect(viewOf(searchOf(read))).toEqual(read);
      }),
    );
  });

  it.each([
    ['?risk=UNRECOGNIZED&risk=high&risk=', 'values that cannot be filtered by'],
    ['?group=-1', 'a negative group'],
    ['?group=1e3', 'a group in another spelling'],
    ['?group=99999999999', 'a group beyond the schema'],
    ['?nobody=knows', 'names that mean nothing'],
  ])('leaves out %s: %s', (search) => {
    expect(viewOf(search).filter).toEqual(everything);
  });

  it.each(['?sort=', '?sort=tags', '?sort=--name', '?sort=constructor'])(
    'orders by risk for %s',
    (search) => {
      expect(viewOf(search).order).toEqual(worstFirst);
    },
  );

  it('bounds what it takes', () => {
    const long = 'x'.repeat(maxTextLength + 1);
    const platforms = Array.from({ length: maxPlatforms + 5 }, (_, index) => `os=P${index}`).join('&');
    expect(viewOf(`?name=${long}`).filter.name).toHaveLength(maxTextLength);
    expect(viewOf(`?${platforms}`).filter.platforms).toHaveLength(maxPlatforms);
  });
});
