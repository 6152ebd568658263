import { Octokit } from '@octokit/core';
import { paginateGraphQL } from '@octokit/plugin-paginate-graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectEachOnce, type Fleet, pageSize, startFleet } from './fleet.ts';

/** The plugin gives the cursor of the next page as the variable `cursor`. */
const pageQuery = `
  query Page($first: Int, $cursor: String) {
    machines(first: $first, after: $cursor) {
      nodes { id }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const backwardsQuery = `
  query PageBackwards($last: Int, $cursor: String) {
    machines(last: $last, before: $cursor) {
      nodes { id }
      pageInfo { hasPreviousPage startCursor }
    }
  }
`;

interface Page {
  readonly machines: { readonly nodes: readonly { readonly id: string }[] };
}

/** Octokit asks `/graphql` of its base address. */
function octokitOf({ url }: Fleet) {
  const WithPaging = Octokit.plugin(paginateGraphQL);
  return new WithPaging({ baseUrl: url.replace(/\/graphql$/, '') });
}

describe('@octokit/plugin-paginate-graphql', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet();
  });
  afterAll(() => fleet.close());

  it('walks the fleet page by page', async () => {
    const seen: string[] = [];
    const pages = octokitOf(fleet).graphql.paginate.iterator<Page>(pageQuery, { first: pageSize });
    for await (const { machines } of pages) seen.push(...machines.nodes.map(({ id }) => id));
    expectEachOnce(seen, fleet);
  });

  it('walks it in one go', async () => {
    const { machines } = await octokitOf(fleet).graphql.paginate<Page>(pageQuery, { first: pageSize });
    expectEachOnce(
      machines.nodes.map(({ id }) => id),
      fleet,
    );
  });

  it('walks it backwards', async () => {
    const { machines } = await octokitOf(fleet).graphql.paginate<Page>(backwardsQuery, { last: pageSize });
    expectEachOnce(
      machines.nodes.map(({ id }) => id),
      fleet,
    );
  });

  it('hands over the code of an error, and how long to wait', async () => {
    const exhausted = await startFleet();
    try {
      exhausted.exhaustQuota(600);
      await expect(octokitOf(exhausted).graphql.paginate(pageQuery)).rejects.toMatchObject({
        name: 'GraphqlResponseError',
        errors: [{ extensions: { code: 'QUOTA_EXHAUSTED', retryAfterSeconds: expect.any(Number) } }],
      });
    } finally {
      await exhausted.close();
    }
  });
});
