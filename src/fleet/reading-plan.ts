import { idsFilter } from '../machines/machine-id.ts';
import { filterQuery, type ODataFilter } from '../machines/odata.ts';
import { arrangeBlock, type RowBlock } from '../machines/row-block.ts';
import type { WindowQuery } from '../machines/source.ts';
import { noTicks, type Ticks } from '../machines/ticks.ts';
import { type Distribution, nothingKnown, SampledDistribution } from './distribution.ts';
import {
  type FormStanding,
  type FormStandings,
  type NeverSeenForm,
  type NeverSeenWay,
  neverSeenFilters,
  wayOf,
} from './never-seen.ts';
import { instantFilter, planRanges, type Range, rangeFilter, splitRange } from './ranges.ts';
import { type Brought, Witness } from './witness.ts';

/**
 * Which calls read the whole fleet, and what of their answers belongs to it: pure; who drives it sends the calls.
 *
 * A fleet that fits one answer is one answer. A larger one is read as
 * 1. a plain page, or at the first reading a plain walk. Its rows are no part of the result. It shows how `lastSeen` is
 *    spread, and is a witness: what it shows must be in what the calls below bring;
 * 2. the machines without `lastSeen`, ahead of the ranges: one that reports meanwhile is then in the last range;
 * 3. ranges of `lastSeen`, oldest first. Each is one answer; a full one is split and read again, never skipped through.
 *
 * So each machine that exists throughout is brought at least once. Of those that come twice, the later row counts.
 * Costs rows / 9,600 calls and two; the first reading, rows / 10,000 more.
 */
export type ReadingPlan = Generator<Step, ReadingEnd, Reply>;

export type Step =
  /** A call to send, after a pause; the reply is its answer. */
  | { readonly kind: 'ask'; readonly query: WindowQuery; readonly pauseMs: number }
  /** Rows of the fleet, in the order in which they count, and the number of the call that brought them. */
  | { readonly kind: 'keep'; readonly block: RowBlock; readonly call: number }
  /** A fact learned about upstream, whatever the outcome of the reading. */
  | { readonly kind: 'learned'; readonly knowledge: Knowledge; readonly finding?: Finding };

/** The rows of a call; undefined where upstream rejected the query itself, and for all steps but `ask`. */
export type Reply = Brought | undefined;

/** Facts about upstream from earlier readings. */
export interface Knowledge {
  readonly forms: FormStandings;
  /** `$skip` of the next plain page: page by page, the readings show every machine. */
  readonly plainSkip: number;
}

export interface ReadingRules {
  /** Most rows of one answer. */
  readonly windowRows: number;
  /** Larger fleets are not read. */
  readonly maxMachines: number;
  /** Most ids of one filter. */
  readonly idsPerCall: number;
}

/** The fleet as it was read before. */
export interface KnownFleet {
  readonly rows: number;
  readonly distribution: Distribution;
  readonly asOf: Ticks;
  /** Ids of machines without `lastSeen`. */
  readonly neverSeen: readonly string[];
}

export interface Before {
  readonly rules: ReadingRules;
  readonly knowledge: Knowledge;
  readonly fleet: KnownFleet | undefined;
  /** Whether the fleet was found too large the last time. */
  readonly wasTooLarge: boolean;
  readonly now: () => Ticks;
}

export type ReadingEnd =
  /** `exact`: false where machines may be missing, as more than an answer's worth share one `lastSeen`, or have none. */
  | { readonly kind: 'whole'; readonly exact: boolean }
  | { readonly kind: 'too large' }
  /** Upstream rejected a filter that is documented. */
  | { readonly kind: 'refused' }
  /** The ranges missed machines of a plain page. */
  | { readonly kind: 'inconsistent'; readonly missing: number; readonly of: number }
  /** Machines report faster than they are read: the last range fills up again and again. */
  | { readonly kind: 'outrun'; readonly calls: number };

