import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, fingerprintOf } from '../../src/machines/cursor.ts';
import type { ODataFilter } from '../../src/machines/odata.ts';

const everything = fingerprintOf({ kind: 'everything' });
const high = fingerprintOf({ kind: 'some', text: "riskScore eq 'High'" as ODataFilter });
const written = (text: string): string => Buffer.from(text).toString('base64url');

describe('a cursor', () => {
  it('names its place again', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000_000), fc.string({ unit: 'grapheme', maxLength: 60 }), (offset, id) => {
        expect(decodeCursor(encodeCursor({ offset, id }, high), high, ['after'])).toEqual({ offset, id });
      }),
    );
  });

  it('shows neither filter nor offset to the eye', () => {
    const cursor = encodeCursor({ offset: 4_711, id: 'a' }, high);
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(cursor).not.toContain('4711');
  });

  it('is refused with another filter', () => {
    const cursor = encodeCursor({ offset: 3, id: 'a' }, high);
    expect(() => decodeCursor(cursor, everything, ['after'])).toThrow('after: is a cursor of another filter');
  });

  it('of another version is refused', () => {
    expect(() => decodeCursor(written(`2.${high}.3.a`), high, ['before'])).toThrow(
      'before: is a cursor of another version',
    );
  });

  it.each([
    '',
    'x',
    '!!',
    written('1'),
    written(`1.${high}`),
    written(`1.${high}.-3.a`),
    written(`1.${high}.3`),
    written(`1.${high}.9999999999.a`),
    written(`1.${high}.1e3.a`),
    'a'.repeat(2_000),
  ])('that reads %j is refused', (text) => {
    expect(() => decodeCursor(text, high, ['after'])).toThrow('after: is not a cursor of this gateway');
  });

  it('never reads as anything but a place within bounds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          const { offset } = decodeCursor(text, high, ['after']);
          expect(Number.isSafeInteger(offset) && offset >= 0).toBe(true);
        } catch (error) {
          expect(error).toHaveProperty('name', 'BadInput');
        }
      }),
    );
  });
});
