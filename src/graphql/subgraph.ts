import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { addResolversToSchema } from '@apollo/subgraph/dist/schema-helper/index.js';
import { entitiesResolver } from '@apollo/subgraph/dist/types.js';
import { buildSchema, type GraphQLSchema, graphqlSync, parse, printSchema } from 'graphql';
import { resolvers } from './resolvers.ts';
import { readTypeDefinitions } from './type-definitions.ts';

/** The schema as a subgraph of Apollo Federation 2, as texts. */
export interface SubgraphText {
  /** All types that a query can ask for, those of federation included. */
  readonly schema: string;
  /** To the letter as `_service { sdl }` answers it. */
  readonly sdl: string;
}

/** `npm run build` writes the texts there. */
const built = new URL('subgraph.json', import.meta.url);

/**
 * The texts, composed from the SDL. To load federation's composition and to run it takes a sixth of a start, so that a
 * build does it once.
 */
export function composeSubgraph(): SubgraphText {
  const { buildSubgraphSchema }: typeof import('@apollo/subgraph') = createRequire(import.meta.url)(
    '@apollo/subgraph',
  );
  const schema = buildSubgraphSchema([{ typeDefs: parse(readTypeDefinitions()) }]);
  const { data } = graphqlSync({ schema, source: '{ _service { sdl } }' });
  const { _service } = data as { readonly _service: { readonly sdl: string } };
  return { schema: printSchema(schema), sdl: _service.sdl };
}

let known: SubgraphText | undefined;

/** The texts never change, so a process makes them once. */
function subgraphText(): SubgraphText {
  known ??= existsSync(built) ? (JSON.parse(readFileSync(built, 'utf8')) as SubgraphText) : composeSubgraph();
  return known;
}

/** The schema with its resolvers: the SDL's own fields, and `_service` and `_entities` beside them. */
export function createSubgraphSchema(): GraphQLSchema {
  const { schema: text, sdl } = subgraphText();
  const schema = buildSchema(text, { assumeValid: true, assumeValidSDL: true });
  addResolversToSchema(schema, {
    Query: {
      _service: () => ({ sdl }),
      _entities: (_, { representations }, context, info) =>
        entitiesResolver({ representations, context, info }),
    },
    _Entity: { __resolveType: ({ __typename }: { readonly __typename: string }) => __typename },
  });
  addResolversToSchema(schema, resolvers);
  return schema;
}

/** The SDL of the subgraph, for composing a supergraph. */
export const printSubgraph = (): string => subgraphText().sdl;
