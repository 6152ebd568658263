import { composeServices as composeByApollo } from '@apollo/composition';
import { composeServices as composeByGuild } from '@theguild/federation-composition';
import { federateSubgraphs, LATEST_ROUTER_COMPATIBILITY_VERSION } from '@wundergraph/composition';
import { type DocumentNode, parse } from 'graphql';
import type { Subgraph } from '../src/compose.ts';
import { type Costs, costsOf } from './costs.ts';

/** What a composition library makes of some subgraphs: the supergraph, or why there is none. */
export interface Composition {
  readonly supergraph: DocumentNode | undefined;
  readonly problems: readonly string[];
  /** What routers count the fields of the machines for. */
  readonly costs: Costs;
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
    if (!result.success) {
      return { supergraph: undefined, problems: result.errors.map(({ message }) => message), costs: none };
    }
    // Its routers read this from a configuration beside the supergraph.
    const { fieldWeights = [], listSizes = [] } =
      result.subgraphConfigBySubgraphName.get('machines')?.costs ?? {};
    return {
      supergraph: result.federatedGraphAST,
      problems: [],
      costs: {
        weights: Object.fromEntries([...fieldWeights].map(([place, { weight = 1 }]) => [place, weight])),
        listSizes: Object.fromEntries(listSizes),
      },
    };
  },
} satisfies Record<string, (subgraphs: readonly Subgraph[]) => Composition>;

const none: Costs = { weights: {}, listSizes: {} };

const services = (subgraphs: readonly Subgraph[]) =>
  subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));

function ofServices(result: {
  readonly supergraphSdl?: string | undefined;
  readonly errors?: readonly { readonly message: string }[] | undefined;
}): Composition {
  const supergraph = result.supergraphSdl === undefined ? undefined : parse(result.supergraphSdl);
  return {
    supergraph,
    costs: supergraph === undefined ? none : costsOf(supergraph),
    problems: result.errors?.map(({ message }) => message) ?? [],
  };
}
