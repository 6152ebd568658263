import { Client, cacheExchange, fetchExchange, gql } from 'urql';

interface Page {
  readonly machines: {
    readonly nodes: readonly { readonly id: string; readonly riskScore: string | null }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

export const pageQuery = gql<Page, { first: number; after?: string | null; filter?: object }>`
  query Page($first: Int!, $after: String, $filter: MachineFilter) {
    machines(first: $first, after: $after, filter: $filter) {
      nodes { id computerDnsName riskScore }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

export const connect = (url: string): Client =>
  new Client({ url, exchanges: [cacheExchange, fetchExchange] });

export async function* walk(client: Client, first: number) {
  let after: string | null = null;
  do {
    const { data, error } = await client.query(pageQuery, { first, after }).toPromise();
    if (data === undefined) throw error;
    yield data.machines.nodes;
    after = data.machines.pageInfo.hasNextPage ? data.machines.pageInfo.endCursor : null;
  } while (after !== null);
}
