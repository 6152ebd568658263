import { CombinedGraphQLErrors, gql } from '@apollo/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from './apollo-client.ts';
import { expectEachOnce, type Fleet, fleetSize, pageSize, startFleet, watchEncodings } from './fleet.ts';

/** As docs/clients.md asks: nodes, and no more of the place of the page than what the next one needs. */
const nodesQuery = gql`
  query Nodes($first: Int, $after: String, $filter: MachineFilter) {
    machines(first: $first, after: $after, filter: $filter) {
      totalCount
      nodes { id computerDnsName }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const backwardsQuery = gql`
  query Backwards($last: Int, $before: String) {
    machines(last: $last, before: $before) {
      nodes { id }
      pageInfo { hasPreviousPage startCursor }
    }
  }
`;
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

interface Nodes {
  readonly machines: {
    readonly totalCount: number | null;
    readonly nodes: readonly { readonly id: string }[];
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly endCursor: string | null;
      readonly hasPreviousPage: boolean;
      readonly startCursor: string | null;
    };
  };
}

const idsOf = ({ machines }: Page): readonly string[] => machines.edges.map(({ node }) => node.id);

describe('Apollo Client', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet();
  });
  afterAll(() => fleet.close());

  it('reads answers that are compressed', async () => {
    const encodings = watchEncodings();
    const { data } = await connect(fleet.url).query<Page>({
      query: pageQuery,
      variables: { first: pageSize },
    });
    expect(data?.machines.edges).toHaveLength(pageSize);
    expect(await encodings()).toEqual(new Set(['gzip']));
  });

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

  it('walks the fleet by fetchMore in queries that ask for nodes, and its cache joins the pages', async () => {
    const client = connect(fleet.url);
    const list = client.watchQuery<Nodes>({ query: nodesQuery, variables: { first: pageSize } });
    const shown: number[] = [];
    const subscription = list.subscribe(({ data, dataState }) => {
      if (dataState === 'complete') shown.push(data.machines.nodes.length);
    });
    await expect.poll(() => shown.length).toBe(1);
    for (;;) {
      const page = client.readQuery<Nodes>({ query: nodesQuery })?.machines.pageInfo;
      if (!page?.hasNextPage) break;
      await list.fetchMore({ variables: { after: page.endCursor } });
    }
    await expect.poll(() => shown.at(-1)).toBe(fleetSize);
    subscription.unsubscribe();
    const held = client.readQuery<Nodes>({ query: nodesQuery })?.machines;
    expectEachOnce(held?.nodes.map(({ id }) => id) ?? [], fleet);
    expect(held?.totalCount).toBe(fleetSize);
    expect(shown).toEqual([...shown].sort((left, right) => left - right));
    client.stop();
  });

  it('puts a refetched page of nodes in its place', async () => {
    const client = connect(fleet.url);
    const list = client.watchQuery<Nodes>({ query: nodesQuery, variables: { first: 3 } });
    const subscription = list.subscribe(() => undefined);
    const held = () => client.readQuery<Nodes>({ query: nodesQuery })?.machines;
    await expect.poll(() => held()?.nodes.length).toBe(3);
    const after = held()?.pageInfo.endCursor;
    for (let time = 0; time < 2; time += 1) await list.fetchMore({ variables: { after } });
    expect(new Set(held()?.nodes.map(({ id }) => id)).size).toBe(6);
    expect(held()?.nodes).toHaveLength(6);
    await list.refetch();
    expect(held()?.nodes).toHaveLength(3);
    subscription.unsubscribe();
    client.stop();
  });

  it('joins pages of nodes backwards', async () => {
    const client = connect(fleet.url);
    const list = client.watchQuery<Nodes>({ query: backwardsQuery, variables: { last: 3 } });
    const subscription = list.subscribe(() => undefined);
    const held = () => client.readQuery<Nodes>({ query: backwardsQuery })?.machines;
    await expect.poll(() => held()?.nodes.length).toBe(3);
    const end = held()?.nodes.map(({ id }) => id) ?? [];
    await list.fetchMore({ variables: { before: held()?.pageInfo.startCursor } });
    const ids = held()?.nodes.map(({ id }) => id) ?? [];
    expect(new Set(ids).size).toBe(6);
    expect(ids.slice(3)).toEqual(end);
    expect(held()?.pageInfo.hasPreviousPage).toBe(true);
    subscription.unsubscribe();
    client.stop();
  });

  it('shows the same machines to a query for nodes as to one for edges', async () => {
    const client = connect(fleet.url);
    const { data } = await client.query<Page>({ query: pageQuery, variables: { first: 5 } });
    const bare = gql`{ machines(first: 5) { nodes { id } } }`;
    const nodes = client.readQuery<Nodes>({ query: bare })?.machines.nodes.map(({ id }) => id);
    expect(nodes).toEqual(idsOf(data as Page));
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
