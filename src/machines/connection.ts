import { encodeCursor, type Fingerprint } from './cursor.ts';
import type { Machine } from './machine.ts';
import type { Moment } from './moment.ts';
import type { PageRequest } from './page-request.ts';

/**
 * Pages as the Relay cursor connections specification has them, over a list that is read by offset.
 *
 * Nothing here is guessed. A page's span holds, besides the wanted rows, the one row on either side that proves there
 * is more: the row behind the page, and the cursor's own row ahead of it. A row at offset n proves n rows before it.
 */
export type Span =
  | {
      readonly kind: 'range';
      /** Offset of the first row to read. */
      readonly offset: number;
      /** Rows to read; at least 1. */
      readonly rows: number;
    }
  | {
      /** The last rows of the list, for which its end must be found. */
      readonly kind: 'tail';
      /** Offset of the first row that may be wanted. */
      readonly offset: number;
      /** Rows to keep from the end. */
      readonly rows: number;
    };

/** A row that cannot be shown, as it has no id, still takes its place: places are `$skip` offsets. */
export type Row = Machine | undefined;

/** What was read of a span. */
export interface Slice {
  /** Offset of the first row. */
  readonly offset: number;
  readonly rows: readonly Row[];
  /** Whether the list ends right behind these rows. */
  readonly ended: boolean;
  /** When the oldest of the rows was read upstream. */
  readonly asOf: Moment;
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

/** Offset at which the page may begin at the earliest. */
const lowestOffset = (request: PageRequest): number =>
  request.after === undefined ? 0 : request.after.offset + 1;

/** Which rows must be read to answer a request. */
export function spanOf(request: PageRequest): Span {
  const { size, after, before } = request;
  const lowest = lowestOffset(request);
  if (request.from === 'front') {
    const behind = Math.min(lowest + size, before?.offset ?? Number.POSITIVE_INFINITY);
    const offset = after?.offset ?? 0;
    return { kind: 'range', offset, rows: behind + 1 - offset };
  }
  if (before === undefined) return { kind: 'tail', offset: after?.offset ?? 0, rows: size };
  const offset = Math.max(lowest, before.offset - size);
  return { kind: 'range', offset, rows: before.offset + 1 - offset };
}

/** Cuts the page out of what {@link spanOf} said to read. */
export function pageOf(request: PageRequest, slice: Slice, fingerprint: Fingerprint): MachinePage {
  const { size, before } = request;
  const lowest = lowestOffset(request);
  const readTo = slice.offset + slice.rows.length;
  const highest = Math.min(before?.offset ?? readTo, readTo);
  const start = request.from === 'front' ? lowest : Math.max(lowest, highest - size);
  const end = Math.max(start, request.from === 'front' ? Math.min(lowest + size, highest) : highest);

  const placed: PlacedMachine[] = [];
  for (let offset = start; offset < end; offset += 1) {
    const machine = slice.rows[offset - slice.offset];
    if (machine !== undefined) placed.push({ offset, machine });
  }
  const sawAnything = slice.rows.length > 0;
  return {
    placed,
    nodes: placed.map(({ machine }) => machine),
    hasNextPage: readTo > end,
    hasPreviousPage: start > 0 && sawAnything,
    // The end of an empty slice lies somewhere before it, unless the slice begins with the list.
    totalCount: slice.ended && (sawAnything || slice.offset === 0) ? readTo : null,
    asOf: slice.asOf,
    fingerprint,
  };
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

function cursorOf({ offset, machine }: PlacedMachine, page: MachinePage): string {
  return encodeCursor({ offset, id: machine.id }, page.fingerprint);
}
