import { earliestMoment } from '../machines/moment.ts';
import type { ODataFilter } from '../machines/odata.ts';
import { momentOfTicks, noTicks, type Ticks } from '../machines/ticks.ts';
import type { Distribution } from './distribution.ts';

/**
 * The fleet cut into ranges of `lastSeen` that each fit one answer. One answer is one instant, and `lastSeen` only
 * moves forward: read oldest first, a machine that reports meanwhile turns up again in a later range, and none is lost.
 *
 * Ranges are half open and share their limits as the same literal, so that none falls between two, whatever precision
 * upstream compares with; the last has no end, so that clocks ahead of ours are in it.
 */
export interface Range {
  /** Included. */
  readonly from: Ticks;
  /** Not included; undefined: no end. */
  readonly to: Ticks | undefined;
  /** Machines that are thought to be in it. */
  readonly expected: number;
}

/** Every instant that counts as a `lastSeen`: from the year 2 on. */
export const earliestTicks: Ticks = BigInt(Date.parse(earliestMoment)) * 10_000n;

/**
 * How full a range is planned, as a part of one answer. All but the last only lose machines while time goes by, apart
 * from reports that arrive late, so little room is enough: with 0.96, 100,000 machines take 11 ranges, and with the
 * plain page and the call for machines without `lastSeen` 13 calls, which is rows / 10,000 + 3.
 */
const fill = 0.96;
/** Part of an answer that is kept free in the last range, in which all reports arrive, beside those foreseen. */
const spare = 0.1;
/** Reports are foreseen up to this part of the fleet; more are left to splitting. */
const mostGrowth = 0.25;

export interface RangeRules {
  /** Most rows of one answer. */
  readonly windowRows: number;
  /** When the distribution was taken. */
  readonly asOf: Ticks;
  readonly now: Ticks;
}

/** Plans ranges over the fleet, oldest first; as few as hold it. */
export function planRanges(distribution: Distribution, { windowRows, asOf, now }: RangeRules): Range[] {
  const { ticks, rows } = distribution;
  const known = rows.reduce((sum, count) => sum + count, 0);
  const growth = Math.min(known * mostGrowth, reportsWithin(distribution, now - asOf, asOf));
  const most = Math.max(1, Math.floor(windowRows * fill));
  // The last range holds what the others leave; where that would be too much, there is one more.
  const mostInLast = Math.max(1, most - Math.floor(windowRows * spare));
  const ranges: Range[] = [];
  let from = earliestTicks;
  let left = known + growth;
  let held = 0;
  for (let index = 0; index < ticks.length && left > mostInLast; index += 1) {
    const at = ticks[index] ?? 0n;
    const here = rows[index] ?? 0;
    if (held > 0 && held + here > Math.min(most, left - mostInLast / 2)) {
      ranges.push({ from, to: at, expected: held });
      from = at;
      left -= held;
      held = 0;
    }
    held += here;
  }
  return [...ranges, { from, to: undefined, expected: Math.round(left) }];
}

/** How many reported within the last `span` before `asOf`: about as many will have within the next one. */
function reportsWithin({ ticks, rows }: Distribution, span: Ticks, asOf: Ticks): number {
  if (span <= 0n) return 0;
  let count = 0;
  for (let index = ticks.length - 1; index >= 0 && (ticks[index] ?? 0n) > asOf - span; index -= 1) {
    count += rows[index] ?? 0;
  }
  return count;
}

/**
 * Splits a range whose answer came back full, at an instant inside it.
 * @param seen `lastSeen` of the rows that came, in any order
 * @returns undefined where it is one tick long and cannot be split; no parts where no row lies in it
 */
export function splitRange(range: Range, seen: BigInt64Array): readonly Range[] | undefined {
  const { from, to, expected } = range;
  if (to === from + 1n) return undefined;
  const inside = seen.filter((at) => at !== noTicks && at >= from && (to === undefined || at < to)).sort();
  const first = inside[0];
  if (first === undefined) return [];
  const middle = inside[inside.length >> 1] ?? first;
  const at = middle > first ? middle : inside.find((instant) => instant > first);
  if (at !== undefined) {
    const half = Math.ceil(expected / 2);
    return [
      { from, to: at, expected: half },
      { from: at, to, expected: half },
    ];
  }
  // All were seen in one tick: it gets a range of its own.
  const behind = first + 1n;
  return [
    ...(from < first ? [{ from, to: first, expected: 0 }] : []),
    { from: first, to: behind, expected: seen.length },
    ...(to === undefined || behind < to ? [{ from: behind, to, expected: 0 }] : []),
  ];
}

/** A range as upstream is asked for it, by the operators that are documented. */
export function rangeFilter({ from, to }: Range): ODataFilter {
  const lower = `lastSeen ge ${momentOfTicks(from)}`;
  return (to === undefined ? lower : `${lower} and lastSeen lt ${momentOfTicks(to)}`) as ODataFilter;
}

/** One tick alone. */
export function instantFilter(at: Ticks): ODataFilter {
  const moment = momentOfTicks(at);
  return `lastSeen ge ${moment} and lastSeen le ${moment}` as ODataFilter;
}
