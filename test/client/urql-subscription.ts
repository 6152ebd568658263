import { createClient } from 'graphql-ws';
import { Client, subscriptionExchange } from 'urql';
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
  const client = new Client({
    url,
    exchanges: [
      subscriptionExchange({
        forwardSubscription: ({ query = '' }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe(
              { query, variables: resumed(place) },
              {
                ...sink,
                next: ({ data = null, errors }) =>
                  sink.next({ data, ...(errors && { errors: [...errors] }) }),
              },
            ),
          }),
        }),
      }),
    ],
  });
  const { unsubscribe } = client.subscription<Changes>(query, {}).subscribe(({ data }) => {
    if (data == null) return;
    place.after = data.machineChanges.cursor;
    onChange(data.machineChanges);
  });
  return () => {
    unsubscribe();
    void socket.dispose();
  };
}
