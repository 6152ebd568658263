import { createClient } from 'graphql-sse';
import { type Place, resumed } from './resumed-variables.ts';

interface Changes {
  readonly machineChanges: { readonly id: string; readonly kind: string; readonly cursor: string };
}

/** Follows changes, through cuts of the line as well. @param place where to begin; moved on with each change */
export async function* follow(url: string, query: string, place: Place) {
  const client = createClient({ url, retryAttempts: Number.POSITIVE_INFINITY });
  try {
    for await (const { data } of client.iterate<Changes>({ query, variables: resumed(place) })) {
      if (data == null) continue;
      place.after = data.machineChanges.cursor;
      yield data.machineChanges;
    }
  } finally {
    client.dispose();
  }
}