/** For the log. */
export type Finding =
  | { readonly kind: 'way'; readonly way: NeverSeenWay; readonly machines: number }
  | { readonly kind: 'form refused'; readonly form: NeverSeenForm }
  | { readonly kind: 'form disproved'; readonly form: NeverSeenForm }
  | { readonly kind: 'tie'; readonly at: Ticks; readonly machines: number };

/** An empty answer in place of known machines is believed when it came twice, this long apart. */
const doubtMs = 5_000;
/** Machines of a plain page may have been removed since: a few machines, or a small part. */
const mostRemoved = { machines: 50, part: 0.05 };
/** A fleet of up to this part of one answer is tried as one. */
const singleFill = 0.98;
/** Calls by id in one reading, for machines without `lastSeen` that a walk did not meet again. */
const mostConfirmCalls = 20;
/** Rows that may come twice in a reading, as a part of the most machines, before it is abandoned as too large. */
const twiceFill = 1.1;

/**
 * Most calls for ranges: each split leaves two halves, ties leave less; beyond that the fleet moves faster than it is read.
 * Anything that fits between the calls is far below.
 */
const mostRangeCalls = (rows: number, windowRows: number): number => (6 * rows) / windowRows + 30;

type Asking<T> = Generator<Step, T, Reply>;

/** What the parts of one reading share. */
interface Reading extends Before {
  readonly witness: Witness;
  knowledge: Knowledge;
}

export function* planReading(before: Before): ReadingPlan {
  const reading: Reading = { ...before, witness: new Witness() };
  const { fleet, witness, rules } = reading;
  const { windowRows, maxMachines } = rules;
  if (before.wasTooLarge && (yield* hasMoreThan(maxMachines))) return { kind: 'too large' };

  let known = fleet;
  if (fleet === undefined || fleet.rows <= windowRows * singleFill) {
    const first = yield* askBelieving(plainPage(0, windowRows), fleet?.rows ?? 0);
    if (first === undefined) return { kind: 'refused' };
    if (first.block.ids.length > maxMachines) return { kind: 'too large' };
    if (first.ended) {
      yield keep(first);
      return { kind: 'whole', exact: true };
    }
    if (!before.wasTooLarge && (yield* hasMoreThan(maxMachines))) return { kind: 'too large' };
    witness.add(first);
    if (fleet === undefined) {
      const walked = yield* walkOn(first, reading);
      if (walked === undefined) return { kind: 'too large' };
      known = { ...walked, asOf: reading.now(), neverSeen: [] };
    }
  } else {
    yield* lookAtPlainPage(reading);
  }

  const isExact = yield* readNeverSeen(reading);
  const limits = { windowRows, asOf: known?.asOf ?? reading.now(), now: reading.now() };
  const ranges = planRanges(known?.distribution ?? nothingKnown, limits);
  const end = yield* readRanges(ranges, known?.rows ?? 0, reading);
  if (end.kind !== 'whole') return end;
  const { missing, of } = witness;
  if (missing > Math.max(mostRemoved.machines, of * mostRemoved.part)) {
    return { kind: 'inconsistent', missing, of };
  }
  return { kind: 'whole', exact: end.exact && isExact };
}

/** Whether a query asks for the list from its first row on: machines that are known are then in it. */
export const isWholeList = ({ filter, skip }: WindowQuery): boolean => filter === undefined && skip === 0;
const plainPage = (skip: number, top: number): WindowQuery => ({ filter: undefined, skip, top });
const keep = ({ block, call }: Pick<Brought, 'block' | 'call'>): Step => ({ kind: 'keep', block, call });

function* ask(query: WindowQuery, pauseMs = 0): Asking<Reply> {
  return yield { kind: 'ask', query, pauseMs };
}

/**
 * Asks, and asks again where nothing comes in place of machines that are known, or behind a full answer: a stray 404
 * means an empty list. Only this doubts the answers of a reading. A part of the fleet is asked for again only once the whole
 * list is there: an API that is gone answers 404 to every part.
 */
function* askBelieving(query: WindowQuery, expected: number): Asking<Reply> {
  const brought = yield* ask(query);
  const isDoubtful = brought !== undefined && brought.block.ids.length === 0 && expected > 0;
  if (!isDoubtful) return brought;
  if (!isWholeList(query)) yield* ask(plainPage(0, 1));
  return yield* ask(query, doubtMs);
}

