import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectEachOnce, type Fleet, pageSize, startFleet } from './fleet.ts';
import { connect, pageQuery, walk } from './octokit.ts';

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

describe('@octokit/plugin-paginate-graphql', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet();
  });
  afterAll(() => fleet.close());

  it('walks the fleet page by page', async () => {
    const seen: string[] = [];
    for await (const nodes of walk(connect(fleet.url), pageSize)) seen.push(...nodes.map(({ id }) => id));
    expectEachOnce(seen, fleet);
  });

  it('walks it in one go', async () => {
    const { machines } = await connect(fleet.url).graphql.paginate<Page>(pageQuery, { first: pageSize });
    expectEachOnce(
      machines.nodes.map(({ id }) => id),
      fleet,
    );
  });

  it('walks it backwards', async () => {
    const { machines } = await connect(fleet.url).graphql.paginate<Page>(backwardsQuery, { last: pageSize });
    expectEachOnce(
      machines.nodes.map(({ id }) => id),
      fleet,
    );
  });

  it('hands over the code of an error, and how long to wait', async () => {
    const exhausted = await startFleet();
    try {
      exhausted.exhaustQuota(600);
      await expect(connect(exhausted.url).graphql.paginate(pageQuery)).rejects.toMatchObject({
        name: 'GraphqlResponseError',
        errors: [{ extensions: { code: 'QUOTA_EXHAUSTED', retryAfterSeconds: expect.any(Number) } }],
      });
    } finally {
      await exhausted.close();
    }
  });
});
