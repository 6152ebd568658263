import { defaultParser } from '@odata/parser';
import { BadQuery } from './bad-query.ts';
import { sortableDateTime } from './date-time-offset.ts';
import type { ComparisonOperator, Expression, Literal, Operand, TextFunction } from './filter-expression.ts';
import { takeOutTexts } from './filter-literals.ts';

/** A token of the parser, whose own types leave `value` open. */
interface Token {
  readonly type: string;
  readonly raw: string;
  readonly value: unknown;
}

const COMPARISONS: Readonly<Record<string, ComparisonOperator>> = {
  EqualsExpression: 'eq',
  NotEqualsExpression: 'ne',
  GreaterThanExpression: 'gt',
  GreaterOrEqualsExpression: 'ge',
  LesserThanExpression: 'lt',
  LesserOrEqualsExpression: 'le',
};

const FUNCTIONS: ReadonlySet<string> = new Set<TextFunction>(['startswith', 'endswith', 'contains']);

const INTEGER_TYPES: ReadonlySet<unknown> = new Set([
  'Edm.SByte',
  'Edm.Byte',
  'Edm.Int16',
  'Edm.Int32',
  'Edm.Int64',
]);

/** Tokens that only say in what role the token within them stands. */
const WRAPPERS: readonly string[] = ['CommonExpression', 'FirstMemberExpression', 'MemberExpression'];

/** What the reader of one filter carries along: the texts taken out, and the variable of the lambda it is in. */
interface Scope {
  readonly texts: readonly string[];
  readonly variable?: string;
}

/**
 * Reads a percent-decoded `$filter` to a tree. Grammar only: names and types are not looked at here.
 *
 * @throws BadQuery when the text is no filter, or is OData that was never seen in calls of this API
 *   (arithmetic, a constant on the left, paths into objects, ...): a stand-in that took more than the service
 *   is known to take would hide mistakes.
 */
