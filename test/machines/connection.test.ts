import { describe, expect, it } from 'vitest';
import { pageOf, type Row, type Slice, spanOf } from '../../src/machines/connection.ts';
import { fingerprintOf } from '../../src/machines/cursor.ts';
import { readMachine } from '../../src/machines/machine-row.ts';
import { momentOf } from '../../src/machines/moment.ts';
import type { PageRequest } from '../../src/machines/page-request.ts';

const fingerprint = fingerprintOf({ kind: 'everything' });
const machine = (id: string): Row => readMachine({ id }, () => undefined);
const forwards = (size: number, after?: number): PageRequest => ({
  from: 'front',
  size,
  after: after === undefined ? undefined : { offset: after, id: `m${after}` },
  before: undefined,
});
const slice = (offset: number, rows: readonly Row[], ended: boolean): Slice => ({
  offset,
  rows,
  ended,
  asOf: momentOf(0),
});
const rows = (from: number, to: number): Row[] =>
  Array.from({ length: to - from }, (_, index) => machine(`m${from + index}`));

describe('a page', () => {
  it('reads one row beyond itself, and the row of its cursor', () => {
    expect(spanOf(forwards(10))).toEqual({ kind: 'range', offset: 0, rows: 11 });
    expect(spanOf(forwards(10, 9))).toEqual({ kind: 'range', offset: 9, rows: 12 });
  });

  it('says that there is more only when it saw more', () => {
    expect(pageOf(forwards(2), slice(0, rows(0, 3), false), fingerprint).hasNextPage).toBe(true);
    expect(pageOf(forwards(2), slice(0, rows(0, 2), true), fingerprint).hasNextPage).toBe(false);
  });

  it('knows the total once it saw the end, and not before', () => {
    expect(pageOf(forwards(2, 9), slice(9, rows(9, 11), true), fingerprint).totalCount).toBe(11);
    expect(pageOf(forwards(2, 9), slice(9, rows(9, 13), false), fingerprint).totalCount).toBeNull();
    expect(pageOf(forwards(2), slice(0, [], true), fingerprint).totalCount).toBe(0);
  });

  it('behind the end of a list that has shrunk is empty, and claims nothing of what lies ahead', () => {
    const page = pageOf(forwards(2, 9), slice(9, [], true), fingerprint);
    expect(page).toMatchObject({ nodes: [], hasNextPage: false, hasPreviousPage: false, totalCount: null });
  });

  it('leaves out a row that cannot be shown, and keeps its place', () => {
    const found = [machine('m0'), undefined, machine('m2'), machine('m3')];
    const page = pageOf(forwards(3), slice(0, found, false), fingerprint);
    expect(page.placed.map(({ offset }) => offset)).toEqual([0, 2]);
    expect(page.hasNextPage).toBe(true);
  });
});
