import { ApolloClient, ApolloLink, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type Place, resumed } from './resumed-variables.ts';

interface Changes {
  readonly machineChanges: { readonly id: string; readonly kind: string; readonly cursor: string };
}

/** Follows changes, through cuts of the line as well. @param place where to begin; moved on with each change */
export function follow(
  url: string,
  query: string,
  place: Place,
  onChange: (change: Changes['machineChanges']) => void,
): () => void {
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
  });
  // The cache names an operation by its variables, so these change on the way only.
  const goesOn = new ApolloLink((operation, forward) => {
    operation.variables = resumed(place);
    return forward(operation);
  });
  const client = new ApolloClient({
    link: ApolloLink.from([goesOn, new GraphQLWsLink(socket)]),
    cache: new InMemoryCache(),
  });
  const subscription = client.subscribe<Changes>({ query: gql(query), fetchPolicy: 'no-cache' }).subscribe({
    next: ({ data }) => {
      if (data == null) return;
      place.after = data.machineChanges.cursor;
      onChange(data.machineChanges);
    },
  });
  return () => {
    subscription.unsubscribe();
    client.stop();
    void socket.dispose();
  };
}
