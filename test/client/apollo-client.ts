import { ApolloClient, type FieldPolicy, HttpLink, InMemoryCache, type Reference } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

/** Arguments that choose a page; all others choose the list that it is of. */
const paging = new Set(['first', 'after', 'last', 'before']);
const byEdges = relayStylePagination((args) =>
  Object.keys(args ?? {})
    .filter((name) => !paging.has(name))
    .sort(),
);

/** Joins pages, asked for as `edges` or as `nodes`: the cache keeps both as edges. */
const machines: FieldPolicy = {
  ...byEdges,
  merge(existing, { nodes, ...page }, options) {
    const edges = nodes?.map((node: Reference) => ({ node }));
    const merge = typeof byEdges.merge === 'function' ? byEdges.merge : undefined;
    return merge?.(existing, { edges, ...page }, options);
  },
  read(existing, options) {
    const page = byEdges.read?.(existing, options);
    return page && { ...page, nodes: page.edges?.map((edge) => options.readField('node', edge)) };
  },
};

/** A client whose cache joins the pages of one list, and knows which types are a Node. */
export const connect = (url: string): ApolloClient =>
  new ApolloClient({
    link: new HttpLink({ uri: url }),
    cache: new InMemoryCache({
      possibleTypes: { Node: ['Machine'] },
      typePolicies: { Query: { fields: { machines } } },
    }),
  });
