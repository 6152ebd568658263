import { type GraphQLClient, gql } from 'graphql-request';

interface Page {
  readonly machines: {
    readonly nodes: readonly { readonly id: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

export const pageQuery = gql`
  query Page($first: Int, $after: String) {
    machines(first: $first, after: $after) {
      nodes { id computerDnsName }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

export async function* walk(client: GraphQLClient, first: number) {
  let after: string | null = null;
  do {
    const { machines }: Page = await client.request<Page>(pageQuery, { first, after });
    yield machines.nodes;
    after = machines.pageInfo.hasNextPage ? machines.pageInfo.endCursor : null;
  } while (after !== null);
}
