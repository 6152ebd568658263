import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeCursor,
  decodeFleetCursor,
  encodeCursor,
  encodeFleetCursor,
  fingerprintOf,
  type ListingId,
  sourceOf,
} from '../../src/machines/cursor.ts';
import type { SnapshotId } from '../../src/machines/fleet-view.ts';
import type { ODataFilter } from '../../src/machines/odata.ts';
import type { MachineOrder } from '../../src/machines/order.ts';
import { cases } from '../support/cases.ts';

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

  it('is rejected with another filter', () => {
    const cursor = encodeCursor({ offset: 3, id: 'a', listing }, high);
    expect(() => decodeCursor(cursor, everything, ['after'])).toThrow('after: is a cursor of another filter');
  });

  it('of another version is rejected', () => {
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
  ])('that reads %j is rejected', (text) => {
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

describe('a cursor of a list whose durations were counted back from a minute', () => {
  it('names its place and its minute again', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000_000),
        fc.nat(99_999_999),
        fc.string({ maxLength: 60 }),
        (offset, minute, id) => {
          const position = { offset, id, listing, minute };
          expect(decodeCursor(encodeCursor(position, high), high, ['after'])).toEqual(position);
        },
      ),
    );
  });

  it.each([
    written(`3.${high}.${listing}.5.a`),
    written(`3.${high}.${listing}.-1.5.a`),
    written(`3.${high}.${listing}.05.5.a`),
    written(`1.${high}.${listing}.x.5.a`),
  ])('that reads %j is rejected', (text) => {
    expect(() => decodeCursor(text, high, ['after'])).toThrow('after: is not a cursor of this gateway');
  });
});

describe('a cursor of the fleet', () => {
  const orders: readonly MachineOrder[] = [
    { field: 'LAST_SEEN', direction: 'DESC' },
    { field: 'RISK_SCORE', direction: 'ASC' },
    { field: 'OS_BUILD', direction: 'ASC' },
    { field: 'COMPUTER_DNS_NAME', direction: 'ASC' },
  ];
  const view = 's1' as SnapshotId;
  const value = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

  it('names its place again, and leads to the fleet', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
        value(fc.constantFrom('2026-09-08T00:00:00.1234567Z', '0002-01-01T00:00:00Z')),
        value(fc.constantFrom('LOW', 'UNRECOGNIZED')),
        value(fc.maxSafeInteger()),
        value(fc.string({ unit: 'grapheme', maxLength: 60 })),
        (id, ...values) => {
          const position = {
            view,
            key: { id, values: values.map((each) => (Object.is(each, -0) ? 0 : each)) },
          };
          const cursor = encodeFleetCursor(position, high);
          expect(decodeFleetCursor(cursor, orders, high, ['after'])).toEqual(position);
          expect(sourceOf(cursor)).toBe('fleet');
        },
      ),
    );
  });

  it('never reads as anything but values of its order', () => {
    const text = fc
      .tuple(fc.constantFrom('2', '1', '3'), fc.constantFrom(high, everything), fc.json())
      .map((parts) => written(`${parts[0]}.${parts[1]}.s1.${parts[2]}`));
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (cursor) => {
        expect(() => decodeFleetCursor(cursor, orders, high, ['after'])).toThrow('after: is');
      }),
      { numRuns: cases(1_000) },
    );
  });

  it('of windows leads to windows, and is one of another order', () => {
    const cursor = encodeCursor({ offset: 3, id: 'a', listing }, high);
    expect(sourceOf(cursor)).toBe('windows');
    expect(() => decodeFleetCursor(cursor, orders, high, ['before'])).toThrow(
      'before: is a cursor of another filter, search or order',
    );
  });
});