/** One call that brings one row at most. Where upstream rejects it, the size shows while reading. */
function* hasMoreThan(machines: number): Asking<boolean> {
  const brought = yield* ask(plainPage(machines, 1));
  return brought !== undefined && brought.block.ids.length > 0;
}

/** The next plain page, where later readings begin behind it. */
function* lookAtPlainPage(reading: Reading): Asking<void> {
  const { knowledge, rules, witness } = reading;
  const page = yield* ask(plainPage(knowledge.plainSkip, rules.windowRows));
  if (page !== undefined) witness.add(page);
  const isLast = page === undefined || page.ended;
  yield* learn(reading, { plainSkip: isLast ? 0 : knowledge.plainSkip + page.block.ids.length });
}

/**
 * Goes on behind the first plain page to the end.
 * @returns undefined where there are more machines than are read
 */
function* walkOn(
  first: Brought,
  { rules, witness }: Reading,
): Asking<Pick<KnownFleet, 'rows' | 'distribution'> | undefined> {
  const sampled = new SampledDistribution();
  sampled.add(first.block.seen);
  let rows = first.block.ids.length;
  for (let page: Reply = first; page !== undefined && !page.ended; ) {
    page = yield* askBelieving(plainPage(rows, rules.windowRows), rows);
    if (page === undefined) break;
    witness.add(page);
    sampled.add(page.block.seen);
    rows += page.block.ids.length;
    if (rows > rules.maxMachines * twiceFill) return undefined;
  }
  witness.isWhole = true;
  return { rows, distribution: sampled.result() };
}

/** @returns whether none can be missing */
function* readNeverSeen(reading: Reading): Asking<boolean> {
  for (let way = wayOf(reading.knowledge.forms); way !== 'walk'; way = wayOf(reading.knowledge.forms)) {
    const isExact = yield* readByForm(way, reading);
    if (isExact !== undefined) return isExact;
  }
  return yield* readByWalk(reading);
}

/** @returns undefined where the form turns out not to bring them */
function* readByForm(form: NeverSeenForm, reading: Reading): Asking<boolean | undefined> {
  const { fleet, rules, witness } = reading;
  const filter = neverSeenFilters[form];
  const query = { filter, skip: 0, top: rules.windowRows };
  const expected = Math.max(fleet?.neverSeen.length ?? 0, witness.neverSeenIds.size);
  const first = yield* askBelieving(query, expected);
  if (first === undefined) return yield* rejectForm(form, 'refused', reading);
  if (first.block.seen.some((at) => at !== noTicks)) return yield* rejectForm(form, 'disproved', reading);

  // What a plain page showed may have gone or reported since: only what is still there speaks against the form.
  const missing = witness.neverSeenBut(new Set(first.block.ids));
  if (first.ended && missing.length > 0) {
    const there = yield* askByIds(missing.slice(0, rules.idsPerCall));
    if (there?.block.seen.includes(noTicks) === true) return yield* rejectForm(form, 'disproved', reading);
  }
  yield keep(first);
  const rest = first.ended ? 0 : yield* readBySkip(filter, first.block.ids.length, reading);
  yield* learn(
    reading,
    { forms: { ...reading.knowledge.forms, [form]: 'answered' } },
    { kind: 'way', way: form, machines: first.block.ids.length + rest },
  );
  return first.ended;
}

function* rejectForm(form: NeverSeenForm, standing: FormStanding, reading: Reading): Asking<undefined> {
  const forms = { ...reading.knowledge.forms, [form]: standing };
  yield* learn(
    reading,
    { forms },
    { kind: standing === 'refused' ? 'form refused' : 'form disproved', form },
  );
  return undefined;
}

/**
 * No form brings them: they are what a plain walk shows without `lastSeen`. Such a walk can miss some; those known from
 * before are asked by id. Where none is known and none was shown, the plain pages of the readings are enough.
 */
