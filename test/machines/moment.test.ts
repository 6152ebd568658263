import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNever, momentOf, parseMoment } from '../../src/machines/moment.ts';

describe('a moment', () => {
  it.each([
    ['2018-08-02T14:55:03.7791856Z', '2018-08-02T14:55:03.7791856Z'],
    ['2026-01-20T20:07:42Z', '2026-01-20T20:07:42Z'],
    ['2026-01-20T20:07:42.100Z', '2026-01-20T20:07:42.100Z'],
    ['2026-01-20t20:07:42z', '2026-01-20T20:07:42Z'],
    ['2026-01-20T20:07:42.1234567+02:00', '2026-01-20T18:07:42.1234567Z'],
    ['2026-12-31T23:30:00-01:30', '2027-01-01T01:00:00Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
  ])('reads %s as %s, to the last digit', (text, moment) => {
    expect(parseMoment(text)).toBe(moment);
  });

  it.each([
    '',
    '2018-08-01Z',
    '2018-08-02',
    '2018-08-02T14:55:03',
    '2018-08-02 14:55:03Z',
    '2018-08-02T14:55:03.12345678Z',
    '2018-08-02T14:55:03.Z',
    '2023-02-29T00:00:00Z',
    '2023-02-30T00:00:00Z',
    '2023-13-01T00:00:00Z',
    '2023-01-01T24:00:00Z',
    '2023-01-01T23:59:60Z',
    '2023-01-01T00:00:00+24:00',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    "2023-01-01T00:00:00Z' or true",
    '2023-01-01T00:00:00Z\n',
  ])('rejects %j', (text) => {
    expect(parseMoment(text)).toBeUndefined();
  });

  it('stays itself when read again', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('0002-01-01T00:00:00Z'),
          max: new Date('9999-12-30T00:00:00Z'),
          noInvalidDate: true,
        }),
        fc.stringMatching(/^(\.\d{1,7})?$/),
        (date, fraction) => {
          const text = `${date.toISOString().slice(0, 19)}${fraction}Z`;
          expect(parseMoment(text)).toBe(text);
        },
      ),
    );
  });

  it('of the year 0001 means never', () => {
    expect(isNever(momentOf(Date.parse('0001-01-01T00:00:00Z')))).toBe(true);
    expect(isNever(momentOf(0))).toBe(false);
  });
});
