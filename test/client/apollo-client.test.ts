import { CombinedGraphQLErrors, gql } from '@apollo/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from './apollo-client.ts';
import { expectEachOnce, type Fleet, fleetSize, pageSize, startFleet } from './fleet.ts';

const pageQuery = gql`
  query Page($first: Int, $after: String, $filter: MachineFilter) {
    machines(first: $first, after: $after, filter: $filter) {
      edges { cursor node { id computerDnsName riskScore } }
      pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
    }
  }
`;
const nodeQuery = gql`
  query Node($id: ID!) {
    node(id: $id) { ...Named }
    machine(id: $id) { ...Identified }
  }
  fragment Named on Machine { id computerDnsName riskScore }
  fragment Identified on Node { id }
`;

interface Page {
  readonly machines: {
    readonly edges: readonly {
      readonly node: { readonly id: string; readonly riskScore: string | null };
    }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const idsOf = ({ machines }: Page): readonly string[] => machines.edges.map(({ node }) => node.id);

describe('Apollo Client', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet();
  });
  afterAll(() => fleet.close());

  it('walks the fleet by fetchMore, and its cache joins the pages', async () => {
    const client = connect(fleet.url);
    const list = client.watchQuery<Page>({ query: pageQuery, variables: { first: pageSize } });
    const shown: number[] = [];
    const subscription = list.subscribe(({ data, dataState }) => {
      if (dataState === 'complete') shown.push(data.machines.edges.length);
    });
    await expect.poll(() => shown.length).toBe(1);
    let pageInfo = client.readQuery<Page>({ query: pageQuery })?.machines.pageInfo;
    while (pageInfo?.hasNextPage) {
      const { data } = await list.fetchMore({ variables: { after: pageInfo.endCursor } });
      pageInfo = data?.machines.pageInfo;
    }
    await expect.poll(() => shown.at(-1)).toBe(fleetSize);
    subscription.unsubscribe();

    const { data } = await client.query<Page>({ query: pageQuery, fetchPolicy: 'cache-only' });
    expectEachOnce(data === undefined ? [] : idsOf(data), fleet);
    expect(shown.at(0)).toBe(pageSize);
    expect(shown).toEqual([...shown].sort((left, right) => left - right));
    client.stop();
  });

  it('keeps the pages of another filter apart', async () => {
    const client = connect(fleet.url);
    const high = { riskScore: { eq: 'HIGH' } };
    const ask = async (variables: object) =>
      idsOf((await client.query<Page>({ query: pageQuery, variables })).data as Page);
    const all = await ask({ first: 5 });
    const rated = await ask({ first: 5, filter: high });
    expect(rated).not.toEqual(all);
    const held = (variables: object) =>
      client.readQuery<Page>({ query: pageQuery, variables })?.machines.edges.map(({ node }) => node.id);
    expect(held({})).toEqual(all);
    expect(held({ filter: high })).toEqual(rated);
    client.stop();
  });

  it('knows that a machine is a node, and keeps it under its id', async () => {
    const client = connect(fleet.url);
    const id = fleet.oddlyRatedId;
    const { data } = await client.query<object>({ query: nodeQuery, variables: { id } });
    expect(data).toMatchObject({
      node: { __typename: 'Machine', riskScore: 'UNRECOGNIZED' },
      machine: { __typename: 'Machine', id },
    });
    expect(client.cache.extract()).toHaveProperty([`Machine:${id}`, 'riskScore'], 'UNRECOGNIZED');
    client.stop();
  });

  it('hands over the code of an error, and how long to wait', async () => {
    const exhausted = await startFleet();
    const client = connect(exhausted.url);
    try {
      exhausted.exhaustQuota(600);
      const error = await client.query({ query: pageQuery }).catch((thrown: unknown) => thrown);
      expect(CombinedGraphQLErrors.is(error)).toBe(true);
      expect((error as CombinedGraphQLErrors).errors.map(({ extensions }) => extensions)).toEqual([
        { code: 'QUOTA_EXHAUSTED', retryAfterSeconds: expect.any(Number) },
      ]);
    } finally {
      client.stop();
      await exhausted.close();
    }
  });
});
