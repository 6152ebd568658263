import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { users } from '../support/caller-gateway.ts';
import { type RoleGateway, runRoleGateway } from '../support/role-gateway.ts';

/** Ada may see device groups 140 and 142, Ben 367, Max as many as no upstream call takes, and Eve none. */
const many = Array.from({ length: 40 }, (_, index) => 140 + index);

interface Row {
  readonly id: string;
  readonly rbacGroupId: number;
  readonly computerDnsName: string;
}

describe('a caller with device groups, before a gateway that holds the fleet', () => {
  let directory: RoleGateway['directory'];
  let gateway: RoleGateway['gateway'];
  let tokenOf: RoleGateway['tokenOf'];
  let close: RoleGateway['close'];
  let everything: readonly Row[];
  const ask = async (role: string, query: string, variables?: unknown) =>
    await gateway.ask(await tokenOf(role), query, variables);
  const seenBy = (groups: readonly number[]) =>
    everything.filter(({ rbacGroupId }) => groups.includes(rbacGroupId));
  const hidden = () =>
    everything.filter(({ rbacGroupId }) => !users.ada.deviceGroups.some((group) => group === rbacGroupId));

  beforeAll(async () => {
    ({ directory, gateway, tokenOf, close } = await runRoleGateway({
      environment: { MAX_PAGE_SIZE: '2000' },
      deviceGroups: { many },
    }));
    const { data } = await ask(
      'all',
      '{ machines(first: 2000) { nodes { id rbacGroupId computerDnsName } } }',
    );
    everything = data.machines.nodes;
    directory.emulator.clearRequests();
  });
  afterAll(() => close());

  it('is shown the machines of these groups, whatever the order, and their total', async () => {
    expect(everything).toHaveLength(2_000);
    const expected = seenBy(users.ada.deviceGroups).map(({ id }) => id);
    for (const order of [
      '',
      'orderBy: { field: LAST_SEEN, direction: DESC }',
      'orderBy: { field: RBAC_GROUP_NAME }',
    ]) {
      const { data } = await ask('ada', `{ machines(first: 2000 ${order}) { totalCount nodes { id } } }`);
      expect(data.machines.totalCount).toBe(expected.length);
      expect(data.machines.nodes.map(({ id }: Row) => id).sort()).toEqual(expected);
    }
    expect(directory.emulator.requests()).toEqual([]);
  });

  it.each([
    ['another group by name', { filter: { rbacGroupId: { eq: 367 } } }],
    ['all but the own groups', { filter: { rbacGroupId: { notIn: [140, 142] } } }],
    ['or of everything', { filter: { or: [{ rbacGroupId: { ne: 140 } }, { rbacGroupId: { eq: 140 } }] } }],
    ['not of nothing', { filter: { not: { or: [] } } }],
    ['machines without a group', { filter: { rbacGroupId: { isNull: true } } }],
  ])('sees nothing of other groups by a filter for %s', async (_, variables) => {
    const { data } = await ask(
      'ada',
      `query ($filter: MachineFilter) { machines(first: 2000, filter: $filter) {
        totalCount nodes { rbacGroupId } facets(disjunctive: true) { rbacGroup { value count } }
      } }`,
      variables,
    );
    const groups = (list: readonly { value?: number; rbacGroupId?: number }[]) =>
      list.map((each) => each.value ?? each.rbacGroupId);
    expect(groups(data.machines.nodes).every((group) => group === 140 || group === 142)).toBe(true);
    expect(data.machines.totalCount).toBe(data.machines.nodes.length);
    // Even where the filter's own condition on the group is left out, what the caller may see is not.
    const facet = data.machines.facets.rbacGroup as { value: number; count: number }[];
    expect(groups(facet).every((group) => group === 140 || group === 142)).toBe(true);
  });

  it('finds by a search no machine of another group, and no tag of one', async () => {
    const names = hidden()
      .slice(0, 40)
      .map(({ computerDnsName }) => computerDnsName);
    for (const search of names.filter((name) => name !== null)) {
      const { data } = await ask(
        'ada',
        'query ($search: String) { machines(search: $search) { totalCount nodes { rbacGroupId } } }',
        { search },
      );
      const seen = data.machines.nodes.every(({ rbacGroupId }: Row) =>
        users.ada.deviceGroups.some((group) => group === rbacGroupId),
      );
      expect(seen).toBe(true);
      expect(data.machines.totalCount).toBe(data.machines.nodes.length);
    }
    const facets =
      '{ machines(first: 0) { facets { machineTags(first: 1000) { value count } osPlatform { count } } } }';
    const { data: own } = await ask('ada', facets);
    const { data: all } = await ask('all', facets);
    const sum = (counts: readonly { count: number }[]) =>
      counts.reduce((total, { count }) => total + count, 0);
    expect(sum(own.machines.facets.osPlatform)).toBe(seenBy(users.ada.deviceGroups).length);
    expect(sum(all.machines.facets.osPlatform)).toBe(2_000);
  });

  it('sees the size of its own part of the fleet', async () => {
    const { data } = await ask('ada', '{ fleet { machines } }');
    expect(data.fleet.machines).toBe(seenBy(users.ada.deviceGroups).length);
    const { data: none } = await ask(
      'eve',
      '{ fleet { machines } machines { totalCount nodes { id } facets { riskScore { count } } } }',
    );
    expect(none).toEqual({
      fleet: { machines: 0 },
      machines: { totalCount: 0, nodes: [], facets: { riskScore: [] } },
    });
  });

  it('gets only its own machines by id, node, nodes and entity; a hidden one is like a missing one', async () => {
    const [own] = seenBy(users.ada.deviceGroups);
    const [other] = hidden();
    if (own === undefined || other === undefined) throw new Error('There must be machines of both kinds.');
    const query = `query ($ids: [ID!]!, $own: ID!, $other: ID!, $r: [_Any!]!) {
      own: machine(id: $own) { id } hidden: machine(id: $other) { id } node(id: $other) { id }
      nodes(ids: $ids) { id } _entities(representations: $r) { ... on Machine { id } }
    }`;
    const ids = [own.id, other.id, 'none'];
    const r = ids.map((id) => ({ __typename: 'Machine', id }));
    directory.emulator.clearRequests();
    const { data } = await ask('ada', query, { ids, own: own.id, other: other.id, r });
    const found = [{ id: own.id }, null, null];
    expect(data).toEqual({ own: { id: own.id }, hidden: null, node: null, nodes: found, _entities: found });
    const filters = directory.emulator.requests().map(({ options }) => String(options.$filter));
    expect(filters).toHaveLength(1);
    for (const part of [other.id, "'none'", 'rbacGroupId eq 140']) expect(filters[0]).toContain(part);
    expect(filters[0]).not.toContain(own.id);
  });

  it('with more groups than fit one upstream call is answered from the fleet alone', async () => {
    directory.emulator.clearRequests();
    const expected = seenBy(many);
    const [other] = everything.filter(({ rbacGroupId }) => !many.includes(rbacGroupId));
    const { data } = await ask(
      'many',
      'query ($ids: [ID!]!) { machines(first: 2000) { totalCount } nodes(ids: $ids) { id } }',
      {
        ids: [expected[0]?.id, other?.id, 'none'],
      },
    );
    expect(data.machines.totalCount).toBe(expected.length);
    expect(data.nodes).toEqual([{ id: expected[0]?.id }, null, null]);
    expect(directory.emulator.requests()).toEqual([]);
  });

  const order = 'orderBy: [{ field: RISK_SCORE, direction: DESC }]';
  const paged = `query ($after: String, $before: String, $first: Int, $last: Int) {
    machines(first: $first, last: $last, after: $after, before: $before, ${order}) {
      totalCount edges { cursor node { id rbacGroupId riskScore } }
    }
  }`;

  it('cannot follow a cursor that was made for another caller', async () => {
    for (const role of ['ben', 'all', 'many']) {
      const { data } = await ask(role, paged, { first: 3 });
      for (const place of ['after', 'before']) {
        const { errors } = await ask('ada', paged, { [place]: data.machines.edges[1].cursor, first: 5 });
        expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', inputPath: place });
      }
    }
  });

  it('learns nothing of a hidden machine by putting its id into a cursor', async () => {
    const { data: own } = await ask('ada', paged, { first: 5 });
    const text = Buffer.from(own.machines.edges[2].cursor, 'base64url').toString();
    const [head = '', json = ''] = [text.slice(0, text.indexOf('[')), text.slice(text.indexOf('['))];
    const [, ...values] = JSON.parse(json) as unknown[];
    const alter = (parts: readonly unknown[]) =>
      Buffer.from(`${head}${JSON.stringify(parts)}`).toString('base64url');
    const { data: all } = await ask(
      'all',
      `{ machines(first: 2000, ${order}) { nodes { id rbacGroupId riskScore } } }`,
    );
    const secrets = (all.machines.nodes as (Row & { riskScore: string | null })[]).filter(
      ({ rbacGroupId }) => !users.ada.deviceGroups.some((group) => group === rbacGroupId),
    );
    const answerTo = async (id: string) => {
      const { data } = await ask('ada', paged, { after: alter([id, ...values]), first: 2000 });
      return data.machines.edges.length as number;
    };
    // Of machines with ids that follow each other, the answers are the same whatever their risk is.
    for (const { id } of secrets.slice(0, 15)) {
      const beside = `${id}!`;
      expect(await answerTo(id)).toBe(await answerTo(beside));
    }
  });

  it.each([
    ['a value too few', (parts: readonly unknown[]) => parts.slice(0, 1)],
    ['a value too many', (parts: readonly unknown[]) => [...parts, 1]],
    ['a value of another kind', ([id]: readonly unknown[]) => [id, 5]],
    ['a value that is none of the enum', ([id]: readonly unknown[]) => [id, 'SECRET']],
    ['an object', ([id]: readonly unknown[]) => [id, { $gt: 'LOW' }]],
    ['no id', ([, value]: readonly unknown[]) => [null, value]],
  ])('is rejected with a cursor that has %s', async (_, change) => {
    const { data } = await ask('ada', paged, { first: 2 });
    const text = Buffer.from(data.machines.edges[0].cursor, 'base64url').toString();
    const at = text.indexOf('[');
    const altered = `${text.slice(0, at)}${JSON.stringify(change(JSON.parse(text.slice(at)) as unknown[]))}`;
    const { errors } = await ask('ada', paged, {
      after: Buffer.from(altered).toString('base64url'),
      first: 2,
    });
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', inputPath: 'after' });
  });

  it('is shown rows of these groups alone, whichever bit of a cursor is flipped', async () => {
    const { data } = await ask('ada', paged, { first: 2 });
    const bytes = Buffer.from(data.machines.edges[1].cursor, 'base64url');
    for (let at = 0; at < bytes.length; at += 2) {
      const turned = Buffer.from(bytes);
      turned[at] = (turned[at] ?? 0) ^ (1 << (at % 7));
      const { data: found, errors } = await ask('ada', paged, {
        after: turned.toString('base64url'),
        first: 2000,
      });
      if (errors !== undefined) expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
      else {
        const rows = found.machines.edges as { node: Row }[];
        expect(
          rows.every(({ node }) => users.ada.deviceGroups.some((group) => group === node.rbacGroupId)),
        ).toBe(true);
      }
    }
  });
});
