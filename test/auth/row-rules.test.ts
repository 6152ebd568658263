import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deviceGroupsOf, hidesGroups, readRowRules } from '../../src/auth/row-rules.ts';
import {
  type CallerDirectory,
  type CallerGateway,
  startCallerDirectory,
  startCallerGateway,
  tenantId,
} from '../support/caller-gateway.ts';
import { sendList, startUpstream } from '../support/stand-in-upstream.ts';

const file = JSON.stringify({
  rules: [
    { claim: 'roles', value: 'Europe', deviceGroups: [140, 142] },
    { claim: 'roles', value: 'Servers', deviceGroups: [367, 368] },
    { claim: 'groups', value: 'f00d', deviceGroups: [150, 140] },
    { claim: 'roles', value: 'Security', deviceGroups: 'all' },
    { claim: 'roles', value: 'Partner', deviceGroups: [160], tenant: tenantId.toUpperCase() },
  ],
});
const rules = readRowRules(file);

describe('row rules', () => {
  it.each([
    ['one role', { roles: ['Europe'] }, [140, 142]],
    ['a role and a group, added up', { roles: ['Europe'], groups: ['f00d'] }, [140, 142, 150]],
    ['a role that is a text', { roles: 'Servers' }, [367, 368]],
    ['a role that sees all', { roles: ['Europe', 'Security'] }, 'all'],
    ['no claim', {}, []],
    ['a role that no rule names', { roles: ['europe', 'Europe '] }, []],
    ['a role where a group is asked for', { groups: ['Europe'] }, []],
    ['a role of the tenant that a rule names', { roles: ['Partner'], tid: tenantId }, [160]],
    ['a role of another tenant', { roles: ['Partner'], tid: tenantId.replace('3', '4') }, []],
    ['a role without a tenant', { roles: ['Partner'] }, []],
    ['claims of other kinds', { roles: { Europe: true }, groups: 7 }, []],
  ])('give to %s its device groups', (_, claims, expected) => {
    expect(deviceGroupsOf(claims, rules)).toEqual(expected);
  });

  it.each([
    [{ hasgroups: true }, true],
    [{ _claim_names: { groups: 'src1' } }, true],
    [{ _claim_names: {} }, false],
    [{ groups: ['f00d'] }, false],
  ])('see that %j leaves out groups: %s', (claims, expected) => {
    expect(hidesGroups(claims)).toBe(expected);
  });

  it.each([
    ['{', 'is not valid JSON'],
    ['[]', 'expected object'],
    ['{"rules":[{"claim":"roles","value":"a"}]}', 'at rules.0.deviceGroups: must be "all" or a list'],
    ['{"rules":[{"claim":"roles","value":"a","deviceGroups":[]}]}', 'at rules.0.deviceGroups'],
    ['{"rules":[{"claim":"roles","value":"a","deviceGroups":["1"]}]}', 'at rules.0.deviceGroups'],
    ['{"rules":[{"claim":"","value":"a","deviceGroups":"all"}]}', 'at rules.0.claim'],
    ['{"rules":[{"claim":"a","value":"a","deviceGroups":"all","else":1}]}', 'at rules.0'],
    ['{"rule":[]}', 'rules'],
  ])('reject %s', (text, problem) => {
    expect(() => readRowRules(text)).toThrow(problem);
  });
});

interface Row {
  readonly id: string;
  readonly rbacGroupId: number;
}

