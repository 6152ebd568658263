import type { Expression } from './filter-expression.ts';

/** Both ends included, in sortable form, see date-time-offset.ts; undefined: no end. */
export interface LastSeenSpan {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

const UNBOUNDED: LastSeenSpan = { from: undefined, to: undefined };

/** The span of `lastSeen` outside which a filter matches nothing: what it compares `lastSeen` with, alone or under `and`. */
export function lastSeenSpan(expression: Expression): LastSeenSpan {
  if (expression.kind === 'and') return expression.terms.map(lastSeenSpan).reduce(intersection, UNBOUNDED);
  if (expression.kind !== 'comparison') return UNBOUNDED;
  const { operand, operator, literal } = expression;
  const isLastSeen = operand.kind === 'property' && operand.name === 'lastSeen';
  if (!isLastSeen || literal.kind !== 'dateTimeOffset') return UNBOUNDED;
  const { value } = literal;
  switch (operator) {
    case 'eq':
      return { from: value, to: value };
    case 'gt':
    case 'ge':
      return { from: value, to: undefined };
    case 'lt':
    case 'le':
      return { from: undefined, to: value };
    case 'ne':
      return UNBOUNDED;
    default:
      return operator satisfies never;
  }
}

/** Whether a sortable `lastSeen`, "" for none, lies in it. */
export function isInSpan(lastSeen: string, { from, to }: LastSeenSpan): boolean {
  if (from !== undefined && lastSeen < from) return false;
  // One without lastSeen compares to nothing.
  return to === undefined || (lastSeen !== '' && lastSeen <= to);
}

function intersection(left: LastSeenSpan, right: LastSeenSpan): LastSeenSpan {
  const from = [left.from, right.from].filter((end) => end !== undefined).sort();
  const to = [left.to, right.to].filter((end) => end !== undefined).sort();
  return { from: from.at(-1), to: to[0] };
}
