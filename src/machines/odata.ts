import { BadInput, type InputPath } from './bad-input.ts';
import type { Condition, Filter, FilterProperty, Value } from './condition.ts';
import { comparisonNodes, joinNodes, maxListValues, tagNodes } from './filter.ts';
import { earliestMoment, momentOf } from './moment.ts';
import { type PropertyTraits, traitsOf, type UpstreamOperator } from './properties.ts';

/**
 * Prints a {@link Filter} as OData `$filter` text, in one canonical form: parts sorted, doubles dropped. Two inputs
 * that differ only in order have one text, and with it one set of cursors. What upstream is not known to take is not
 * printed; the answer says then which part it is, and why.
 *
 * A caller's text goes into literals and nowhere else: text in single quotes with each quote doubled, all other
 * literals in types that hold no free text. Lists become chains of comparisons: `in` is OData 4.01, and the service calls
 * itself 4.0 (recorded header).
 */
export type ODataFilter = string & { readonly __brand: 'ODataFilter' };

/** The capacity of one upstream call. Both bounds are inferred from library defaults behind such services. */
export interface FilterBounds {
  /** Most nodes of the expression: ASP.NET Core OData rejects more than 100 by default. */
  readonly maxNodes: number;
  /** Most bytes of the text once percent-encoded. */
  readonly maxEncodedBytes: number;
  /** Why they are lower than upstream's, for the caller; undefined where they are not. */
  readonly taken?: string;
}

/** Forms that upstream is not known to take, and that the gateway may be set to send. */
export interface ODataForms {
  /** OData's own `not (…)`. */
  readonly not: boolean;
  /** `startswith` on properties where it is unproven. */
  readonly startsWithAnywhere: boolean;
}

/** The upstream query of a filter; `nothing` needs no call. */
export type FilterQuery =
  | { readonly kind: 'everything' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'some'; readonly text: ODataFilter };

/** Why upstream cannot answer a filter. */
export interface Refusal {
  readonly kind: 'refused';
  /** The part that it is about. */
  readonly path: InputPath;
  /** In words for the caller. */
  readonly problem: string;
}

export interface PrintOptions {
  readonly bounds: FilterBounds;
  readonly forms: ODataForms;
  /**
   * What durations count back from, in epoch milliseconds. Whole minutes, so that queries within one minute have
   * the same text and share one reading.
   */
  readonly now: number;
}

export function printQuery(filter: Filter, options: PrintOptions): FilterQuery | Refusal {
  if (filter.kind === 'everything' || filter.kind === 'nothing') return filter;
  const term = termOf(filter, options);
  if (term.kind === 'refused') return term;
  const { text, nodes } = printTerm(term);
  const { bounds } = options;
  const refuse = (problem: string): Refusal => {
    const advice = [problem, bounds.taken, 'Ask in several queries.'].filter((part) => part !== undefined);
    return { kind: 'refused', path: ['filter'], problem: advice.join(' ') };
  };
  if (nodes > bounds.maxNodes) {
    return refuse(
      `is too large for one upstream call: it comes to ${nodes} nodes, at most ${bounds.maxNodes} are allowed ` +
        '(a comparison counts 4, a tag 6, and 1 to join each to the next).',
    );
  }
  const encodedBytes = encodeURIComponent(text).length;
  if (encodedBytes > bounds.maxEncodedBytes) {
    return refuse(
      `is too long for one upstream call: ${encodedBytes} bytes once encoded, at most ${bounds.maxEncodedBytes} are ` +
        'allowed. Use shorter values.',
    );
  }
  return { kind: 'some', text: text as ODataFilter };
}

/**
 * The query of a filter that uses no form beyond the known ones and no duration.
 * @throws {BadInput} where it does not fit one upstream call
 */
export function filterQuery(filter: Filter, bounds: FilterBounds): FilterQuery {
  const query = printQuery(filter, { bounds, forms: { not: false, startsWithAnywhere: false }, now: 0 });
  if (query.kind === 'refused') throw new BadInput(query.path, query.problem);
  return query;
}

/** A part of an expression, its lists written out. */
type Term = Leaf | { readonly kind: 'and' | 'or'; readonly parts: readonly Term[] };

interface Leaf {
  readonly kind: 'leaf';
  readonly text: string;
  /** Nodes as ASP.NET Core OData counts them. */
  readonly nodes: number;
}

const isRefusal = (term: Term | Refusal): term is Refusal => term.kind === 'refused';
const isTerm = <T extends Term>(term: T | Refusal): term is T => term.kind !== 'refused';

function termOf(filter: Filter, options: PrintOptions): Term | Refusal {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const parts = filter.parts.map((part) => termOf(part, options));
      return parts.find(isRefusal) ?? joinTerms(filter.kind, parts.filter(isTerm));
    }
    case 'condition':
      return termOfCondition(filter, options);
    case 'latest of device':
      return {
        kind: 'refused',
        path: filter.path ?? ['filter'],
        problem: 'is not available upstream, which lists every record of a device.',
      };
    case 'everything':
    case 'nothing':
      throw new Error(
        `A filter of "${filter.kind}" stands only at the root, where no text is printed for it.`,
      );
    default:
      return filter satisfies never;
  }
}

/** Nested joins of the same kind are one. */
function joinTerms(kind: 'and' | 'or', parts: readonly Term[]): Term {
  return { kind, parts: parts.flatMap((part) => (part.kind === kind ? part.parts : [part])) };
}

