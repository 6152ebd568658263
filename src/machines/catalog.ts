import {
  emptyPage,
  type MachinePage,
  pageOf,
  type Row,
  type Slice,
  type Span,
  spanOf,
} from './connection.ts';
import { fingerprintOf } from './cursor.ts';
import { type Filter, or } from './filter.ts';
import { type FilterInput, type FilterRules, readFilter } from './filter-input.ts';
import type { Machine } from './machine.ts';
import { momentOf } from './moment.ts';
import { type FilterBounds, filterQuery, type ODataFilter } from './odata.ts';
import { type PageArguments, type PageSizes, readPageRequest } from './page-request.ts';
import type { Call, MachineSource, Window } from './source.ts';

/** The machines of a company, by filter and by id. */
export interface Catalog {
  /** @throws {BadInput} for arguments that cannot be meant or sent, before anything is asked of upstream */
  readonly page: (
    filter: FilterInput | null | undefined,
    args: PageArguments,
    call: Call,
  ) => Promise<MachinePage>;

  /** Most ids that {@link byIds} takes, as many as fit one upstream call. */
  readonly maxIds: number;

  /**
   * The machines with these ids, in one upstream call; null where there is none.
   * @param ids at most {@link maxIds}, each one that {@link isPossibleId} holds for
   */
  readonly byIds: (ids: readonly string[], call: Call) => Promise<readonly (Machine | null)[]>;
}

export interface CatalogOptions {
  readonly rules: FilterRules;
  readonly bounds: FilterBounds;
  readonly sizes: PageSizes;
  /** Most rows of one upstream call. */
  readonly windowRows: number;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
}

/** Longest id that is asked for, in bytes once percent-encoded; upstream's have about 40. */
export const maxIdBytes = 256;
/** Encoded bytes of `id eq '…' or ` around an id. */
const idOverheadBytes = 40;

/** Whether upstream could have a machine of this id: one that it can be asked for in text, and of sane length. */
export function isPossibleId(id: string): boolean {
  return id !== '' && id.isWellFormed() && encodeURIComponent(id).length <= maxIdBytes;
}

/** A catalog that reads every page from upstream, by `$top` and `$skip`. */
export function createCatalog(source: MachineSource, options: CatalogOptions): Catalog {
  const { rules, bounds, sizes, windowRows, now } = options;
  const maxIds = Math.max(
    1,
    Math.min(rules.maxListValues, Math.floor(bounds.maxEncodedBytes / (maxIdBytes + idOverheadBytes))),
  );

  return {
    maxIds,

    async page(input, args, call) {
      const query = filterQuery(readFilter(input, rules), bounds);
      const fingerprint = fingerprintOf(query);
      const request = readPageRequest(args, fingerprint, sizes);
      if (query.kind === 'nothing') return emptyPage(momentOf(now()), fingerprint);
      const filter = query.kind === 'some' ? query.text : undefined;
      const slice = await readSlice(source, filter, spanOf(request), windowRows, call);
      return pageOf(request, slice, fingerprint);
    },

    async byIds(ids, call) {
      const query = filterQuery(idsFilter(ids), bounds);
      if (query.kind !== 'some') return ids.map(() => null);
      const window = await source.window({ filter: query.text, skip: 0, top: ids.length }, call);
      const found = new Map(window.rows.map((row) => [row?.id, row]));
      // Upstream may compare without regard to case (unknown), but an object answers to its own id only.
      return ids.map((id) => found.get(id) ?? null);
    },
  };
}

const idsFilter = (ids: readonly string[]): Filter =>
  or(
    ids.map((id) => ({
      kind: 'comparison',
      property: 'id',
      operator: 'eq',
      value: { type: 'text', value: id },
    })),
  );

/**
 * Reads a span in as few calls as its rows allow, and stops where the list ends. A range that fits one call, as
 * every page does with upstream's own limit of 10,000, is one call. Of a tail only its last rows are kept.
 */
async function readSlice(
  source: MachineSource,
  filter: ODataFilter | undefined,
  span: Span,
  windowRows: number,
  call: Call,
): Promise<Slice> {
  const wanted = span.kind === 'range' ? span.rows : Number.POSITIVE_INFINITY;
  const kept = span.kind === 'range' ? Number.POSITIVE_INFINITY : Math.max(1, span.rows);
  let rows: readonly Row[] = [];
  let readRows = 0;
  let first: Window | undefined;
  let last: Window;
  do {
    const top = Math.min(windowRows, wanted - readRows);
    last = await source.window({ filter, skip: span.offset + readRows, top }, call);
    first ??= last;
    readRows += last.rows.length;
    rows = [...rows, ...last.rows].slice(-kept);
  } while (!last.ended && readRows < wanted);
  return { offset: span.offset + readRows - rows.length, rows, ended: last.ended, asOf: first.readAt };
}