export function parseFilter(filter: string): Expression {
  const trimmed = filter.trim();
  const { skeleton, texts } = takeOutTexts(trimmed);
  if (/(^|[\s(])in\s*\(/.test(skeleton)) {
    throw new BadQuery('ODataError', "The operator 'in' is OData 4.01; this service speaks 4.0. Use 'or'.");
  }
  return expression(parsed(skeleton, trimmed), { texts });
}

function parsed(skeleton: string, filter: string): Token {
  try {
    return token(defaultParser.filter(skeleton));
  } catch (cause) {
    if (cause instanceof BadQuery) throw cause;
    throw new BadQuery('ODataError', `The $filter '${filter}' is not a valid OData 4.0 expression.`);
  }
}

/**
 * The parser leans to the right and gives `not` the whole rest of the text, so `not a and b or c` comes as
 * not(a and (b or c)). Its order of operands is right, though: they are laid out flat, and precedence is applied
 * anew: `not` before `and` before `or`.
 */
function expression(root: Token, scope: Scope): Expression {
  const { operands, operators } = flatten(root);
  const alternatives: Expression[] = [];
  let conjunction: Expression[] = [];
  operands.forEach((operand, at) => {
    conjunction.push(negated(primary(operand.token, scope), operand.negations));
    if (operators[at] !== 'and') {
      alternatives.push(joined('and', conjunction));
      conjunction = [];
    }
  });
  return joined('or', alternatives);
}

function joined(kind: 'and' | 'or', terms: readonly Expression[]): Expression {
  const [only] = terms;
  return terms.length === 1 && only !== undefined ? only : { kind, terms };
}

function negated(term: Expression, times: number): Expression {
  let result = term;
  for (let count = 0; count < times; count++) result = { kind: 'not', term: result };
  return result;
}

interface FlatOperand {
  readonly token: Token;
  readonly negations: number;
}

interface Flat {
  readonly operands: readonly FlatOperand[];
  /** One less than operands: the operator behind the operand of the same place. */
  readonly operators: readonly ('and' | 'or')[];
}

function flatten(from: Token): Flat {
  if (from.type === 'NotExpression') {
    const inner = flatten(token(from.value));
    const [first, ...rest] = inner.operands;
    // `not a eq 'x'` means `(not a) eq 'x'`: 'not' binds closer than 'eq', and a property is no boolean.
    if (first === undefined || first.token.type in COMPARISONS) throw notSupported(from);
    return {
      operands: [{ token: first.token, negations: first.negations + 1 }, ...rest],
      operators: inner.operators,
    };
  }
  if (from.type === 'AndExpression' || from.type === 'OrExpression') {
    const left = flatten(part(from, 'left'));
    const right = flatten(part(from, 'right'));
    const operator = from.type === 'AndExpression' ? 'and' : 'or';
    return {
      operands: [...left.operands, ...right.operands],
      operators: [...left.operators, operator, ...right.operators],
    };
  }
  return { operands: [{ token: from, negations: 0 }], operators: [] };
}

function primary(from: Token, scope: Scope): Expression {
  const operator = COMPARISONS[from.type];
  if (operator !== undefined) {
    return {
      kind: 'comparison',
      operator,
      operand: operandOf(part(from, 'left'), scope),
      literal: literalOf(part(from, 'right'), scope),
    };
  }
  switch (from.type) {
    case 'BoolParenExpression':
      return expression(token(from.value), scope);
    case 'MethodCallExpression':
      return call(from, scope);
    case 'CommonExpression':
      return lambda(from, scope);
    default:
      throw notSupported(from);
  }
}

function call(from: Token, scope: Scope): Expression {
  const { method, parameters } = fields(from);
  if (typeof method !== 'string' || !isTextFunction(method) || !Array.isArray(parameters)) {
    throw notSupported(from);
  }
  const [operand, literal] = parameters;
  return {
    kind: 'call',
    function: method,
    operand: operandOf(token(operand), scope),
    literal: literalOf(token(literal), scope),
  };
}

function isTextFunction(name: string): name is TextFunction {
  return FUNCTIONS.has(name);
}

function lambda(from: Token, scope: Scope): Expression {
  // A lambda in parentheses comes as a parenthesised value, not as a parenthesised condition.
  const path = unwrapped(from, [...WRAPPERS, 'ParenExpression']);
  if (path.type !== 'PropertyPathExpression' || scope.variable !== undefined) throw notSupported(from);
  const { current, next } = fields(path);
  const { name } = fields(token(current));
  const step = token(next);
  const body = step.type === 'CollectionPathExpression' ? token(step.value) : step;
  const kind = body.type === 'AnyExpression' ? 'any' : body.type === 'AllExpression' ? 'all' : undefined;
  if (kind === undefined || typeof name !== 'string') throw notSupported(from);
  const { variable, predicate } = fields(body);
  if (variable === undefined || predicate === undefined) throw notSupported(from);
  const { name: variableName } = fields(token(variable));
  if (typeof variableName !== 'string') throw notSupported(from);
  const inner = { texts: scope.texts, variable: variableName };
  return { kind, property: name, predicate: expression(token(token(predicate).value), inner) };
}

function operandOf(from: Token, scope: Scope): Operand {
  const inner = unwrapped(from, WRAPPERS);
  const named = inner.type === 'PropertyPathExpression' ? token(inner.value) : inner;
  const { name } = typeof named.value === 'object' ? fields(named) : {};
  if (typeof name !== 'string') throw notSupported(from);
  return scope.variable === name ? { kind: 'element' } : { kind: 'property', name };
}

function literalOf(from: Token, scope: Scope): Literal {
  const inner = unwrapped(from, ['CommonExpression']);
  if (inner.type !== 'Literal') throw notSupported(from);
  if (inner.value === 'null') return { kind: 'null' };
  if (inner.value === 'Edm.String') return { kind: 'string', value: textOf(inner, scope) };
  if (inner.value === 'Edm.Guid') return { kind: 'guid', value: inner.raw.toLowerCase() };
  if (INTEGER_TYPES.has(inner.value)) return { kind: 'integer', value: Number(inner.raw) };
  if (inner.value === 'Edm.DateTimeOffset') {
    const value = sortableDateTime(inner.raw);
    if (value === undefined) {
      throw new BadQuery('ODataError', `Unrecognized 'Edm.DateTimeOffset' literal '${inner.raw}'.`);
    }
    return { kind: 'dateTimeOffset', value };
  }
  return { kind: 'unsupported', edmType: String(inner.value) };
}

function textOf(literal: Token, scope: Scope): string {
  const text = scope.texts[Number(literal.raw.slice(1, -1))];
  if (text === undefined) throw notSupported(literal);
  return text;
}

function unwrapped(from: Token, wrappers: readonly string[]): Token {
  let inner = from;
  while (wrappers.includes(inner.type) && isToken(inner.value)) inner = inner.value;
  return inner;
}

function part(from: Token, name: 'left' | 'right'): Token {
  return token(fields(from)[name]);
}

function fields(from: Token): Readonly<Record<string, unknown>> {
  if (typeof from.value !== 'object' || from.value === null) throw notSupported(from);
  return { ...from.value };
}

function isToken(value: unknown): value is Token {
  return typeof value === 'object' && value !== null && 'type' in value && 'raw' in value && 'value' in value;
}

function token(value: unknown): Token {
  if (!isToken(value))
    throw new BadQuery('ODataError', 'The $filter holds a form that is not supported by this service.');
  return value;
}

function notSupported(at: Token): BadQuery {
  return new BadQuery('ODataError', `The form '${at.raw}' is not supported in $filter by this service.`);
}
