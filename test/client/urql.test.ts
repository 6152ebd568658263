import { Client, cacheExchange, fetchExchange, gql } from 'urql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectEachOnce, type Fleet, pageSize, startFleet } from './fleet.ts';

interface Page {
  readonly machines: {
    readonly nodes: readonly { readonly id: string; readonly riskScore: string | null }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const pageQuery = gql<Page, { first: number; after?: string | null; filter?: object }>`
  query Page($first: Int!, $after: String, $filter: MachineFilter) {
    machines(first: $first, after: $after, filter: $filter) {
      nodes { id computerDnsName riskScore }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

/** A client as urql's own introduction sets it up; `fetch` only looks on. */
function clientOf(url: string): { readonly client: Client; readonly methods: ReadonlySet<string> } {
  const methods = new Set<string>();
  const client = new Client({
    url,
    exchanges: [cacheExchange, fetchExchange],
    fetch: (input, init) => {
      methods.add(init?.method ?? 'GET');
      return fetch(input, init);
    },
  });
  return { client, methods };
}

describe('urql', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet();
  });
  afterAll(() => fleet.close());

  it('walks the fleet by GET, as it does unless told otherwise', async () => {
    const { client, methods } = clientOf(fleet.url);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data, error } = await client.query(pageQuery, { first: pageSize, after }).toPromise();
      if (data === undefined) throw error;
      seen.push(...data.machines.nodes.map(({ id }) => id));
      after = data.machines.pageInfo.hasNextPage ? data.machines.pageInfo.endCursor : null;
    } while (after !== null);
    expectEachOnce(seen, fleet);
    expect([...methods]).toEqual(['GET']);
  });

  it('asks by POST where the address would become too long', async () => {
    const { client, methods } = clientOf(fleet.url);
    const filter = { or: Array.from({ length: 20 }, () => ({ computerDnsName: { eq: 'x'.repeat(150) } })) };
    const { data, error } = await client.query(pageQuery, { first: pageSize, filter }).toPromise();
    expect(error).toBeUndefined();
    expect(data?.machines.nodes).toEqual([]);
    expect([...methods]).toEqual(['POST']);
  });

  it('hands over the code of an error, and how long to wait', async () => {
    const exhausted = await startFleet();
    try {
      exhausted.exhaustQuota(600);
      const { error } = await clientOf(exhausted.url).client.query(pageQuery, { first: 5 }).toPromise();
      expect(error?.graphQLErrors.map(({ extensions }) => extensions)).toEqual([
        { code: 'QUOTA_EXHAUSTED', retryAfterSeconds: expect.any(Number) },
      ]);
    } finally {
      await exhausted.close();
    }
  });

  it('reads an enum value that the schema does not know as UNRECOGNIZED', async () => {
    const { client } = clientOf(fleet.url);
    const filter = { id: { eq: fleet.oddlyRatedId } };
    const { data } = await client.query(pageQuery, { first: 5, filter }).toPromise();
    expect(data?.machines.nodes.map(({ riskScore }) => riskScore)).toEqual(['UNRECOGNIZED']);
  });
});
