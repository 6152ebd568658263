import { composeServices as composeByApollo } from '@apollo/composition';
import { composeServices as composeByGuild } from '@theguild/federation-composition';
import { federateSubgraphs, LATEST_ROUTER_COMPATIBILITY_VERSION } from '@wundergraph/composition';
import { type DocumentNode, parse } from 'graphql';
import type { Subgraph } from '../src/compose.ts';

/** What a composition library makes of some subgraphs: the supergraph, or why there is none. */
export interface Composition {
  readonly supergraph: DocumentNode | undefined;
  readonly problems: readonly string[];
}

/** The libraries that compose supergraphs, by the names of their packages. */
export const composers = {
  '@apollo/composition': (subgraphs) => ofServices(composeByApollo(services(subgraphs))),
  '@theguild/federation-composition': (subgraphs) => ofServices(composeByGuild(services(subgraphs))),
  '@wundergraph/composition': (subgraphs) => {
    const result = federateSubgraphs({
      subgraphs: subgraphs.map(({ name, url, sdl }) => ({ name, url, definitions: parse(sdl) })),
      version: LATEST_ROUTER_COMPATIBILITY_VERSION,
    });
    return result.success
      ? { supergraph: result.federatedGraphAST, problems: [] }
      : { supergraph: undefined, problems: result.errors.map(({ message }) => message) };
  },
} satisfies Record<string, (subgraphs: readonly Subgraph[]) => Composition>;

const services = (subgraphs: readonly Subgraph[]) =>
  subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));

function ofServices(result: {
  readonly supergraphSdl?: string | undefined;
  readonly errors?: readonly { readonly message: string }[] | undefined;
}): Composition {
  return {
    supergraph: result.supergraphSdl === undefined ? undefined : parse(result.supergraphSdl),
    problems: result.errors?.map(({ message }) => message) ?? [],
  };
}
