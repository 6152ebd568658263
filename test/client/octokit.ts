import { Octokit } from '@octokit/core';
import { paginateGraphQL } from '@octokit/plugin-paginate-graphql';

const WithPaging = Octokit.plugin(paginateGraphQL);

export const connect = (url: string) => new WithPaging({ baseUrl: url.replace(/\/graphql$/, '') });

interface Page {
  readonly machines: { readonly nodes: readonly { readonly id: string }[] };
}

export const pageQuery = `
  query Page($first: Int, $cursor: String) {
    machines(first: $first, after: $cursor) {
      nodes { id }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

export async function* walk(client: ReturnType<typeof connect>, first: number) {
  const pages = client.graphql.paginate.iterator<Page>(pageQuery, { first });
  for await (const { machines } of pages) yield machines.nodes;
}
