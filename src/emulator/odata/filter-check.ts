import { MACHINE_PROPERTIES } from '../machine.ts';
import { BadQuery } from './bad-query.ts';
import type { DoubtfulForms } from './doubtful-forms.ts';
import type { Expression, Literal, Operand, TextFunction } from './filter-expression.ts';
import {
  EDM_NAMES,
  FILTERABLE_PROPERTIES,
  type FilterableType,
  LITERAL_KINDS,
  OPERATORS,
  STARTS_WITH_PROPERTIES,
} from './filterable-properties.ts';

const FUNCTION_SWITCHES: Readonly<Record<Exclude<TextFunction, 'startswith'>, 'contains' | 'endsWith'>> = {
  contains: 'contains',
  endswith: 'endsWith',
};

/**
 * Checks names, types and forms of a parsed filter.
 *
 * @throws BadQuery for the first thing the service would refuse.
 */
export function checkFilter(expression: Expression, accept: DoubtfulForms): void {
  switch (expression.kind) {
    case 'and':
    case 'or':
      for (const term of expression.terms) checkFilter(term, accept);
      return;
    case 'not':
      requireForm(accept.not, "The operator 'not'");
      checkFilter(expression.term, accept);
      return;
    case 'comparison':
      checkComparison(expression, accept);
      return;
    case 'call':
      checkCall(expression, accept);
      return;
    case 'any':
    case 'all':
      if (expression.kind === 'all') requireForm(accept.all, "The function 'all'");
      if (typeOf({ kind: 'property', name: expression.property }) !== 'texts') {
        throw new BadQuery('ODataError', `The property '${expression.property}' is not a collection.`);
      }
      checkFilter(expression.predicate, accept);
  }
}

function checkComparison(expression: Expression & { kind: 'comparison' }, accept: DoubtfulForms): void {
  const { operand, operator, literal } = expression;
  const type = typeOf(operand);
  if (type === 'texts') throw new BadQuery('ODataError', `A collection cannot be compared: use 'any'.`);
  const takesNull = operator === 'eq' || operator === 'ne';
  if (literal.kind === 'null' && takesNull) {
    requireForm(accept.eqNull, 'Comparing with null');
    return;
  }
  if (!OPERATORS[type].has(operator) || literal.kind !== LITERAL_KINDS[type]) {
    const found = `Found operand types '${EDM_NAMES[type]}' and '${edmName(literal)}' for operator kind '${operator}'`;
    throw new BadQuery('ODataError', `A binary operator with incompatible types was detected. ${found}.`);
  }
}

function checkCall(expression: Expression & { kind: 'call' }, accept: DoubtfulForms): void {
  const { operand, literal, function: name } = expression;
  if (typeOf(operand) !== 'string' || literal.kind !== 'string') {
    throw new BadQuery('ODataError', `No function signature for the function with name '${name}' matches.`);
  }
  if (name !== 'startswith') {
    requireForm(accept[FUNCTION_SWITCHES[name]], `The function '${name}'`);
  } else if (operand.kind === 'element' || !STARTS_WITH_PROPERTIES.has(operand.name)) {
    const where = operand.kind === 'element' ? 'a tag' : `the property '${operand.name}'`;
    requireForm(accept.startsWithAnywhere, `The function 'startswith' on ${where}`);
  }
}

function typeOf(operand: Operand): FilterableType {
  if (operand.kind === 'element') return 'string';
  if (Object.hasOwn(FILTERABLE_PROPERTIES, operand.name)) {
    const type = FILTERABLE_PROPERTIES[operand.name];
    if (type !== undefined) return type;
  }
  throw new BadQuery(
    'ODataError',
    MACHINE_PROPERTIES.includes(operand.name)
      ? `The property '${operand.name}' cannot be used in the $filter query option.`
      : `Could not find a property named '${operand.name}' on the type of a machine.`,
  );
}

function edmName(literal: Literal): string {
  return literal.kind === 'unsupported' ? literal.edmType : EDM_NAMES[literal.kind];
}

function requireForm(accepted: boolean, what: string): void {
  if (!accepted) throw new BadQuery('ODataError', `${what} is not allowed in the $filter query option.`);
}
