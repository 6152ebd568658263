import { GraphQLScalarType } from 'graphql';
import { GraphQLIP, GraphQLSafeInt, GraphQLUUID } from 'graphql-scalars';
import { BadInput } from '../machines/bad-input.ts';
import { edgesOf, pageInfoOf } from '../machines/connection.ts';
import type { Machine } from '../machines/machine.ts';
import { isPossibleId, maxIdBytes } from '../machines/machine-id.ts';
import type { GatewayContext } from './context.ts';
import { DateTime } from './date-time.ts';
import type { Resolvers } from './generated/resolvers.ts';
import { Representation, resolveMachineReference } from './machine-reference.ts';
import { showQuota } from './quota-view.ts';

/** The schema's fields, and how other subgraphs refer to its types. All others are properties of what these return. */
export const resolvers = {
  Query: {
    machines: async (_, { filter, ...args }, { catalog, call, usage }) => {
      const page = await catalog.page(filter, args, call);
      usage.placed(page.consistency);
      return page;
    },
    machine: (_, { id }, context) => loadMachine(id, context),
    node: (_, { id }, context) => loadMachine(id, context),
    upstreamQuota: (_, _args, { quotaState }) => showQuota(quotaState()),
  },
  Machine: { __resolveReference: resolveMachineReference },
  MachineConnection: {
    edges: edgesOf,
    pageInfo: pageInfoOf,
  },
  Node: { __resolveType: () => 'Machine' },
  DateTime,
  IP: asDescribed(GraphQLIP),
  SafeInt: asDescribed(GraphQLSafeInt),
  UUID: asDescribed(GraphQLUUID),
  _Any: Representation,
} satisfies Resolvers & { readonly _Any: GraphQLScalarType };

/** The library's scalar without the library's words, so that introspection tells what the SDL does. */
function asDescribed<In, Out>(scalar: GraphQLScalarType<In, Out>): GraphQLScalarType<In, Out> {
  return new GraphQLScalarType({ ...scalar.toConfig(), description: undefined });
}

function loadMachine(id: string, { machineById }: GatewayContext): Promise<Machine | null> {
  if (isPossibleId(id)) return machineById.load(id);
  throw new BadInput(
    ['id'],
    `cannot be the id of a machine: it must be well-formed text of 1 to ${maxIdBytes} bytes once encoded.`,
  );
}
