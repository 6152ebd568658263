import type { FilterProperty, Test, Value } from '../machines/condition.ts';
import type { Moment } from '../machines/moment.ts';
import { ticksOfMs } from '../machines/ticks.ts';
import {
  type CodeRange,
  type Dictionary,
  equalRange,
  lowerBound,
  type SearchKey,
  searchKey,
  upperBound,
  valueAt,
} from './dictionary.ts';
import { markMatches, type TextOperator } from './text-match.ts';

/** The test of a value: all but `isNull`, which no value passes. */
export type ValueTest = Exclude<Test, { readonly operator: 'isNull' }>;

/**
 * Tests each value of a dictionary once.
 * @returns by code, 1 where the value passes; null, of code 0, does not
 */
export function testCodes(
  property: FilterProperty,
  dictionary: Dictionary,
  test: ValueTest,
  readAt: Moment,
): Uint8Array {
  const passes = new Uint8Array(dictionary.size + 1);
  const mark = ({ from, to }: CodeRange): void => {
    if (to > from) passes.fill(1, from, to);
  };
  const ago = (durationMs: number): SearchKey => ticksOfMs(Date.parse(readAt) - durationMs);
  const end = dictionary.size + 1;
  switch (test.operator) {
    case 'eq':
    case 'has':
      markEqual(dictionary, test.value, isCaseIgnored(property, test), passes);
      break;
    case 'in':
    case 'hasAny':
      for (const value of test.values) markEqual(dictionary, value, isCaseIgnored(property, test), passes);
      break;
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le': {
      const key = searchKey(dictionary, test.value);
      if (key !== undefined) mark(rangeOf(dictionary, test.operator, key));
      break;
    }
    case 'newerThan':
      mark({ from: upperBound(dictionary, ago(test.durationMs)), to: end });
      break;
    case 'olderThan':
      mark({ from: 1, to: lowerBound(dictionary, ago(test.durationMs)) });
      break;
    case 'startsWith':
    case 'endsWith':
    case 'contains':
      markText(dictionary, test.operator, test.text, test.ignoreCase, passes);
      break;
    case 'hasContaining':
      markText(dictionary, 'contains', test.text, true, passes);
      break;
    case 'inSubnets':
      for (const { first, last } of test.subnets) {
        mark({ from: lowerBound(dictionary, first), to: upperBound(dictionary, last) });
      }
      break;
    default:
      test satisfies never;
  }
  return passes;
}

function rangeOf(dictionary: Dictionary, operator: 'gt' | 'ge' | 'lt' | 'le', key: SearchKey): CodeRange {
  switch (operator) {
    case 'gt':
      return { from: upperBound(dictionary, key), to: dictionary.size + 1 };
    case 'ge':
      return { from: lowerBound(dictionary, key), to: dictionary.size + 1 };
    case 'lt':
      return { from: 1, to: lowerBound(dictionary, key) };
    case 'le':
      return { from: 1, to: upperBound(dictionary, key) };
    default:
      return operator satisfies never;
  }
}

/** GUIDs are the same in either case of letters. */
const isCaseIgnored = (property: FilterProperty, { ignoreCase }: { readonly ignoreCase: boolean }): boolean =>
  ignoreCase || property === 'aadDeviceId';

/** Values that are the same without case are equal in every order but `exact`, so they lie side by side. */
function markEqual(dictionary: Dictionary, value: Value, ignoreCase: boolean, passes: Uint8Array): void {
  const isText = dictionary.values.kind === 'text';
  const isComparable = isText ? typeof value === 'string' : typeof value !== 'string';
  const key = isComparable ? searchKey(dictionary, value) : undefined;
  if (key === undefined) return;
  const folded = (text: unknown): string => String(text).toLowerCase();
  const isEqual = (code: number): boolean => {
    const found = valueAt(dictionary, code);
    return found === value || (isText && ignoreCase && folded(found) === folded(value));
  };
  const { from, to } =
    ignoreCase && dictionary.order === 'exact'
      ? { from: 1, to: dictionary.size + 1 }
      : equalRange(dictionary, key);
  for (let code = from; code < to; code++) if (isEqual(code)) passes[code] = 1;
}

function markText(
  { values }: Dictionary,
  operator: TextOperator,
  text: string,
  ignoreCase: boolean,
  passes: Uint8Array,
): void {
  if (values.kind !== 'text') return;
  if (ignoreCase) markMatches(values.folded, operator, text.toLowerCase(), passes);
  else markMatches(values.exact, operator, text, passes);
}
