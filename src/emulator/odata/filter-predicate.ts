import type { RawMachine } from '../machine.ts';
import { sortableDateTime } from './date-time-offset.ts';
import type { ComparisonOperator, Expression, Literal, Operand, TextFunction } from './filter-expression.ts';
import { FILTERABLE_PROPERTIES, type FilterableType } from './filterable-properties.ts';

/** True, false, or null: OData's third truth value, which a filter leaves out just as it does false. */
type Truth = boolean | null;
type Evaluate = (machine: RawMachine, element: unknown) => Truth;
type Scalar = string | number;
type ReadScalar = (machine: RawMachine, element: unknown) => Scalar | null;

export interface PredicateOptions {
  /** Compare texts without regard to case. What the service does is unknown. */
  readonly caseInsensitive: boolean;
}

/**
 * Compiles a checked filter to a predicate over machines as they are on the wire.
 *
 * Null is as OData 4.0 has it: `null eq x` is false, `null ne x` true, `gt ge lt le` false; a function of null is
 * null, `not null` is null. A missing key is null; "" and the year 0001 are values.
 */
export function compileFilter(
  expression: Expression,
  options: PredicateOptions,
): (machine: RawMachine) => boolean {
  const evaluate = compile(expression, options);
  return (machine) => evaluate(machine, undefined) === true;
}

function compile(expression: Expression, options: PredicateOptions): Evaluate {
  switch (expression.kind) {
    case 'and':
      return junction(expression.terms, options, false);
    case 'or':
      return junction(expression.terms, options, true);
    case 'not': {
      const term = compile(expression.term, options);
      return (machine, element) => {
        const truth = term(machine, element);
        return truth === null ? null : !truth;
      };
    }
    case 'comparison':
      return comparison(expression, options);
    case 'call':
      return call(expression, options);
    case 'any':
    case 'all':
      return quantifier(expression, options);
  }
}

/** `and` is decided by the first false, `or` by the first true; an undecided one is null if any term was null. */
function junction(terms: readonly Expression[], options: PredicateOptions, decisive: boolean): Evaluate {
  const compiled = terms.map((term) => compile(term, options));
  return (machine, element) => {
    let undecided: Truth = !decisive;
    for (const term of compiled) {
      const truth = term(machine, element);
      if (truth === decisive) return decisive;
      if (truth === null) undecided = null;
    }
    return undecided;
  };
}

/** Comparisons of two values that are both there. */
const COMPARE: Readonly<Record<ComparisonOperator, (left: Scalar, right: Scalar) => boolean>> = {
  eq: (left, right) => left === right,
  ne: (left, right) => left !== right,
  gt: (left, right) => left > right,
  ge: (left, right) => left >= right,
  lt: (left, right) => left < right,
  le: (left, right) => left <= right,
};

function comparison(expression: Expression & { kind: 'comparison' }, options: PredicateOptions): Evaluate {
  const { operator } = expression;
  const read = reader(expression.operand, options);
  const right = scalar(expression.literal, options);
  const whenNull = right === null ? operator === 'eq' : operator === 'ne';
  const whenNotNull = right === null ? () => operator === 'ne' : bound(COMPARE[operator], right);
  return (machine, element) => {
    const left = read(machine, element);
    return left === null ? whenNull : whenNotNull(left);
  };
}

function bound(compare: (left: Scalar, right: Scalar) => boolean, right: Scalar): (left: Scalar) => boolean {
  return (left) => compare(left, right);
}

const CALL: Readonly<Record<TextFunction, (text: string, part: string) => boolean>> = {
  startswith: (text, part) => text.startsWith(part),
  endswith: (text, part) => text.endsWith(part),
  contains: (text, part) => text.includes(part),
};

function call(expression: Expression & { kind: 'call' }, options: PredicateOptions): Evaluate {
  const read = reader(expression.operand, options);
  const holds = CALL[expression.function];
  const part = scalar(expression.literal, options);
  return (machine, element) => {
    const text = read(machine, element);
    return typeof text === 'string' && typeof part === 'string' ? holds(text, part) : null;
  };
}

function quantifier(expression: Expression & { kind: 'any' | 'all' }, options: PredicateOptions): Evaluate {
  const { property } = expression;
  const predicate = compile(expression.predicate, options);
  const any = expression.kind === 'any';
  return (machine) => {
    const values = machine[property];
    if (!Array.isArray(values)) return !any;
    return any
      ? values.some((value: unknown) => predicate(machine, value) === true)
      : values.every((value: unknown) => predicate(machine, value) === true);
  };
}

function reader(operand: Operand, options: PredicateOptions): ReadScalar {
  if (operand.kind === 'element') {
    const readText = READ.string(options);
    return (_machine, element) => readText(element);
  }
  const { name } = operand;
  const read = READ[FILTERABLE_PROPERTIES[name] ?? 'string'](options);
  return (machine) => read(machine[name]);
}

/** How a value on the wire is read for comparing; what is not of its type reads as null. */
const READ: Readonly<
  Record<FilterableType, (options: PredicateOptions) => (value: unknown) => Scalar | null>
> = {
  string:
    ({ caseInsensitive }) =>
    (value) =>
      typeof value !== 'string' ? null : caseInsensitive ? value.toLowerCase() : value,
  // Recordings hold values that are no GUIDs; they equal no GUID, and are not null either.
  guid: () => (value) => (typeof value === 'string' ? value.toLowerCase() : null),
  // Documented as a text, recorded as a number: the service compares integers either way.
  integer: () => (value) => {
    if (typeof value === 'number') return value;
    return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : null;
  },
  dateTimeOffset: () => (value) => (typeof value === 'string' ? (sortableDateTime(value) ?? null) : null),
  texts: () => () => null,
};

function scalar(literal: Literal, { caseInsensitive }: PredicateOptions): Scalar | null {
  switch (literal.kind) {
    case 'string':
      return caseInsensitive ? literal.value.toLowerCase() : literal.value;
    case 'integer':
    case 'guid':
    case 'dateTimeOffset':
      return literal.value;
    case 'null':
    case 'unsupported':
      return null;
  }
}
