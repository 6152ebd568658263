import { describe, expect, it } from 'vitest';
import { edgesOf, type PageSpan, pageInfoOf, readPage } from '../../src/machines/connection.ts';
import { decodeCursor, fingerprintOf, type ListingId } from '../../src/machines/cursor.ts';
import type { Listing } from '../../src/machines/listing.ts';
import { readMachine } from '../../src/machines/machine-row.ts';
import { momentOf } from '../../src/machines/moment.ts';
import type { Row } from '../../src/machines/row-block.ts';
import type { RowSource } from '../../src/machines/row-span.ts';

const fingerprint = fingerprintOf({ kind: 'everything' });
const opened = momentOf(1_000_000);

interface ListingData {
  /** Ids by offset; undefined for a row that is not shown. */
  readonly ids: readonly (string | undefined)[];
  /** Most rows that one reading gives. */
  readonly stretch?: number;
  readonly count?: number;
  /** When the rows from an offset on were read; default: when the listing was opened. */
  readonly readAt?: (offset: number) => number;
}

interface ReadListing extends Listing {
  /** Offset and rows of each reading. */
  readonly reads: readonly (readonly [number, number])[];
}

/** A listing of plain data. */
function listing({ ids, stretch = 1_000, count, readAt }: ListingData): ReadListing {
  const reads: [number, number][] = [];
  const rows: Row[] = ids.map((id) => (id === undefined ? undefined : readMachine({ id }, () => undefined)));
  const source: RowSource = { rows: rows.length, read: (from, to) => rows.slice(from, to) };
  return {
    id: 'b0a7' as ListingId,
    openedAt: opened,
    reads,
    read: async (offset, wanted) => {
      reads.push([offset, wanted]);
      const end = offset + Math.min(wanted, stretch);
      return {
        ids: rows.slice(offset, end).map((row) => row?.id ?? ''),
        source,
        from: offset,
        ended: end >= rows.length,
        readAt: readAt === undefined ? opened : momentOf(readAt(offset)),
      };
    },
    end: async () => rows.length,
    count: () => count,
    place: async ({ offset }) => ({ offset, consistency: 'LISTING' }),
  };
}

const ids = (size: number): string[] => Array.from({ length: size }, (_, index) => `m${index}`);
const front = (size: number, after = -1, before?: number): PageSpan => ({
  from: 'front',
  size,
  after,
  before,
});
const back = (size: number, before?: number, after = -1): PageSpan => ({ from: 'back', size, after, before });
const page = (span: PageSpan, data: ListingData) => readPage(span, listing(data), fingerprint);
const shown = async (span: PageSpan, data: ListingData) => {
  const { nodes, hasPreviousPage, hasNextPage } = await page(span, data);
  return [
    hasPreviousPage,
    nodes()
      .map(({ id }) => id)
      .join(' '),
    hasNextPage,
  ] as const;
};

describe('a page', () => {
  it('reads one row beyond itself, and says that there is more only when it saw more', async () => {
    const source = listing({ ids: ids(10) });
    await readPage(front(2), source, fingerprint);
    expect(source.reads).toEqual([[0, 3]]);
    expect(await shown(front(2), { ids: ids(3) })).toEqual([false, 'm0 m1', true]);
    expect(await shown(front(2), { ids: ids(2) })).toEqual([false, 'm0 m1', false]);
  });

  it('begins behind its cursor, and has a previous page', async () => {
    expect(await shown(front(2, 3), { ids: ids(10) })).toEqual([true, 'm4 m5', true]);
  });

  it('ends ahead of the cursor that it was given as its end', async () => {
    expect(await shown(front(5, 3, 6), { ids: ids(10) })).toEqual([true, 'm4 m5', true]);
  });

  it('from the back ends where the list ends, or ahead of its cursor', async () => {
    expect(await shown(back(3), { ids: ids(10) })).toEqual([true, 'm7 m8 m9', false]);
    expect(await shown(back(3, 5), { ids: ids(10) })).toEqual([true, 'm2 m3 m4', true]);
    expect(await shown(back(3, 2), { ids: ids(10) })).toEqual([false, 'm0 m1', true]);
    expect(await shown(back(9, 5, 2), { ids: ids(10) })).toEqual([true, 'm3 m4', true]);
  });

  it('of no machines says all the same what lies around it', async () => {
    expect(await shown(front(0), { ids: ids(2) })).toEqual([false, '', true]);
    expect(await shown(front(0, 1), { ids: ids(2) })).toEqual([true, '', false]);
    expect(await shown(back(0), { ids: ids(2) })).toEqual([true, '', false]);
  });

  it('is put together from as many readings as it takes, in either direction', async () => {
    expect(await shown(front(5, 0), { ids: ids(20), stretch: 2 })).toEqual([true, 'm1 m2 m3 m4 m5', true]);
    expect(await shown(back(5, 19), { ids: ids(20), stretch: 2 })).toEqual([
      true,
      'm14 m15 m16 m17 m18',
      true,
    ]);
  });

  it('is filled past rows that are not shown, and leaves them their places', async () => {
    const holes = [...ids(3), undefined, undefined, 'm5', 'm6', undefined, 'm8'];
    const { spans, hasNextPage } = await page(front(4, 0), { ids: holes });
    expect(spans.map(({ from, to }) => [from, to])).toEqual([
      [1, 3],
      [5, 7],
    ]);
    expect(hasNextPage).toBe(true);
    expect(await shown(back(3, 8), { ids: holes, stretch: 3 })).toEqual([true, 'm2 m5 m6', true]);
  });

  it('takes rows that are not shown for neither a page ahead nor one behind', async () => {
    const holes = [undefined, 'm1', 'm2', undefined, undefined];
    expect(await shown(front(2), { ids: holes })).toEqual([false, 'm1 m2', false]);
    expect(await shown(back(2), { ids: holes })).toEqual([false, 'm1 m2', false]);
  });

  it('behind the end of a list that has shrunk is empty, and claims nothing of what lies ahead', async () => {
    expect(await shown(front(2, 9), { ids: ids(5) })).toEqual([false, '', false]);
  });

  it('of a list of nothing is empty', async () => {
    expect(await shown(front(2), { ids: [] })).toEqual([false, '', false]);
    expect(await shown(back(2), { ids: [] })).toEqual([false, '', false]);
  });

  it('knows the total where its listing does', async () => {
    expect((await page(front(2), { ids: ids(5) })).totalCount).toBeNull();
    expect((await page(front(2), { ids: ids(5), count: 4 })).totalCount).toBe(4);
    expect((await page(front(2), { ids: [], count: 0 })).totalCount).toBe(0);
  });

  it('is as old as its oldest row', async () => {
    const aged = { ids: ids(10), stretch: 3, readAt: (offset: number) => 5_000 - offset };
    expect((await page(front(8), aged)).asOf).toBe(momentOf(4_994));
    expect((await page(back(8), aged)).asOf).toBe(momentOf(4_993));
  });

  it('has cursors that name the place, the machine and the listing of each edge', async () => {
    const found = await page(front(2, 3), { ids: ids(10) });
    const positions = edgesOf(found).map(({ cursor }) => decodeCursor(cursor, fingerprint, ['after']));
    expect(positions).toEqual([
      { offset: 4, id: 'm4', listing: 'b0a7' },
      { offset: 5, id: 'm5', listing: 'b0a7' },
    ]);
    const [first, last] = edgesOf(found);
    expect(pageInfoOf(found)).toMatchObject({ startCursor: first?.cursor, endCursor: last?.cursor });
  });
});
