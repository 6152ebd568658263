import { BadQuery } from './bad-query.ts';
import type { Expression } from './filter-expression.ts';

/** A property access with the machine it starts from; and a constant. */
const PROPERTY_NODES = 2;
const ELEMENT_NODES = 1;
const LITERAL_NODES = 1;

/**
 * Counts a filter's nodes as ASP.NET Core OData's filter validator does: every operator, function, property access,
 * constant and reference to the machine or to a lambda's variable is one. A comparison costs 4, an or-chain of n
 * comparisons 5n-1: a limit of 100 lets 20 pass and refuses 21.
 */
function countNodes(expression: Expression): number {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const operators = expression.terms.length - 1;
      return expression.terms.reduce((sum, term) => sum + countNodes(term), operators);
    }
    case 'not':
      return 1 + countNodes(expression.term);
    case 'comparison':
    case 'call':
      return 1 + (expression.operand.kind === 'element' ? ELEMENT_NODES : PROPERTY_NODES) + LITERAL_NODES;
    case 'any':
    case 'all':
      return 1 + PROPERTY_NODES + countNodes(expression.predicate);
  }
}

/** @throws BadQuery when the filter has more than `maxNodes` nodes. */
export function checkNodeCount(expression: Expression, maxNodes: number): void {
  if (countNodes(expression) > maxNodes) {
    throw new BadQuery(
      'ODataError',
      `The node count limit of '${maxNodes}' has been exceeded. To increase the limit, set the 'MaxNodeCount' property on EnableQueryAttribute or ODataValidationSettings.`,
    );
  }
}
