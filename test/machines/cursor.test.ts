import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, fingerprintOf, type ListingId } from '../../src/machines/cursor.ts';
import type { ODataFilter } from '../../src/machines/odata.ts';

const everything = fingerprintOf({ kind: 'everything' });
const high = fingerprintOf({ kind: 'some', text: "riskScore eq 'High'" as ODataFilter });
const listing = '0a1b2c3d4e5f6071' as ListingId;
const written = (text: string): string => Buffer.from(text).toString('base64url');

describe('a cursor', () => {
  it('names its place again', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000_000),
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.stringMatching(/^[a-z0-9]{1,32}$/),
        (offset, id, name) => {
          const position = { offset, id, listing: name as ListingId };
          expect(decodeCursor(encodeCursor(position, high), high, ['after'])).toEqual(position);
        },
      ),
    );
  });

  it('shows neither filter nor offset to the eye', () => {
    const cursor = encodeCursor({ offset: 4_711, id: 'a', listing }, high);
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(cursor).not.toContain('4711');
  });

  it('is refused with another filter', () => {
    const cursor = encodeCursor({ offset: 3, id: 'a', listing }, high);
    expect(() => decodeCursor(cursor, everything, ['after'])).toThrow('after: is a cursor of another filter');
  });

  it('of another version is refused', () => {
    expect(() => decodeCursor(written(`2.${high}.${listing}.3.a`), high, ['before'])).toThrow(
      'before: is a cursor of another version',
    );
  });

  it.each([
    '',
    'x',
    '!!',
    written('1'),
    written(`1.${high}`),
    written(`1.${high}.${listing}`),
    written(`1.${high}.${listing}.3`),
    written(`1.${high}.3.a`),
    written(`1.${high}..3.a`),
    written(`1.${high}.a:b.3.a`),
    written(`1.${high}.${'a'.repeat(33)}.3.a`),
    written(`1.${high}.${listing}.-3.a`),
    written(`1.${high}.${listing}.9999999999.a`),
    written(`1.${high}.${listing}.1e3.a`),
    'a'.repeat(2_000),
  ])('that reads %j is refused', (text) => {
    expect(() => decodeCursor(text, high, ['after'])).toThrow('after: is not a cursor of this gateway');
  });

  it('never reads as anything but a place within bounds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          const { offset, listing: name } = decodeCursor(text, high, ['after']);
          expect(Number.isSafeInteger(offset) && offset >= 0).toBe(true);
          expect(name).toMatch(/^[a-z0-9]{1,32}$/);
        } catch (error) {
          expect(error).toHaveProperty('name', 'BadInput');
        }
      }),
    );
  });
});
