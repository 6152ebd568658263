import { BadInput } from './bad-input.ts';
import type { Filter, Literal } from './filter.ts';
import { comparisonNodes, joinNodes, tagNodes } from './filter-nodes.ts';

/**
 * Prints a {@link Filter} as OData `$filter` text, in one canonical form: parts sorted, doubles dropped. Two inputs
 * that differ only in order have one text, and with it one set of cursors.
 *
 * What a caller typed goes into literals and nowhere else: text in single quotes with each quote doubled, all other
 * literals in types that hold no free text.
 */
export type ODataFilter = string & { readonly __brand: 'ODataFilter' };

/** What one upstream call can carry. Both bounds are inferred from library defaults behind such services. */
export interface FilterBounds {
  /** Most nodes of the expression: ASP.NET Core OData refuses more than 100 unless told otherwise. */
  readonly maxNodes: number;
  /** Most bytes of the text once percent-encoded. */
  readonly maxEncodedBytes: number;
  /** Why they are lower than what upstream takes, in words for the caller; undefined where they are not. */
  readonly taken?: string;
}

/** What is to be asked of upstream for a filter; for `nothing` no call is needed. */
export type FilterQuery =
  | { readonly kind: 'everything' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'some'; readonly text: ODataFilter };

/**
 * @throws {BadInput} where the filter is larger than one call can carry
 */
export function filterQuery(filter: Filter, bounds: FilterBounds): FilterQuery {
  if (filter.kind === 'everything' || filter.kind === 'nothing') return filter;
  const printed = printFilter(filter);
  const advice = [bounds.taken, 'Ask in several queries.'].filter((text) => text !== undefined).join(' ');
  if (printed.nodes > bounds.maxNodes) {
    throw new BadInput(
      ['filter'],
      `is too large for one upstream call: it comes to ${printed.nodes} nodes, at most ${bounds.maxNodes} are taken ` +
        `(a comparison counts 4, a tag 6, and 1 to join each to the next). ${advice}`,
    );
  }
  const encodedBytes = encodeURIComponent(printed.text).length;
  if (encodedBytes > bounds.maxEncodedBytes) {
    throw new BadInput(
      ['filter'],
      `is too long for one upstream call: ${encodedBytes} bytes once encoded, at most ${bounds.maxEncodedBytes} are ` +
        `taken. Use shorter values. ${advice}`,
    );
  }
  return { kind: 'some', text: printed.text as ODataFilter };
}

interface Printed {
  readonly text: string;
  /** Nodes as ASP.NET Core OData counts them. */
  readonly nodes: number;
}

function printFilter(filter: Filter): Printed {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return printJoin(filter.kind, filter.parts);
    case 'not': {
      const part = printFilter(filter.part);
      return { text: `not (${part.text})`, nodes: part.nodes + 1 };
    }
    case 'comparison':
      return {
        text: `${filter.property} ${filter.operator} ${printLiteral(filter.value)}`,
        nodes: comparisonNodes,
      };
    case 'range':
      return { text: `${filter.property} ${filter.operator} ${filter.value}`, nodes: comparisonNodes };
    case 'startsWith':
      return { text: `startswith(${filter.property},${quote(filter.prefix)})`, nodes: comparisonNodes };
    case 'tag':
      return { text: `machineTags/any(t: t eq ${quote(filter.tag)})`, nodes: tagNodes };
    case 'everything':
    case 'nothing':
      throw new Error(
        `A filter of "${filter.kind}" stands only at the root, where no text is printed for it.`,
      );
    default:
      return filter satisfies never;
  }
}

function printJoin(kind: 'and' | 'or', parts: readonly Filter[]): Printed {
  const byText = new Map(parts.map(printFilter).map((part) => [part.text, part]));
  const printed = [...byText.values()].sort((a, b) => (a.text < b.text ? -1 : 1));
  const text = printed.map((part) => part.text).join(` ${kind} `);
  return {
    text: printed.length === 1 ? text : `(${text})`,
    nodes: printed.reduce((nodes, part) => nodes + part.nodes, (printed.length - 1) * joinNodes),
  };
}

function printLiteral(literal: Literal): string {
  switch (literal.type) {
    case 'text':
      return quote(literal.value);
    case 'guid':
      return literal.value;
    case 'integer':
      return String(literal.value);
    default:
      return literal satisfies never;
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
