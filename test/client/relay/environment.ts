import { Environment, type GraphQLResponse, Network, RecordSource, Store } from 'relay-runtime';

/** What was asked of the gateway: name and variables of an operation. */
export interface AskedOperation {
  readonly name: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Relay brings no way of asking of its own: this is the one of its introduction. */
export function environmentOf(url: string, asked: AskedOperation[] = []): Environment {
  const network = Network.create(async ({ name, text }, variables): Promise<GraphQLResponse> => {
    asked.push({ name, variables });
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: text, variables }),
    });
    return (await response.json()) as GraphQLResponse;
  });
  return new Environment({ network, store: new Store(new RecordSource()) });
}
