import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, fingerprintOf, type ListingId } from '../../src/machines/cursor.ts';
import { type PageArguments, readPageRequest } from '../../src/machines/page-request.ts';

const fingerprint = fingerprintOf({ kind: 'everything' });
const read = (args: PageArguments) =>
  readPageRequest(args, { defaultSize: 50, maxSize: 1_000 }, (text, path) =>
    decodeCursor(text, fingerprint, path),
  );
const cursor = (offset: number, listing = 'a1') =>
  encodeCursor({ offset, id: `m${offset}`, listing: listing as ListingId }, fingerprint);

describe('the paging arguments', () => {
  it('ask for the first 50 when there are none, or all are null', () => {
    const request = { from: 'front', size: 50, after: undefined, before: undefined };
    expect(read({})).toEqual(request);
    expect(read({ first: null, after: null, last: null, before: null })).toEqual(request);
  });

  it('ask from the back with last', () => {
    expect(read({ last: 5, before: cursor(9) })).toEqual({
      from: 'back',
      size: 5,
      after: undefined,
      before: { offset: 9, id: 'm9', listing: 'a1' },
    });
  });

  it('take cursors of two listings in any order: where their machines are now is not known here', () => {
    const request = read({ after: cursor(9, 'a1'), before: cursor(5, 'b2') });
    expect([request.after?.offset, request.before?.offset]).toEqual([9, 5]);
  });

  it.each<[PageArguments, string]>([
    [{ first: -1 }, 'first: is -1; it must be 0 to 1000'],
    [{ first: 1_001 }, 'first: is 1001; it must be 0 to 1000'],
    [{ last: 1_001 }, 'last: is 1001; it must be 0 to 1000'],
    [{ first: 1, last: 1 }, 'last: cannot be combined with first'],
    [{ first: 1, after: 'broken' }, 'after: is not a cursor of this gateway'],
    [{ first: 1, before: '' }, 'before: is not a cursor of this gateway'],
  ])('%j are rejected: %s', (args, message) => {
    expect(() => read(args)).toThrow(message);
  });

  it('may be 0 and the largest page', () => {
    expect(read({ first: 0 }).size).toBe(0);
    expect(read({ last: 1_000 }).size).toBe(1_000);
  });
});
