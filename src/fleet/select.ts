import type { Condition, Filter } from '../machines/condition.ts';
import type { DeviceScope } from '../machines/device-scope.ts';
import { testCodes } from './code-test.ts';
import { latestOfDevices } from './latest-of-devices.ts';
import { allBits, clearBehind, type Selection, selectionOf, wordsFor } from './selection.ts';
import type { Codes, ListColumn, Snapshot } from './snapshot.ts';
import { valueBits } from './value-bits.ts';

/**
 * The rows that a filter matches. Each condition tests the distinct values of its property, then the codes of all rows
 * against the result; `and` and `or` join the rows bit by bit.
 *
 * @param latest the rows that are the latest of their devices among those of a scope. Default: those of the snapshot;
 * one with only the rows that have changed cannot know them
 */
export function select(
  snapshot: Snapshot,
  filter: Filter,
  latest: LatestRows = (among) => latestOfDevices(snapshot, among),
): Selection {
  return selectionOf(bitsOf(snapshot, filter, latest));
}

export type LatestRows = (among: DeviceScope) => Uint32Array;

function bitsOf(snapshot: Snapshot, filter: Filter, latest: LatestRows): Uint32Array {
  switch (filter.kind) {
    case 'everything':
      return allBits(snapshot.rows);
    case 'nothing':
      return new Uint32Array(wordsFor(snapshot.rows));
    case 'and':
      return filter.parts.reduce<Uint32Array>(
        (bits, part) => keepBoth(bits, bitsOf(snapshot, part, latest)),
        allBits(snapshot.rows),
      );
    case 'or':
      return filter.parts.reduce<Uint32Array>(
        (bits, part) => keepEither(bits, bitsOf(snapshot, part, latest)),
        new Uint32Array(wordsFor(snapshot.rows)),
      );
    case 'condition':
      return clearBehind(conditionBits(snapshot, filter), snapshot.rows);
    case 'latest of device':
      // A copy, as what joins bits writes to its first ones.
      return clearBehind(invertIf(filter.negated, latest(filter.among).slice()), snapshot.rows);
    default:
      return filter satisfies never;
  }
}

function keepBoth(bits: Uint32Array, others: Uint32Array): Uint32Array {
  for (let index = 0; index < bits.length; index++) bits[index] = (bits[index] ?? 0) & (others[index] ?? 0);
  return bits;
}

function keepEither(bits: Uint32Array, others: Uint32Array): Uint32Array {
  for (let index = 0; index < bits.length; index++) bits[index] = (bits[index] ?? 0) | (others[index] ?? 0);
  return bits;
}

function conditionBits(snapshot: Snapshot, { property, test, negated }: Condition): Uint32Array {
  const column = snapshot.columns[property];
  const { dictionary, codes } = column;
  const passes =
    test.operator === 'isNull'
      ? new Uint8Array(dictionary.size + 1).fill(1, 1)
      : testCodes(property, dictionary, test, snapshot.readAt);
  // `isNull` is the opposite of having any value.
  const isOpposite = negated !== (test.operator === 'isNull');
  const bits = valueBits(column);
  if (column.shape === 'list') {
    return invertIf(isOpposite, bits === undefined ? anyPasses(column, passes) : passingBits(bits, passes));
  }
  if (isOpposite) invertCodes(passes, isNullPassed(test.operator));
  return bits === undefined ? passing(codes, passes, snapshot.rows) : passingBits(bits, passes);
}

/** The rows with a value that passes, of a property with few values. */
function passingBits(bits: readonly Uint32Array[], passes: Uint8Array): Uint32Array {
  return bits
    .filter((_, code) => passes[code] === 1)
    .reduce<Uint32Array>(keepEither, new Uint32Array(bits[0]?.length ?? 0));
}

/** Whether a machine without a value matches the negated test. */
function isNullPassed(operator: Condition['test']['operator']): boolean {
  switch (operator) {
    case 'newerThan':
    case 'olderThan':
    case 'startsWith':
    case 'endsWith':
    case 'contains':
      return false;
    case 'eq':
    case 'in':
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
    case 'isNull':
    case 'has':
    case 'hasAny':
    case 'hasContaining':
    case 'inSubnets':
      return true;
    default:
      return operator satisfies never;
  }
}

function invertCodes(passes: Uint8Array, isNullPassed: boolean): void {
  for (let code = 1; code < passes.length; code++) passes[code] = 1 - (passes[code] ?? 0);
  passes[0] = isNullPassed ? 1 : 0;
}

/** The same of any. */
function passing(codes: Codes, passes: Uint8Array, rows: number): Uint32Array {
  const bits = new Uint32Array(wordsFor(rows));
  for (let index = 0, row = 0; index < bits.length; index++) {
    let word = 0;
    const end = Math.min(rows, row + 32);
    for (let bit = 0; row < end; row++, bit++) word |= (passes[codes[row] ?? 0] ?? 0) << bit;
    bits[index] = word;
  }
  return bits;
}

/** The rows with an element that passes. */
function anyPasses({ codes, starts }: ListColumn, passes: Uint8Array): Uint32Array {
  const rows = starts.length - 1;
  const bits = new Uint32Array(wordsFor(rows));
  for (let row = 0, at = 0; row < rows; row++) {
    const end = starts[row + 1] ?? 0;
    let isAny = 0;
    for (; at < end; at++) isAny |= passes[codes[at] ?? 0] ?? 0;
    bits[row >>> 5] = (bits[row >>> 5] ?? 0) | (isAny << (row & 31));
  }
  return bits;
}

function invertIf(isWanted: boolean, bits: Uint32Array): Uint32Array {
  if (isWanted) for (let index = 0; index < bits.length; index++) bits[index] = ~(bits[index] ?? 0);
  return bits;
}
