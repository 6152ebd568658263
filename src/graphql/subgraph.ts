import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, graphqlSync, parse } from 'graphql';
import { resolvers } from './resolvers.ts';
import { readTypeDefinitions } from './type-definitions.ts';

/** The schema as a subgraph of Apollo Federation 2: the SDL's own fields, and `_service` and `_entities` beside them. */
export function createSubgraphSchema(): GraphQLSchema {
  return buildSubgraphSchema([{ typeDefs: parse(readTypeDefinitions()), resolvers }]);
}

/** The SDL of the subgraph to the letter as `_service { sdl }` answers it, for whoever composes a supergraph. */
export function printSubgraph(): string {
  const { data } = graphqlSync({ schema: createSubgraphSchema(), source: '{ _service { sdl } }' });
  return (data as { readonly _service: { readonly sdl: string } })._service.sdl;
}
