import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

/** A client whose cache joins the pages of one filter, and knows which types are a Node. */
export const connect = (url: string): ApolloClient =>
  new ApolloClient({
    link: new HttpLink({ uri: url }),
    cache: new InMemoryCache({
      possibleTypes: { Node: ['Machine'] },
      typePolicies: { Query: { fields: { machines: relayStylePagination(['filter']) } } },
    }),
  });
