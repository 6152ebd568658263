import { encodeCursor, type Fingerprint, type ListingId } from './cursor.ts';
import type { Listing, Stretch } from './listing.ts';
import type { Machine } from './machine.ts';
import type { Moment } from './moment.ts';

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

/** A machine and its place in its list. */
export interface PlacedMachine {
  readonly offset: number;
  readonly machine: Machine;
}

/** A page, of which the parts that cost something are worked out when asked for. */
export interface MachinePage {
  readonly placed: readonly PlacedMachine[];
  readonly nodes: readonly Machine[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly totalCount: number | null;
  readonly asOf: Moment;
  readonly fingerprint: Fingerprint;
  readonly listing: ListingId;
}

export interface Edge {
  readonly cursor: string;
  readonly node: Machine;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** Reads a page out of a listing. */
export async function readPage(
  span: PageSpan,
  listing: Listing,
  fingerprint: Fingerprint,
): Promise<MachinePage> {
  const reading = new PageReading(listing);
  const page = span.from === 'front' ? await readForwards(span, reading) : await readBackwards(span, reading);
  return {
    ...page,
    nodes: page.placed.map(({ machine }) => machine),
    totalCount: listing.count() ?? null,
    asOf: reading.oldest,
    fingerprint,
    listing: listing.id,
  };
}

type PageRows = Pick<MachinePage, 'placed' | 'hasNextPage' | 'hasPreviousPage'>;

async function readForwards({ size, after, before }: PageSpan, reading: PageReading): Promise<PageRows> {
  const placed: PlacedMachine[] = [];
  const behind = before ?? Number.POSITIVE_INFINITY;
  let hasNextPage = false;
  for await (const machine of reading.forwards(after + 1, size + 1)) {
    hasNextPage = placed.length === size || machine.offset >= behind;
    if (hasNextPage) break;
    placed.push(machine);
  }
  const hasPreviousPage = after >= 0 && (placed.length > 0 || hasNextPage || (await reading.isThere(after)));
  return { placed, hasNextPage, hasPreviousPage };
}

async function readBackwards({ size, after, before }: PageSpan, reading: PageReading): Promise<PageRows> {
  const isBehind = before !== undefined && (await reading.isThere(before));
  // A cursor may lead far behind the end: from there on back would be one empty read after the other.
  const end = isBehind ? before : Math.min(before ?? Number.POSITIVE_INFINITY, await reading.end());
  const placed: PlacedMachine[] = [];
  let hasPreviousPage = false;
  for await (const machine of reading.backwards(end, size + 1)) {
    hasPreviousPage = placed.length === size || machine.offset <= after;
    if (hasPreviousPage) break;
    placed.unshift(machine);
  }
  return { placed, hasPreviousPage, hasNextPage: isBehind };
}

/** Machines of a listing, one after the other in either direction, and when the oldest of them was read. */
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
  async *forwards(from: number, rows: number): AsyncGenerator<PlacedMachine> {
    for (let offset = from; ; ) {
      const stretch = await this.#read(offset, rows);
      yield* place(stretch, offset);
      offset += stretch.rows.length;
      if (stretch.ended || stretch.rows.length === 0) return;
    }
  }

  async *backwards(end: number, rows: number): AsyncGenerator<PlacedMachine> {
    for (let to = end; to > 0; ) {
      const from = Math.max(0, to - rows);
      const found: PlacedMachine[] = [];
      for (let offset = from; offset < to; ) {
        const stretch = await this.#read(offset, to - offset);
        found.push(...place(stretch, offset));
        if (stretch.rows.length === 0) break;
        offset += stretch.rows.length;
      }
      yield* found.reverse();
      to = from;
    }
  }

  /** Whether a machine is shown at an offset. */
  async isThere(offset: number): Promise<boolean> {
    const { rows } = await this.#read(offset, 1);
    return rows[0] !== undefined;
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

function place({ rows }: Stretch, offset: number): PlacedMachine[] {
  return rows.flatMap((machine, index) =>
    machine === undefined ? [] : [{ offset: offset + index, machine }],
  );
}

/** The page of a filter that matches nothing, for which nothing need be read. */
export function emptyPage(asOf: Moment, fingerprint: Fingerprint): MachinePage {
  return {
    placed: [],
    nodes: [],
    hasNextPage: false,
    hasPreviousPage: false,
    totalCount: 0,
    asOf,
    fingerprint,
    listing: '' as ListingId,
  };
}

export function edgesOf(page: MachinePage): readonly Edge[] {
  return page.placed.map((place) => ({ cursor: cursorOf(place, page), node: place.machine }));
}

export function pageInfoOf(page: MachinePage): PageInfo {
  const first = page.placed.at(0);
  const last = page.placed.at(-1);
  return {
    hasNextPage: page.hasNextPage,
    hasPreviousPage: page.hasPreviousPage,
    startCursor: first === undefined ? null : cursorOf(first, page),
    endCursor: last === undefined ? null : cursorOf(last, page),
  };
}

function cursorOf({ offset, machine }: PlacedMachine, { fingerprint, listing }: MachinePage): string {
  return encodeCursor({ offset, id: machine.id, listing }, fingerprint);
}
