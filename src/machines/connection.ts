import { encodeCursor, type Fingerprint } from './cursor.ts';
import type { Listing, Stretch } from './listing.ts';
import type { ShownMachine } from './machine.ts';
import type { Moment } from './moment.ts';
import { machinesOf, type RowSource, type RowSpan, spansOf } from './row-span.ts';

/**
 * Pages as the Relay cursor connections specification has them, over a listing that is read by offset.
 *
 * Nothing is guessed: that there is more behind a page, or ahead of it, is said when a machine was seen there. Offsets
 * are upstream's; a row that is not shown keeps its offset, and pages are filled past it.
 */
export interface PageSpan {
  readonly from: 'front' | 'back';
  /** Machines, 0 or more. */
  readonly size: number;
  /** Offset of the row ahead of the first wanted one; -1 where the list begins there. */
  readonly after: number;
  /** Offset of the row behind the last wanted one; undefined where the list ends there. */
  readonly before: number | undefined;
}

/** A row that is shown, by its machine's id, and its place in its list. */
export interface PlacedRow {
  readonly offset: number;
  readonly id: string;
  readonly source: RowSource;
  /** Its number in the source. */
  readonly row: number;
}

/** A page; its costly parts are computed when needed. */
export interface MachinePage {
  /** Where its rows lie. */
  readonly spans: readonly RowSpan[];
  /** Its machines, put together when asked for. */
  readonly nodes: () => readonly ShownMachine[];
  /** Machines. */
  readonly size: number;
  /** The cursor of one of the nodes, by its index. */
  readonly cursorOf: (index: number) => string;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly totalCount: number | null;
  readonly asOf: Moment;
}

export interface Edge {
  readonly cursor: string;
  readonly node: ShownMachine;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/**
 * Reads a page out of a listing.
 * @param minute what the durations of its filter were counted back from, in minutes since 1970
 */
export async function readPage(
  span: PageSpan,
  listing: Listing,
  fingerprint: Fingerprint,
  minute?: number,
): Promise<MachinePage> {
  const reading = new PageReading(listing);
  const page = span.from === 'front' ? await readForwards(span, reading) : await readBackwards(span, reading);
  // Not known before: it may turn out on the way that cursors must lead on elsewhere.
  const { id: listingId } = listing;
  const { placed, hasNextPage, hasPreviousPage } = page;
  return {
    ...rowsOfPage(spansOf(placed)),
    hasNextPage,
    hasPreviousPage,
    cursorOf: (index) => {
      const { offset, id } = at(placed, index);
      return encodeCursor({ offset, id, listing: listingId, minute }, fingerprint);
    },
    totalCount: listing.count() ?? null,
    asOf: reading.oldest,
  };
}

/** The rows of a page, of which the machines are put together once, when they are asked for. */
export function rowsOfPage(spans: readonly RowSpan[]): Pick<MachinePage, 'spans' | 'size' | 'nodes'> {
  let machines: readonly ShownMachine[] | undefined;
  return {
    spans,
    size: spans.reduce((total, { from, to }) => total + to - from, 0),
    nodes: () => {
      machines ??= machinesOf(spans);
      return machines;
    },
  };
}

interface PageRows extends Pick<MachinePage, 'hasNextPage' | 'hasPreviousPage'> {
  readonly placed: readonly PlacedRow[];
}

async function readForwards({ size, after, before }: PageSpan, reading: PageReading): Promise<PageRows> {
  const placed: PlacedRow[] = [];
  const behind = before ?? Number.POSITIVE_INFINITY;
  let hasNextPage = false;
  for await (const row of reading.forwards(after + 1, size + 1)) {
    hasNextPage = placed.length === size || row.offset >= behind;
    if (hasNextPage) break;
    placed.push(row);
  }
  const hasPreviousPage = after >= 0 && (placed.length > 0 || hasNextPage || (await reading.isThere(after)));
  return { placed, hasNextPage, hasPreviousPage };
}

async function readBackwards({ size, after, before }: PageSpan, reading: PageReading): Promise<PageRows> {
  const isBehind = before !== undefined && (await reading.isThere(before));
  // A cursor may lead far behind the end: from there on back would be one empty read after the other.
  const end = isBehind ? before : Math.min(before ?? Number.POSITIVE_INFINITY, await reading.end());
  const placed: PlacedRow[] = [];
  let hasPreviousPage = false;
  for await (const row of reading.backwards(end, size + 1)) {
    hasPreviousPage = placed.length === size || row.offset <= after;
    if (hasPreviousPage) break;
    placed.push(row);
  }
  return { placed: placed.reverse(), hasPreviousPage, hasNextPage: isBehind };
}

/** Rows of a listing that are shown, one after the other in either direction, and when the oldest of them was read. */
class PageReading {
  readonly #listing: Listing;
  #oldest: Moment | undefined;

  constructor(listing: Listing) {
    this.#listing = listing;
  }

  get oldest(): Moment {
    return this.#oldest ?? this.#listing.openedAt;
  }

  /** @param rows how many are likely to be wanted, so that they are read at once */
  async *forwards(from: number, rows: number): AsyncGenerator<PlacedRow> {
    for (let offset = from; ; ) {
      const stretch = await this.#read(offset, rows);
      yield* place(stretch, offset);
      offset += stretch.ids.length;
      if (stretch.ended || stretch.ids.length === 0) return;
    }
  }

  async *backwards(end: number, rows: number): AsyncGenerator<PlacedRow> {
    for (let to = end; to > 0; ) {
      const from = Math.max(0, to - rows);
      const found: PlacedRow[] = [];
      for (let offset = from; offset < to; ) {
        const stretch = await this.#read(offset, to - offset);
        found.push(...place(stretch, offset));
        if (stretch.ids.length === 0) break;
        offset += stretch.ids.length;
      }
      yield* found.reverse();
      to = from;
    }
  }

  /** Whether a machine is shown at an offset. */
  async isThere(offset: number): Promise<boolean> {
    const { ids } = await this.#read(offset, 1);
    return (ids[0] ?? '') !== '';
  }

  end(): Promise<number> {
    return this.#listing.end();
  }

  async #read(offset: number, rows: number): Promise<Stretch> {
    const stretch = await this.#listing.read(offset, rows);
    if (this.#oldest === undefined || stretch.readAt < this.#oldest) this.#oldest = stretch.readAt;
    return stretch;
  }
}

function place({ ids, source, from }: Stretch, offset: number): PlacedRow[] {
  return ids.flatMap((id, index) =>
    id === '' ? [] : [{ offset: offset + index, id, source, row: from + index }],
  );
}

/** The page of a filter that matches nothing, for which nothing need be read. */
export function emptyPage(asOf: Moment): MachinePage {
  return {
    ...rowsOfPage([]),
    cursorOf: () => at([], 0),
    hasNextPage: false,
    hasPreviousPage: false,
    totalCount: 0,
    asOf,
  };
}

export function edgesOf(page: MachinePage): readonly Edge[] {
  return page.nodes().map((node, index) => ({ cursor: page.cursorOf(index), node }));
}

export function pageInfoOf(page: MachinePage): PageInfo {
  const { size, hasNextPage, hasPreviousPage } = page;
  const cursorOf = (index: number): string | null => (size === 0 ? null : page.cursorOf(index));
  return {
    hasNextPage,
    hasPreviousPage,
    startCursor: cursorOf(0),
    endCursor: cursorOf(size - 1),
  };
}

/** An element that is there. */
export function at<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new RangeError(`There is no element ${index} of ${list.length}.`);
  return element;
}