function termOfCondition(condition: Condition, { bounds, forms, now }: PrintOptions): Term | Refusal {
  const { property, test, negated } = condition;
  const traits = traitsOf(property);
  const refuse = (problem: string): Refusal => ({
    kind: 'refused',
    path: condition.path ?? ['filter'],
    problem,
  });
  const unknown = (operator: UpstreamOperator): Refusal | undefined => {
    if ('ignoreCase' in test && test.ignoreCase) {
      return refuse('is not available upstream, which is not known to ignore case.');
    }
    const standing = traits.upstream?.[operator];
    if (standing === 'proven' || (standing === 'unproven' && forms.startsWithAnywhere)) return undefined;
    return refuse(
      traits.upstream === undefined
        ? `is not available upstream, which does not filter by ${property}.`
        : `cannot be sent: upstream is not known to accept ${test.operator} on ${property}.${advice(standing)}`,
    );
  };
  /** A leaf whose negation no other leaf states: `not (lastSeen gt x)` finds machines without it, `le x` does not. */
  const uninvertible = (leaf: Leaf): Leaf | Refusal => {
    if (!negated) return leaf;
    if (forms.not) return { ...leaf, text: `not (${leaf.text})`, nodes: leaf.nodes + 1 };
    return refuse(
      'cannot stand within `not`: upstream has no exact opposite of it, and is not known to accept `not` itself. ' +
        'Write the opposite with other conditions (or let the operator set ODATA_NOT, if your tenant accepts it).',
    );
  };
  /** The most values that a filter of nothing else can hold. */
  const tooMany = (values: readonly Value[], nodes: number): Refusal | undefined => {
    const different = new Set(values).size;
    const most = maxListValues(bounds.maxNodes, nodes);
    // Of bounds that something else has taken a part of, the sum speaks.
    if (different <= most || bounds.taken !== undefined) return undefined;
    return refuse(
      `has ${different} different values; upstream accepts at most ${most} in a call. Ask in several queries.`,
    );
  };
  const range = (operator: string, moment: string): Leaf => comparison(`${property} ${operator} ${moment}`);

  switch (test.operator) {
    case 'eq':
    case 'in': {
      const values = test.operator === 'eq' ? [test.value] : test.values;
      // A machine without a value is not equal to anything, so eq and ne are exactly each other's negation.
      const compare = (value: Value): Leaf =>
        comparison(`${property} ${negated ? 'ne' : 'eq'} ${literal(traits, value)}`);
      return (
        unknown('in') ??
        tooMany(values, comparisonNodes) ??
        joinTerms(negated ? 'and' : 'or', values.map(compare))
      );
    }
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
      return unknown('range') ?? uninvertible(range(test.operator, String(test.value)));
    case 'newerThan':
    case 'olderThan': {
      const moment = momentOf(now - test.durationMs).replace('.000Z', 'Z');
      const isLower = (test.operator === 'newerThan') !== negated;
      // "Never" is written as year 0001, and neither holds for a machine that never reported.
      const upper = joinTerms('and', [range('ge', earliestMoment), range(negated ? 'le' : 'lt', moment)]);
      return unknown('range') ?? (isLower ? range(negated ? 'ge' : 'gt', moment) : upper);
    }
    case 'startsWith':
      return unknown('startsWith') ?? uninvertible(comparison(`startswith(${property},${quote(test.text)})`));
    case 'has':
    case 'hasAny': {
      const values = test.operator === 'has' ? [test.value] : test.values;
      const leaves = values.map((value) =>
        uninvertible({
          kind: 'leaf',
          text: `${property}/any(t: t eq ${quote(value)})`,
          nodes: tagNodes,
        }),
      );
      return (
        unknown('has') ??
        tooMany(values, tagNodes) ??
        leaves.find(isRefusal) ??
        joinTerms(negated ? 'and' : 'or', leaves.filter(isTerm))
      );
    }
    case 'endsWith':
    case 'contains':
    case 'isNull':
    case 'hasContaining':
    case 'inSubnets':
      return refuse(refusalOfOperator(property, traits));
    default:
      return test satisfies never;
  }
}

const refusalOfOperator = (property: FilterProperty, { upstream }: PropertyTraits): string =>
  upstream === undefined
    ? `is not available upstream, which does not filter by ${property}.`
    : 'is not available upstream, which is not known to accept it.';

const advice = (standing: 'unproven' | undefined): string =>
  ` Compare with \`eq\` or \`in\`${
    standing === undefined
      ? '.'
      : ' (or let the operator set ODATA_STARTSWITH_ANYWHERE, if your tenant accepts it).'
  }`;

const comparison = (text: string): Leaf => ({ kind: 'leaf', text, nodes: comparisonNodes });

function printTerm(term: Term): { readonly text: string; readonly nodes: number } {
  if (term.kind === 'leaf') return term;
  const byText = new Map(term.parts.map(printTerm).map((part) => [part.text, part]));
  const printed = [...byText.values()].sort((a, b) => (a.text < b.text ? -1 : 1));
  const text = printed.map((part) => part.text).join(` ${term.kind} `);
  return {
    text: printed.length === 1 ? text : `(${text})`,
    nodes: printed.reduce((nodes, part) => nodes + part.nodes, (printed.length - 1) * joinNodes),
  };
}

function literal(traits: PropertyTraits, value: Value): string {
  if (traits.kind === 'enum') return quote(traits.values[String(value)] ?? '');
  return typeof value !== 'string' || traits.kind === 'guid' ? String(value) : quote(value);
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
