import type { ApolloServerPlugin } from '@apollo/server';
import {
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { DeviceScope } from '../../machines/device-scope.ts';
import type { Call } from '../../machines/source.ts';
import type { GatewayContext } from '../context.ts';
import { maxInputDepth } from './document-bounds.ts';
import { type CostRules, costOf, type OperationCost } from './operation-cost.ts';

/** How much an operation may ask for, with its variables. */
export interface CostBounds {
  /** Machines. */
  readonly nodes: number;
  /** Upstream calls, as far as known beforehand. */
  readonly calls: number;
}

/** The rules of the cost; one depends on the caller's scope. */
export type CostRulesByScope = Omit<CostRules, 'idsPerCall' | 'isFleetThere' | 'idsToAsk'> & {
  readonly idsPerCall: (scope: DeviceScope) => number;
};

/** Most passes over the fleet: about a second of a thread for 100,000 machines, which all callers share. */
const maxFleetPasses = 1_000;
const maxVariables = 300;
/** Objects, lists and values of all variables together; a list of ids to resolve counts two for each. */
const maxVariableValues = 20_000;

/** An operation with its variables, and for whom it is. */
export interface AskedOperation extends Pick<CostRules, 'isFleetThere' | 'idsToAsk'> {
  readonly schema: GraphQLSchema;
  /** Undefined where the document has none of the name. */
  readonly operation: OperationDefinitionNode | undefined;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** As they were sent. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly call: Pick<Call, 'scope'>;
}

/** Bounds on how much an operation may ask for, whichever way it is answered. */
export class OperationLimits {
  readonly #bounds: CostBounds;
  readonly #rules: CostRulesByScope;

  constructor(bounds: CostBounds, rules: CostRulesByScope) {
    this.#bounds = bounds;
    this.#rules = rules;
  }

  /** What is too much in an operation, in words for the caller; undefined where nothing is. */
  excessOf(asked: AskedOperation): string | undefined {
    const { schema, operation, fragments, variables, call, isFleetThere, idsToAsk } = asked;
    const excess = findVariablesExcess(variables);
    if (excess !== undefined || operation === undefined) return excess;
    const idsPerCall = this.#rules.idsPerCall(call.scope);
    const rules = { ...this.#rules, idsPerCall, isFleetThere, idsToAsk };
    const cost = costOf(schema, operation, fragments, variables, rules);
    return cost && findCostExcess(cost, this.#bounds);
  }
}

/** Rejects an operation that asks for too much, before anything is executed. */
export function operationBounds(limits: OperationLimits): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, request, contextValue }) {
          const fragments = document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
          const { call, catalog } = contextValue;
          const excess = limits.excessOf({
            schema,
            operation,
            fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
            variables: request.variables ?? {},
            call,
            isFleetThere: catalog.isFleetThere(call),
            idsToAsk: (ids) => catalog.idsToAsk(ids, call),
          });
          if (excess !== undefined) throw refusal(excess);
        },
      };
    },
  };
}

function findCostExcess({ nodes, passes, calls }: OperationCost, bounds: CostBounds): string | undefined {
  if (nodes > bounds.nodes) {
    return (
      `The operation asks for up to ${nodes} machines; at most ${bounds.nodes} are allowed. ` +
      'Ask for smaller pages (first, last), or in several queries.'
    );
  }
  if (passes > maxFleetPasses) {
    return (
      `The operation takes ${passes} passes over the fleet for its lists, their conditions, the words of ` +
      `their searches and their facets; at most ${maxFleetPasses} are allowed. Ask for fewer of them at a time: ` +
      'parts of texts, words and ranges of addresses cost most.'
    );
  }
  if (calls > bounds.calls) {
    return (
      `The operation can take ${calls} upstream calls; at most ${bounds.calls} are taken, since all ` +
      'users share their quota. Ask for fewer different filters and ids at a time.'
    );
  }
  return undefined;
}

/** The excess in variables as they were sent, for the caller; undefined where there is none. */
function findVariablesExcess(variables: Readonly<Record<string, unknown>>): string | undefined {
  const count = Object.keys(variables).length;
  if (count > maxVariables) {
    return `There are ${count} variables; at most ${maxVariables} are allowed. Use lists or input objects.`;
  }
  let values = 0;
  // Level by level, since a walk by calls would end where nesting has no end.
  let level: readonly unknown[] = Object.values(variables);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxInputDepth) {
      return `The variables are nested more than ${maxInputDepth} levels deep, the most that are allowed. Write the condition flatter.`;
    }
    values += level.length;
    if (values > maxVariableValues) {
      return `The variables hold more than ${maxVariableValues} values, the most that are allowed. Ask in several queries.`;
    }
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? (Object.values(value) as readonly unknown[]) : [],
    );
  }
  return undefined;
}

function refusal(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
}
