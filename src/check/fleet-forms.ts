import {
  type NeverSeenForm,
  type NeverSeenWay,
  neverSeenFilters,
  neverSeenForms,
} from '../fleet/never-seen.ts';
import { earliestTicks, rangeFilter } from '../fleet/ranges.ts';
import { allDevices } from '../machines/device-scope.ts';
import type { Filter } from '../machines/filter.ts';
import { filterLimits, readFilter } from '../machines/filter-input.ts';
import { idsFilter } from '../machines/machine-id.ts';
import { type FilterBounds, filterQuery, type ODataFilter } from '../machines/odata.ts';
import type { RowBlock } from '../machines/row-block.ts';
import type { Window, WindowQuery } from '../machines/source.ts';
import { noTicks, type Ticks } from '../machines/ticks.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { type Finding, ok, toDo } from './finding.ts';

/** Which forms of a call this tenant takes: those that the fleet and the windows use, each tried by one call. */
export interface FormsOptions {
  /** One call. @throws {UpstreamError} */
  readonly ask: (query: WindowQuery) => Promise<Window>;
  readonly windowRows: number;
  readonly bounds: FilterBounds;
  readonly now: Ticks;
}

export async function* checkForms(options: FormsOptions): AsyncGenerator<Finding, void> {
  const { windowRows } = options;
  const page = await taken(options, { filter: undefined, skip: 0, top: windowRows });
  if (page === undefined) {
    yield toDo(
      'failed',
      '$top',
      `$top=${windowRows} is rejected.`,
      'Set UPSTREAM_WINDOW_ROWS to a lower number.',
    );
    return;
  }
  const rows = page.block.ids.length;
  yield ok(
    '$top',
    page.ended
      ? `$top=${windowRows} brings all ${rows} machines: one call reads the fleet.`
      : `$top=${windowRows} brings ${rows} machines, and there are more: the fleet is read by ranges of lastSeen.`,
  );
  yield ok('order', `Machines come ${orderOf(page.block)}; the gateway relies on no order.`);
  if (rows > 0) yield await checkSkip(options);
  yield await checkNeverSeen(page, options);
  yield* checkFilters(page.block, options);
}

async function checkSkip(options: FormsOptions): Promise<Finding> {
  const brought = await taken(options, { filter: undefined, skip: 1, top: 1 });
  return brought === undefined
    ? toDo(
        'warning',
        '$skip',
        '$skip is rejected.',
        'Keep FLEET on: lists beyond the first page come from it alone.',
      )
    : ok('$skip', '$skip is taken.');
}

/** As the fleet does it: the first form that brings the machines which a plain page shows without lastSeen. */
async function checkNeverSeen(page: Window, options: FormsOptions): Promise<Finding> {
  const expected = idsNeverSeen(page.block);
  const tried: string[] = [];
  for (const form of neverSeenForms) {
    const filter = neverSeenFilters[form];
    const brought = await taken(options, { filter, skip: 0, top: options.windowRows });
    const verdict = judge(brought, expected);
    if (verdict === 'answered') return neverSeenFinding(form, brought?.block.ids.length ?? 0, tried);
    tried.push(`${filter} is ${verdict}`);
  }
  return neverSeenFinding('walk', expected.length, tried);
}

function judge(
  brought: Window | undefined,
  expected: readonly string[],
): 'answered' | 'rejected' | 'not heeded' {
  if (brought === undefined) return 'rejected';
  const ids = new Set(brought.block.ids);
  const isMissing = brought.ended && expected.some((id) => !ids.has(id));
  return isMissing || brought.block.seen.some((at) => at !== noTicks) ? 'not heeded' : 'answered';
}

function neverSeenFinding(way: NeverSeenWay, machines: number, tried: readonly string[]): Finding {
  const check = 'lastSeen';
  const before = tried.map((each) => ` ${each}.`).join('');
  if (way !== 'walk') {
    const form: NeverSeenForm = way;
    return ok(
      check,
      `Machines without lastSeen are found by ${neverSeenFilters[form]}: ${machines}.${before}`,
    );
  }
  return toDo(
    'warning',
    check,
    `No filter brings machines without lastSeen; a plain page shows ${machines}.${before}`,
    'Nothing to do: the fleet finds them by plain pages, which cost more calls where there are many.',
  );
}

/** The forms of `$filter` that lists and the fleet are asked for with. */
async function* checkFilters({ ids }: RowBlock, options: FormsOptions): AsyncGenerator<Finding, void> {
  const id = ids.find((each) => each !== '');
  const forms: readonly (readonly [name: string, filter: ODataFilter | undefined])[] = [
    ['lastSeen ge', rangeFilter({ from: earliestTicks, to: options.now, expected: 0 })],
    ['id eq', id === undefined ? undefined : textOf(idsFilter([id]), options)],
    ['eq or eq', textOf(readFilter({ riskScore: { in: ['HIGH', 'MEDIUM'] } }, limits, allDevices), options)],
    ['startswith', textOf(readFilter({ computerDnsName: { startsWith: 'a' } }, limits, allDevices), options)],
    ['machineTags/any', textOf(readFilter({ machineTags: { has: 'a' } }, limits, allDevices), options)],
  ];
  const refused: string[] = [];
  for (const [name, filter] of forms) {
    if (filter !== undefined && (await taken(options, { filter, skip: 0, top: 1 })) === undefined)
      refused.push(name);
  }
  const names = forms.flatMap(([name, filter]) => (filter === undefined ? [] : [name]));
  const takenNames = names.filter((name) => !refused.includes(name));
  if (takenNames.length > 0) yield ok('$filter', `Taken: ${takenNames.join(', ')}.`);
  if (refused.length > 0) {
    yield toDo(
      'warning',
      '$filter',
      `Rejected: ${refused.join(', ')}.`,
      'Keep FLEET on, which answers such filters from memory, and report this to the project.',
    );
  }
}

const limits = filterLimits(100);

function textOf(filter: Filter, { bounds }: FormsOptions): ODataFilter | undefined {
  const query = filterQuery(filter, bounds);
  return query.kind === 'some' ? query.text : undefined;
}

/** @returns undefined where upstream rejects the query itself */
async function taken({ ask }: FormsOptions, query: WindowQuery): Promise<Window | undefined> {
  try {
    return await ask(query);
  } catch (error) {
    if (error instanceof UpstreamError && error.status === 400) return undefined;
    throw error;
  }
}

const idsNeverSeen = ({ ids, seen }: RowBlock): readonly string[] =>
  ids.filter((id, row) => id !== '' && seen[row] === noTicks);

/** How the rows of a page follow one another. */
function orderOf({ ids, seen }: RowBlock): string {
  const known = [...seen].filter((at) => at !== noTicks);
  if (ids.length < 3) return 'too few to show an order';
  if (isAscending(ids)) return 'by id';
  if (isAscending(known)) return 'by lastSeen, oldest first';
  return isAscending(known.toReversed()) ? 'by lastSeen, newest first' : 'in no order that was recognized';
}

function isAscending<T extends string | bigint>(values: readonly T[]): boolean {
  return values.every((value, index) => index === 0 || (values[index - 1] ?? value) <= value);
}