function* readByWalk(reading: Reading): Asking<boolean> {
  const { fleet, rules, witness } = reading;
  const before = fleet?.neverSeen ?? [];
  if (!witness.isWhole && (before.length > 0 || witness.neverSeenIds.size > 0)) {
    const first = yield* ask(plainPage(0, rules.windowRows));
    if (first !== undefined) {
      witness.add(first);
      yield* walkOn(first, reading);
    }
  }
  for (const found of witness.neverSeenRows) yield keep(found);
  const missed = before.filter((id) => !witness.neverSeenIds.has(id));
  const asked = missed.slice(0, mostConfirmCalls * rules.idsPerCall);
  let confirmed = 0;
  for (let at = 0; at < asked.length; at += rules.idsPerCall) {
    const brought = yield* askByIds(asked.slice(at, at + rules.idsPerCall));
    if (brought === undefined) break;
    const { block, call } = brought;
    const rows = [...block.seen.keys()].filter((row) => block.seen[row] === noTicks);
    confirmed += rows.length;
    yield keep({ block: arrangeBlock(block, rows), call });
  }
  const machines = witness.neverSeenIds.size + confirmed;
  yield* learn(reading, {}, { kind: 'way', way: 'walk', machines });
  return machines === 0;
}

function* readRanges(planned: readonly Range[], expectedRows: number, reading: Reading): Asking<ReadingEnd> {
  const { rules, witness } = reading;
  const ranges = [...planned];
  let exact = true;
  let rows = 0;
  const most = mostRangeCalls(expectedRows, rules.windowRows);
  let calls = 0;
  for (let range = ranges.shift(); range !== undefined; range = ranges.shift()) {
    calls += 1;
    if (calls > most) return { kind: 'outrun', calls };
    const query = { filter: rangeFilter(range), skip: 0, top: rules.windowRows };
    const brought = yield* askBelieving(query, range.expected);
    if (brought === undefined) return { kind: 'refused' };
    const count = brought.block.ids.length;
    if (brought.ended) {
      witness.meet(brought.block);
      rows += count;
      yield keep(brought);
    } else {
      const parts = splitRange(range, brought.block.seen);
      // Rows that lie outside what was asked for: the filter was not heeded.
      if (parts?.length === 0) return { kind: 'inconsistent', missing: count, of: count };
      if (parts === undefined) {
        const machines = yield* readBySkip(instantFilter(range.from), 0, reading);
        rows += machines;
        exact = false;
        yield* learn(reading, {}, { kind: 'tie', at: range.from, machines });
      }
      ranges.unshift(...(parts ?? []));
    }
    if (rows > rules.maxMachines * twiceFill) return { kind: 'too large' };
  }
  return { kind: 'whole', exact };
}

/** Reads by `$skip` what `lastSeen` does not distinguish; rows can be missed where they move meanwhile. */
function* readBySkip(filter: ODataFilter, from: number, { rules, witness }: Reading): Asking<number> {
  let rows = 0;
  for (let page: Reply; page?.ended !== true && rows <= rules.maxMachines; ) {
    page = yield* askBelieving({ filter, skip: from + rows, top: rules.windowRows }, from + rows);
    if (page === undefined) break;
    witness.meet(page.block);
    rows += page.block.ids.length;
    yield keep(page);
  }
  return rows;
}

/** The ids of one call are bounded by the rules. */
const unbounded = { maxNodes: Number.POSITIVE_INFINITY, maxEncodedBytes: Number.POSITIVE_INFINITY };

function* askByIds(ids: readonly string[]): Asking<Reply> {
  const query = filterQuery(idsFilter(ids), unbounded);
  return query.kind === 'some' ? yield* ask({ filter: query.text, skip: 0, top: ids.length }) : undefined;
}

function* learn(reading: Reading, change: Partial<Knowledge>, finding?: Finding): Asking<void> {
  reading.knowledge = { ...reading.knowledge, ...change };
  const { knowledge } = reading;
  yield finding === undefined ? { kind: 'learned', knowledge } : { kind: 'learned', knowledge, finding };
}
