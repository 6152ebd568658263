import { describe, expect, it } from 'vitest';
import { follow as followByApollo } from './apollo-subscription.ts';
import { changesQuery, raised, startCutLine } from './followed-fleet.ts';
import { follow as followByEvents } from './graphql-sse.ts';
import { follow as followBySocket } from './graphql-ws.ts';
import type { Place } from './resumed-variables.ts';
import { follow as followByUrql } from './urql-subscription.ts';

type Change = { readonly id: string };
type Follow = (url: string, query: string, place: Place, onChange: (change: Change) => void) => () => void;

const called =
  (follow: (url: string, query: string, place: Place) => AsyncGenerator<Change>): Follow =>
  (url, query, place, onChange) => {
    const changes = follow(url, query, place);
    void (async () => {
      for await (const change of changes) onChange(change);
    })();
    return () => void changes.return(undefined);
  };

const clients: readonly (readonly [string, Follow])[] = [
  ['graphql-ws', called(followBySocket)],
  ['graphql-sse', called(followByEvents)],
  ["Apollo Client's link for subscriptions", followByApollo],
  ["urql's exchange for subscriptions", followByUrql],
];

describe.each(clients)('%s', (_, follow) => {
  it('follows changes, and after a cut goes on where it was: nothing is lost, nothing comes twice', async () => {
    const line = await startCutLine();
    const seen: string[] = [];
    await line.raise(0);
    const stop = follow(line.url, changesQuery, { after: await line.place() }, ({ id }) => seen.push(id));
    try {
      await line.raise(3);
      await expect.poll(() => seen).toEqual(raised(3));
      line.cut();
      await line.raise(5);
      line.mend();
      await expect.poll(() => seen).toEqual([...raised(3), ...raised(5)]);
      await line.raise(1);
      await expect.poll(() => seen.length).toBe(13);
    } finally {
      stop();
      await line.close();
    }
  });
});
