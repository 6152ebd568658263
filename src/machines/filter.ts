import type { Condition, Filter, FilterProperty, Leaf } from './condition.ts';

export type { Filter } from './condition.ts';

export const everything: Filter = { kind: 'everything' };
export const nothing: Filter = { kind: 'nothing' };

/** All of them hold; of none of them, everything. */
export function and(parts: readonly Filter[]): Filter {
  return join('and', parts, everything, nothing);
}

/** One of them holds; of none of them, nothing. */
export function or(parts: readonly Filter[]): Filter {
  return join('or', parts, nothing, everything);
}

/** `neutral` parts fall away, one `decisive` part decides, nested joins of the same kind are one. */
function join(kind: 'and' | 'or', parts: readonly Filter[], neutral: Filter, decisive: Filter): Filter {
  const joined = parts
    .flatMap((part) => (part.kind === kind ? part.parts : [part]))
    .filter((part) => part.kind !== neutral.kind);
  if (joined.some((part) => part.kind === decisive.kind)) return decisive;
  const [only, ...others] = joined;
  if (only === undefined) return neutral;
  return others.length === 0 ? only : { kind, parts: joined };
}

/** What a filter is joined of, from the front. */
export function leavesOf(filter: Filter): readonly Leaf[] {
  switch (filter.kind) {
    case 'everything':
    case 'nothing':
      return [];
    case 'and':
    case 'or':
      return filter.parts.flatMap(leavesOf);
    case 'condition':
    case 'latest of device':
      return [filter];
    default:
      return filter satisfies never;
  }
}

/**
 * A filter without its own conditions on some properties: those parts of its outermost `and` that speak of nothing else.
 * A part that ties one of them to other properties stays. The filter itself where it has none.
 */
export function withoutConditionsOn(filter: Filter, properties: readonly FilterProperty[]): Filter {
  const isOwn = (part: Filter): boolean => {
    const leaves = leavesOf(part);
    return (
      leaves.length > 0 &&
      leaves.every((leaf) => leaf.kind === 'condition' && properties.includes(leaf.property))
    );
  };
  const parts = filter.kind === 'and' ? filter.parts : [filter];
  return parts.some(isOwn) ? and(parts.filter((part) => !isOwn(part))) : filter;
}

/**
 * A filter as text that is the same for all filters that differ only in the order of parts and values, or in doubles.
 * Durations stay durations. What the caller may see is no part of it.
 */
export function canonicalText(filter: Filter): string {
  switch (filter.kind) {
    case 'everything':
    case 'nothing':
      return filter.kind;
    case 'and':
    case 'or':
      return `${filter.kind}(${[...new Set(filter.parts.map(canonicalText))].sort().join(',')})`;
    case 'condition':
      return JSON.stringify([filter.property, filter.negated, canonicalTest(filter)]);
    case 'latest of device':
      return JSON.stringify([filter.kind, filter.negated]);
    default:
      return filter satisfies never;
  }
}

function canonicalTest({ test }: Condition): unknown {
  switch (test.operator) {
    case 'eq':
      return ['in', [test.value], test.ignoreCase];
    case 'has':
      return ['hasAny', [test.value], test.ignoreCase];
    case 'in':
    case 'hasAny':
      return [test.operator, [...new Set<unknown>(test.values)].sort(), test.ignoreCase];
    case 'inSubnets':
      return [test.operator, [...new Set(test.subnets.map(({ first, last }) => first + last))].sort()];
    default:
      return Object.values(test);
  }
}

/**
 * What the parts of a filter cost, in nodes as ASP.NET Core OData counts them: it rejects more than 100 of them by
 * default (inferred, as the service is built on it).
 */

/** An operator or call, a property, the machine it is a property of, and a constant. */
export const comparisonNodes = 4;

/** The lambda, the property and its machine, and within it a comparison of the lambda's variable: 1 + 2 + 3. */
export const tagNodes = 6;

/** Each `and` or `or` that joins two parts. */
export const joinNodes = 1;

/** Most values of a list that a filter can hold: 20 comparisons, or 14 tags, of 100 nodes. */
export function maxListValues(maxNodes: number, leafNodes: number): number {
  return Math.max(1, Math.floor((maxNodes + joinNodes) / (leafNodes + joinNodes)));
}
