import { GraphQLScalarType } from 'graphql';
import { GraphQLSafeInt, GraphQLUUID } from 'graphql-scalars';
import { BadInput, type InputPath } from '../machines/bad-input.ts';
import { edgesOf, pageInfoOf } from '../machines/connection.ts';
import type { Machine } from '../machines/machine.ts';
import { isPossibleId, maxIdBytes } from '../machines/machine-id.ts';
import { changeConnection, changeNode, changePages } from './changes.ts';
import type { GatewayContext } from './context.ts';
import { DateTime } from './date-time.ts';
import { facetsOf } from './facet-set.ts';
import { machineFacets } from './facets.ts';
import { fleetFields } from './fleet-overview.ts';
import type { Resolvers } from './generated/resolvers.ts';
import { IP } from './ip.ts';
import { locateLiterals } from './located-literals.ts';
import { Representation, resolveMachineReference } from './machine-reference.ts';
import { showQuota } from './quota-view.ts';
import { textScalar } from './text-scalar.ts';

/** The schema's fields, and how other subgraphs refer to its types. All others are properties of what these return. */
export const resolvers = {
  Query: {
    machines: async (_, args, { catalog, call, usage }) => {
      const page = await catalog.page(args, call);
      usage.placed(page.consistency);
      usage.bounded(args.maxAgeSeconds);
      return page;
    },
    machine: (_, { id, maxAgeSeconds }, context) => {
      context.usage.bounded(maxAgeSeconds);
      return loadMachine(id, ['id'], context, maxAgeSeconds);
    },
    node: (_, { id }, context) => loadMachine(id, ['id'], context),
    // Each may be null, which the types generated for lists of promises do not know.
    nodes: (_, { ids }, context) =>
      ids.map((id, index) => loadMachine(id, ['ids', index], context) as Promise<Machine>),
    machineChanges: (_, args, { catalog, call, usage }) => {
      usage.ofMoment();
      return catalog.changes(args, call);
    },
    fleet: (_, _args, { catalog, call, usage }) => {
      usage.ofMoment();
      return catalog.fleet(call);
    },
    upstreamQuota: (_, _args, { quotaState, usage }) => {
      usage.ofMoment();
      return showQuota(quotaState());
    },
  },
  Subscription: {
    machineChanges: { subscribe: (_, args, context) => changePages(args, context), resolve: changeNode },
  },
  Machine: { __resolveReference: resolveMachineReference },
  MachineConnection: {
    edges: edgesOf,
    pageInfo: pageInfoOf,
    facets: (page, { disjunctive }) => facetsOf(page, disjunctive),
  },
  MachineChangeConnection: changeConnection,
  MachineFacets: machineFacets,
  Fleet: fleetFields,
  Node: { __resolveType: () => 'Machine' },
  DateTime: locateLiterals(DateTime),
  Duration: locateLiterals(textScalar('Duration')),
  IP: locateLiterals(IP),
  SafeInt: asDescribed(GraphQLSafeInt),
  Subnet: locateLiterals(textScalar('Subnet')),
  UUID: asDescribed(GraphQLUUID),
  _Any: locateLiterals(Representation),
} satisfies Resolvers & { readonly _Any: GraphQLScalarType };

/** The library's scalar without the library's words, so that introspection tells what the SDL does. */
function asDescribed<In, Out>(scalar: GraphQLScalarType<In, Out>): GraphQLScalarType<In, Out> {
  return locateLiterals(new GraphQLScalarType({ ...scalar.toConfig(), description: undefined }));
}

/** @param path the argument that held the id */
async function loadMachine(
  id: string,
  path: InputPath,
  { machineById }: GatewayContext,
  maxAgeSeconds?: number | null,
): Promise<Machine | null> {
  if (isPossibleId(id)) return await machineById.load(id, maxAgeSeconds);
  throw new BadInput(
    path,
    `cannot be the id of a machine: it must be well-formed text of 1 to ${maxIdBytes} bytes once encoded.`,
  );
}
