import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, Kind } from 'graphql';
import type { DeviceScope } from '../../machines/device-scope.ts';
import type { GatewayContext } from '../context.ts';
import { maxInputDepth } from './document-bounds.ts';
import { type CostRules, costOf } from './operation-cost.ts';

/** How much an operation may ask for, with its variables. */
export interface CostBounds {
  /** Machines. */
  readonly nodes: number;
  /** Upstream calls, as far as they can be told beforehand. */
  readonly calls: number;
}

/** The rules of the cost, of which one hangs on what the caller may see. */
export type CostRulesByScope = Omit<CostRules, 'idsPerCall'> & {
  readonly idsPerCall: (scope: DeviceScope) => number;
};

const maxVariables = 300;
/** Objects, lists and values of all variables together; a list of ids to resolve counts two for each. */
const maxVariableValues = 20_000;

/** Refuses an operation that asks for too much, before anything is executed. */
export function operationBounds(
  bounds: CostBounds,
  rules: CostRulesByScope,
): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, request, contextValue }) {
          const variables = request.variables ?? {};
          const excess = findVariablesExcess(variables);
          if (excess !== undefined) throw refusal(excess);
          const fragments = document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
          const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
          const cost =
            operation &&
            costOf(schema, operation, byName, variables, {
              ...rules,
              idsPerCall: rules.idsPerCall(contextValue.call.scope),
            });
          if (cost === undefined) return;
          if (cost.nodes > bounds.nodes) {
            throw refusal(
              `The operation asks for up to ${cost.nodes} machines; at most ${bounds.nodes} are taken. ` +
                'Ask for smaller pages (first, last), or in several queries.',
            );
          }
          if (cost.calls > bounds.calls) {
            throw refusal(
              `The operation can take ${cost.calls} upstream calls; at most ${bounds.calls} are taken, since all ` +
                'users share their quota. Ask for fewer different filters and ids at a time.',
            );
          }
        },
      };
    },
  };
}

/** What is too large in variables as they were sent, in words for the caller; undefined where nothing is. */
function findVariablesExcess(variables: Readonly<Record<string, unknown>>): string | undefined {
  const count = Object.keys(variables).length;
  if (count > maxVariables) {
    return `There are ${count} variables; at most ${maxVariables} are taken. Use lists or input objects.`;
  }
  let values = 0;
  // Level by level, since a walk by calls would end where nesting has no end.
  let level: readonly unknown[] = Object.values(variables);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxInputDepth) {
      return `The variables are nested more than ${maxInputDepth} levels deep, the most that are taken. Write the condition flatter.`;
    }
    values += level.length;
    if (values > maxVariableValues) {
      return `The variables hold more than ${maxVariableValues} values, the most that are taken. Ask in several queries.`;
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