describe('a gateway with row rules', () => {
  let directory: CallerDirectory;
  let gateway: CallerGateway;
  const all = (): readonly Row[] => directory.emulator.rows() as unknown as readonly Row[];
  const idsOf = (...groups: number[]): string[] =>
    // Some of the fleet's come as text, which upstream's documentation calls them.
    all().flatMap(({ id, rbacGroupId }) => (groups.includes(Number(rbacGroupId)) ? [id] : []));
  const ask = async (claims: object, query: string) =>
    gateway.ask(await directory.tokenOf('ada', { ...claims }), query);

  beforeAll(async () => {
    // Time stands still: an answer tells its age.
    const now = Date.now();
    directory = await startCallerDirectory({ now: () => now });
    gateway = await startCallerGateway(directory, {
      now: () => now,
      environment: { ROW_RULES_PATH: '/rules.json' },
      files: { '/rules.json': file },
    });
  });
  afterAll(async () => {
    await gateway.close();
    await directory.close();
  });

  it('shows a caller with a matching rule all machines of its device groups and no other', async () => {
    const { data } = await ask(
      { roles: ['Europe'] },
      '{ machines(first: 1000) { totalCount nodes { id } } }',
    );
    const ids = idsOf(140, 142);
    expect(data.machines.totalCount).toBe(ids.length);
    expect(data.machines.nodes.map(({ id }: Row) => id).sort()).toEqual(ids.sort());
  });

  it('shows a caller without a matching rule nothing, and makes no upstream call', async () => {
    directory.emulator.clearRequests();
    const id = idsOf(140)[0];
    const { data, errors } = await ask(
      { roles: ['Guests'] },
      `{ machines { totalCount nodes { id } } machine(id: "${id}") { id } node(id: "${id}") { id } }`,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ machines: { totalCount: 0, nodes: [] }, machine: null, node: null });
    expect(directory.emulator.requests()).toEqual([]);
  });

  it('shows a caller of all groups what upstream shows', async () => {
    const { data } = await ask({ roles: ['Security'] }, '{ machines(last: 1) { totalCount } }');
    expect(data.machines.totalCount).toBe(all().length);
  });

  it('sends the rule with every filter, one that asks for hidden groups too', async () => {
    directory.emulator.clearRequests();
    const { data } = await ask(
      { roles: ['Europe'] },
      '{ machines(filter: { or: [{ rbacGroupId: { eq: 367 } }, { rbacGroupId: { eq: 140 } }] }, first: 1000) { nodes { rbacGroupId } } }',
    );
    expect(new Set(data.machines.nodes.map(({ rbacGroupId }: Row) => rbacGroupId))).toEqual(new Set([140]));
    expect(directory.emulator.requests()[0]?.options.$filter).toBe(
      '((rbacGroupId eq 140 or rbacGroupId eq 142) and (rbacGroupId eq 140 or rbacGroupId eq 367))',
    );
  });

  it('has a hidden machine and none take the same way, to the last word and the last call', async () => {
    const [hidden = ''] = idsOf(367);
    const absent = 'f'.repeat(40);
    // Somebody who may see it has just looked at it, so that it lies in the cache.
    await ask(
      { roles: ['Servers'] },
      `{ machine(id: "${hidden}") { id } machines(first: 1000) { nodes { id } } }`,
    );
    const askFor = async (id: string) => {
      directory.emulator.clearRequests();
      const { status, data, errors, extensions } = await ask(
        { roles: ['Europe'] },
        `{ machine(id: "${id}") { id } node(id: "${id}") { id } machines(filter: { id: { eq: "${id}" } }) { totalCount nodes { id } } }`,
      );
      const calls = directory.emulator.requests().map(({ options, rows }) => ({
        filter: options.$filter?.replace(id, '…'),
        rows,
      }));
      // The two are asked for one after the other.
      return { status, data, errors, upstream: { ...extensions.upstream, asOf: 'then' }, calls };
    };
    expect(await askFor(hidden)).toEqual(await askFor(absent));
  });

  it('looks for the machine of a cursor among those that may be seen only', async () => {
    const { data } = await ask({ roles: ['Europe'] }, '{ machines(first: 2) { edges { cursor } } }');
    const cursor = data.machines.edges[1].cursor as string;
    const [version, fingerprint, listing] = Buffer.from(cursor, 'base64url').toString().split('.');
    const pageBehind = async (id: string) => {
      const forged = Buffer.from(`${version}.${fingerprint}.0${listing}.1.${id}`).toString('base64url');
      const { data, extensions } = await ask(
        { roles: ['Europe'] },
        `{ machines(first: 5, after: "${forged}") { nodes { id rbacGroupId } pageInfo { hasNextPage hasPreviousPage } } }`,
      );
      return { data, consistency: extensions.upstream.consistency };
    };
    expect(await pageBehind(idsOf(367)[0] ?? '')).toEqual(await pageBehind('f'.repeat(40)));
  });

  it('drops rows that upstream brings beside the rule, and says so in the log', async () => {
    // As if upstream passed over the filter.
    const careless = await startUpstream(({ url = '' }, response) => {
      const parameters = new URL(url, 'http://upstream').searchParams;
      const skip = Number(parameters.get('$skip') ?? 0);
      sendList(response, all().slice(skip, skip + Number(parameters.get('$top'))));
    });
    const other = await startCallerGateway(directory, {
      environment: { ROW_RULES_PATH: '/rules.json', MACHINES_API_URL: careless.url },
      files: { '/rules.json': file },
    });
    const token = await directory.tokenOf('ada', { roles: ['Europe'] });
    const { data } = await other.ask(token, '{ machines(last: 1000) { totalCount nodes { id } } }');
    expect(data.machines.nodes.map(({ id }: Row) => id)).toEqual(idsOf(140, 142));
    expect(data.machines.totalCount).toBe(idsOf(140, 142).length);
    expect(JSON.stringify(other.lines)).toContain('rbacGroupId: out of scope');
    await other.close();
    await careless.close();
  });

  it('states the size left to the caller, where a filter does not fit beside the rule', async () => {
    const names = Array.from({ length: 17 }, (_, index) => `"n${index}"`).join(', ');
    const { errors } = await ask(
      { roles: ['Europe', 'Servers'] },
      `{ machines(filter: { computerDnsName: { in: [${names}] } }) { nodes { id } } }`,
    );
    expect(errors?.[0]).toMatchObject({
      message: expect.stringMatching(
        /comes to 84 nodes, at most 80 are allowed .* The device groups that you may see take the rest of a call\. Ask in/,
      ),
      extensions: { code: 'FLEET_REQUIRED', inputPath: 'filter' },
    });
  });

  it('rejects a token that leaves out the groups of its user', async () => {
    const { status, errors } = await ask({ hasgroups: true }, '{ machines { totalCount } }');
    expect(status).toBe(403);
    expect(errors?.[0]?.message).toContain('The token leaves out your groups');
  });

  it('keeps room for the ids of an operation beside the rule', async () => {
    const ids = idsOf(140, 142).slice(0, 100);
    directory.emulator.clearRequests();
    const fields = ids.map((id, index) => `m${index}: machine(id: "${id}") { id }`);
    const { data } = await ask({ groups: ['f00d'], roles: ['Europe', 'Servers'] }, `{ ${fields.join(' ')} }`);
    expect(Object.values(data).map((row) => (row as Row).id)).toEqual(ids);
    // 5 device groups leave room for 15 ids of 20.
    expect(directory.emulator.requests()).toHaveLength(Math.ceil(100 / 15));
  });

  it('without the fleet, rejects a caller with more device groups than fit one upstream call', async () => {
    const many = [0, 1].map((role) => ({
      claim: 'roles',
      value: `r${role}`,
      deviceGroups: Array.from({ length: 15 }, (_, index) => role * 100 + index),
    }));
    const other = await startCallerGateway(directory, {
      environment: { ROW_RULES_PATH: '/many.json' },
      files: { '/many.json': JSON.stringify({ rules: many }) },
    });
    const token = await directory.tokenOf('ada', { roles: ['r0', 'r1'] });
    directory.emulator.clearRequests();
    for (const query of ['{ machines { totalCount } }', '{ machine(id: "a") { id } }']) {
      const { errors } = await other.ask(token, query);
      expect(errors?.[0]?.extensions.code).toBe('FLEET_REQUIRED');
      expect(errors?.[0]?.message).toContain('give 30 device groups, and one upstream call takes at most 15');
    }
    expect(directory.emulator.requests()).toEqual([]);
    await other.close();
  });
});
