import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFleetGateway } from '../support/fleet-gateway.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { setClock } from '../support/set-clock.ts';

const rows = [
  {
    id: 'a',
    computerDnsName: 'web-01',
    riskScore: 'High',
    osPlatform: 'Windows11',
    lastIpAddress: '10.4.0.7',
  },
  {
    id: 'b',
    computerDnsName: 'WEB-02',
    riskScore: 'Low',
    osPlatform: 'Windows11',
    rbacGroupId: 7,
    rbacGroupName: 'EU',
  },
  { id: 'c', computerDnsName: 'db', riskScore: 'Medium', osPlatform: 'Ubuntu', lastIpAddress: '10.5.0.1' },
  { id: 'd', osPlatform: 'Ubuntu', machineTags: ['Legacy'] },
].map((row) => ({ rbacGroupId: 0, ...row }));

describe('a gateway that holds the fleet', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runFleetGateway({ rows });
  });
  afterAll(() => running.close());

  const idsOf = async (args: string, variables?: unknown) => {
    const { data, errors } = await running.ask(`query { machines(${args}) { nodes { id } } }`, variables);
    expect(errors).toBeUndefined();
    return data.machines.nodes.map(({ id }: { id: string }) => id).join('');
  };

  it.each([
    ['orderBy: [{ field: RISK_SCORE, direction: DESC }]', 'acbd'],
    ['orderBy: { field: RISK_SCORE }', 'bcad'],
    ['orderBy: [{ field: OS_PLATFORM }, { field: COMPUTER_DNS_NAME, direction: DESC }]', 'cdba'],
    ['search: "web windows"', 'ab'],
    ['search: "legacy"', 'd'],
    ['filter: { computerDnsName: { contains: "web" } }', 'a'],
    ['filter: { computerDnsName: { contains: "web", ignoreCase: true } }', 'ab'],
    ['filter: { computerDnsName: { isNull: true } }', 'd'],
    ['filter: { lastIpAddress: { inSubnets: ["10.4.0.0/16"] } }', 'a'],
    ['filter: { not: { lastIpAddress: { inSubnets: ["10.4.0.0/16"] } } }', 'bcd'],
    ['filter: { not: { machineTags: { has: "Legacy" } } }', 'abc'],
    ['filter: { rbacGroupId: { gt: 0 } }', 'b'],
    ['filter: { machineTags: { hasContaining: "leg" } }', 'd'],
    ['filter: { machineTags: { isEmpty: false } }', 'd'],
  ])('answers machines(%s)', async (args, ids) => {
    expect(await idsOf(args)).toBe(ids);
    expect(running.emulator.requests()).toEqual([]);
  });

  it('knows the total and its age, and calls nothing upstream', async () => {
    const { data, extensions } = await running.ask(
      '{ machines(first: 1) { totalCount asOf pageInfo { hasNextPage } } }',
    );
    expect(data.machines).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true } });
    expect(extensions.upstream).toMatchObject({
      calls: 0,
      source: 'FLEET',
      cache: null,
      consistency: 'LISTING',
    });
    expect(extensions.upstream.asOf).toBe(data.machines.asOf);
    expect(running.emulator.requests()).toEqual([]);
  });

  it('accepts a list of a thousand values', async () => {
    const ids = ['a', ...Array.from({ length: 999 }, (_, index) => `x${index}`)];
    const { data } = await running.ask(
      'query ($filter: MachineFilter) { machines(filter: $filter) { totalCount } }',
      { filter: { id: { in: ids } } },
    );
    expect(data.machines.totalCount).toBe(1);
  });

  it('counts facets of the whole list, with or without the own condition of each', async () => {
    const { data } = await running.ask(`{
      machines(first: 1, filter: { osPlatform: { eq: "Windows11" } }) {
        facets { riskScore { value count } osPlatform(first: 1) { value count } rbacGroup { value name count } }
        others: facets(disjunctive: true) { osPlatform { value count } isAadJoined { value count } }
      }
    }`);
    expect(data.machines).toEqual({
      facets: {
        riskScore: [
          { value: 'LOW', count: 1 },
          { value: 'HIGH', count: 1 },
        ],
        osPlatform: [{ value: 'Windows11', count: 2 }],
        rbacGroup: [
          { value: 0, name: null, count: 1 },
          { value: 7, name: 'EU', count: 1 },
        ],
      },
      others: {
        osPlatform: [
          { value: 'Ubuntu', count: 2 },
          { value: 'Windows11', count: 2 },
        ],
        isAadJoined: [{ value: null, count: 2 }],
      },
    });
  });

  it('gives machines by id, node and nodes without a call, and asks upstream for what it does not hold', async () => {
    const { data, extensions } = await running.ask(
      '{ machine(id: "a") { id } node(id: "b") { id } nodes(ids: ["c", "a", "c"]) { id } }',
    );
    expect(data).toEqual({
      machine: { id: 'a' },
      node: { id: 'b' },
      nodes: [{ id: 'c' }, { id: 'a' }, { id: 'c' }],
    });
    expect(extensions.upstream).toMatchObject({ calls: 0, source: 'FLEET' });
    const { data: mixed } = await running.ask('{ nodes(ids: ["none", "a"]) { id } }');
    expect(mixed.nodes).toEqual([null, { id: 'a' }]);
    expect(running.emulator.requests().map(({ options }) => options.$filter)).toEqual(["id eq 'none'"]);
    running.emulator.clearRequests();
  });

  it('resolves a thousand references of other subgraphs without a call', async () => {
    const { data, errors } = await running.ask(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Machine { id } } }',
      {
        r: Array.from({ length: 1_000 }, (_, index) => ({ __typename: 'Machine', id: rows[index % 4]?.id })),
      },
    );
    expect(errors).toBeUndefined();
    expect(data._entities).toHaveLength(1_000);
    expect(running.emulator.requests()).toEqual([]);
  });

  it('reports all machines as added to callers who start with nothing, and none to those who start now, without a call', async () => {
    const { data, extensions } = await running.ask(`{
      now: machineChanges { nodes { id } edges { cursor } pageInfo { startCursor endCursor hasNextPage } }
      all: machineChanges(after: "", filter: { osPlatform: { eq: "Ubuntu" } }, first: 1) {
        asOf
        edges { cursor node { kind id changed at cursor machine { id osPlatform } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }`);
    const { now, all } = data;
    expect(now).toEqual({
      nodes: [],
      edges: [],
      pageInfo: { startCursor: null, endCursor: expect.any(String), hasNextPage: false },
    });
    const cursor = all.pageInfo.endCursor;
    expect(all).toEqual({
      asOf: expect.stringMatching(/^20/),
      edges: [
        {
          cursor,
          node: {
            kind: 'ADDED',
            id: 'c',
            changed: [],
            at: all.asOf,
            cursor,
            machine: { id: 'c', osPlatform: 'Ubuntu' },
          },
        },
      ],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: cursor, endCursor: cursor },
    });
    expect(extensions.upstream).toMatchObject({ calls: 0, source: 'FLEET' });
    expect(running.emulator.requests()).toEqual([]);
  });

  it('answers a token that is too old with an error that says to start again', async () => {
    const text = '{ machineChanges { pageInfo { endCursor } } }';
    const token = (await running.ask(text)).data.machineChanges.pageInfo.endCursor;
    const plain = Buffer.from(token, 'base64url').toString();
    const after = Buffer.from(plain.replace(/"[0-9a-f]{16}"/, '"0123456789abcdef"')).toString('base64url');
    const { errors, status } = await running.ask(
      'query ($after: String) { machineChanges(after: $after) { asOf } }',
      { after },
    );
    expect(status).toBe(200);
    expect(errors?.[0]?.extensions).toEqual({ code: 'CHANGES_EXPIRED' });
    expect(errors?.[0]?.message).toContain('Begin anew with after: ""');
    const printed = await (await fetch(`${running.gateway.url}/metrics`)).text();
    expect(printed).toMatch(/graphql_operation_seconds_count\{type="query",code="CHANGES_EXPIRED"\} [1-9]/);
    expect(printed).toContain('machines_gateway_changes_kept 0');
  });

  it('shows the state of the fleet', async () => {
    const { data } = await running.ask('{ fleet { state machines snapshotAt nextSnapshotAt snapshot } }');
    expect(data.fleet).toEqual({
      state: 'READY',
      machines: 4,
      snapshotAt: expect.stringMatching(/^20/),
      nextSnapshotAt: expect.stringMatching(/^20/),
      snapshot: expect.any(String),
    });
  });

  it.each([
    ['machines(search: "1 2 3 4 5 6 7 8 9") { totalCount }', 'search'],
    ['machines(orderBy: [{ field: ID }, { field: ID, direction: DESC }]) { totalCount }', 'orderBy[1].field'],
    [
      'machines(filter: { lastIpAddress: { inSubnets: ["10.0.0.0/8", "10.0.0.0/99"] } }) { totalCount }',
      'filter.lastIpAddress.inSubnets[1]',
    ],
    [
      'machines(filter: { ipAddresses: { ipAddress: { inSubnets: ["x"] } } }) { totalCount }',
      'filter.ipAddresses.ipAddress.inSubnets[0]',
    ],
    ['machines(filter: { firstSeen: { newerThan: "7 days" } }) { totalCount }', 'filter.firstSeen.newerThan'],
    ['machines(filter: { lastSeen: { olderThan: "P1Y" } }) { totalCount }', 'filter.lastSeen.olderThan'],
    ['machines(filter: { id: { contains: "" } }) { totalCount }', 'filter.id.contains'],
    ['machines(filter: { osBuild: { gt: null } }) { totalCount }', 'filter.osBuild.gt'],
    ['machines { facets { osPlatform(first: 0) { count } } }', 'first'],
    ['machines { facets { machineTags(first: 1001) { count } } }', 'first'],
    ['machines(first: 1001, search: "a") { totalCount }', 'first'],
    ['nodes(ids: ["a", ""]) { id }', 'ids[1]'],
    ['machineChanges(first: 1001) { asOf }', 'first'],
    ['machineChanges(after: "x") { asOf }', 'after'],
    ['machineChanges(filter: { osBuild: { gt: null } }) { asOf }', 'filter.osBuild.gt'],
  ])('rejects %s with its place', async (field, inputPath) => {
    const { errors } = await running.ask(`{ ${field} }`);
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', inputPath }]);
  });

  it.each([
    ['orderBy: { field: COLOUR }', 'Value "COLOUR" does not exist in "MachineOrderField"'],
    ['filter: { lastIpAddress: { eq: "10.0.0.0/8" } }', 'filter with inSubnets'],
    ['filter: { lastIpAddress: { inSubnets: 7 } }', 'Subnet must be text'],
  ])('rejects machines(%s) ahead of executing it', async (args, message) => {
    const { errors } = await running.ask(`{ machines(${args}) { totalCount } }`);
    expect(errors?.[0]?.message).toContain(message);
    expect(errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('counts changes among what an operation asks for', async () => {
    const pages = Array.from({ length: 6 }, (_, index) => `c${index}: machineChanges(first: 1000) { asOf }`);
    const { errors } = await running.ask(`{ ${pages.join(' ')} }`);
    expect(errors?.[0]?.message).toContain('6000 machines');
    const folds = Array.from({ length: 30 }, (_, index) => `c${index}: machineChanges(first: 1) { asOf }`);
    expect((await running.ask(`{ ${folds.join(' ')} }`)).errors?.[0]?.message).toContain(
      'passes over the fleet',
    );
  });

  it('rejects an operation of too many passes over the fleet', async () => {
    const facets = `fragment F on MachineFacets {
      riskScore { count } healthStatus { count } exposureLevel { count } osPlatform { count } version { count }
      agentVersion { count } rbacGroup { count } machineTags { count } managedBy { count } isExcluded { count }
    }`;
    const lists = Array.from(
      { length: 11 },
      (_, index) => `m${index}: machines(search: "1 2 3 4 5 6 7 8", first: 1) { facets { ...F } }`,
    );
    const { errors } = await running.ask(`{ ${lists.join(' ')} } ${facets}`);
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(errors?.[0]?.message).toContain('passes over the fleet');
  });

  it.each([
    [
      'a filter of many parts of texts',
      { or: Array.from({ length: 150 }, (_, index) => ({ computerDnsName: { contains: `${index}` } })) },
      'machines(first: 0, filter: $filter) { totalCount }',
    ],
    [
      'one filter in many lists, which none of them shares',
      { or: Array.from({ length: 20 }, (_, index) => ({ machineTags: { hasContaining: `${index}` } })) },
      Array.from(
        { length: 50 },
        (_, index) =>
          `m${index}: machines(first: 0, filter: { and: [$filter], osBuild: { eq: ${index} } }) { totalCount }`,
      ).join(' '),
    ],
    [
      'facets under many conditions each',
      { and: Array.from({ length: 130 }, (_, index) => ({ machineTags: { has: `${index}` } })) },
      'machines(first: 0, filter: $filter) { facets(disjunctive: true) { riskScore { count } healthStatus { count } ' +
        'exposureLevel { count } osPlatform { count } version { count } agentVersion { count } rbacGroup { count } machineTags { count } } }',
    ],
  ])('rejects a small query that would keep a thread busy: %s', async (_, filter, lists) => {
    const { errors, data } = await running.ask(`query ($filter: MachineFilter!) { ${lists} }`, { filter });
    expect(errors?.[0]?.message).toContain('passes over the fleet');
    expect(data).toBeUndefined();
  });

  it('accepts what a page of a dashboard asks for', async () => {
    const names = [
      'riskScore',
      'healthStatus',
      'exposureLevel',
      'onboardingStatus',
      'deviceValue',
      'osPlatform',
    ];
    const facets = [
      ...names,
      'version',
      'agentVersion',
      'machineTags',
      'managedBy',
      'isExcluded',
      'isAadJoined',
    ];
    const { errors } = await running.ask(
      `query ($filter: MachineFilter!) {
        machines(first: 50, filter: $filter, search: "web 01", orderBy: { field: LAST_SEEN }) {
          totalCount facets(disjunctive: true) { ${facets.map((name) => `${name} { count }`).join(' ')} }
        }
      }`,
      {
        filter: {
          riskScore: { in: ['HIGH', 'MEDIUM'] },
          healthStatus: { eq: 'ACTIVE' },
          osPlatform: { in: ['Windows11', 'Windows10'] },
          machineTags: { hasAny: ['a', 'b'] },
          lastSeen: { newerThan: 'P7D' },
        },
      },
    );
    expect(errors).toBeUndefined();
  });

  it('does not follow a cursor with another search or order, or one of another kind', async () => {
    const { data } = await running.ask(
      '{ machines(first: 1, orderBy: { field: ID }) { pageInfo { endCursor } } }',
    );
    const after = data.machines.pageInfo.endCursor;
    for (const args of [
      '',
      'orderBy: { field: ID, direction: DESC }',
      'orderBy: { field: ID }, search: "web"',
    ]) {
      const query = `query ($after: String) { machines(first: 1, after: $after, ${args}) { totalCount } }`;
      const { errors } = await running.ask(query, { after });
      expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', inputPath: 'after' });
      expect(errors?.[0]?.message).toContain('is a cursor of another filter, search or order');
    }
  });
});

describe('while the fleet is being read', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    // The background lane may not make all calls of a reading; the interactive lane may.
    const environment = {
      FLEET: 'on',
      UPSTREAM_WINDOW_ROWS: '2',
      MAX_PAGE_SIZE: '1',
      QUOTA_PER_MINUTE: '20',
    };
    running = await runGateway({
      rows,
      environment: { ...environment, QUOTA_RESERVE: '0.9', REQUEST_TIMEOUT_SECONDS: '3' },
    });
  });
  afterAll(() => running.close());

  it('answers from windows where upstream can, and says that the fleet is loading', async () => {
    const { data, extensions } = await running.ask(
      '{ machines(first: 1) { nodes { id } totalCount } fleet { state machines } }',
    );
    expect(data).toEqual({
      machines: { nodes: [{ id: 'a' }], totalCount: null },
      fleet: { state: 'LOADING', machines: null },
    });
    expect(extensions.upstream).toMatchObject({ source: 'WINDOWS' });
  });

  it.each([
    'machines(orderBy: { field: ID }) { totalCount }',
    'machines { facets { riskScore { count } } }',
    'machineChanges { asOf }',
  ])('tells who asks for %s to come again', async (field) => {
    const { errors, headers } = await running.ask(`{ ${field} }`);
    expect(errors?.[0]?.extensions).toEqual({
      code: 'FLEET_LOADING',
      retryAfterSeconds: expect.any(Number),
    });
    expect(headers.get('retry-after')).toBe(String(errors?.[0]?.extensions.retryAfterSeconds));
  });
});

describe('a walk that began in windows', () => {
  it('stays on windows when the fleet has loaded meanwhile', async () => {
    const running = await runFleetGateway({ rows });
    const windows = await runGateway({ rows });
    try {
      const query =
        'query ($after: String) { machines(first: 2, after: $after) { nodes { id } pageInfo { endCursor } } }';
      const first = await windows.ask(query);
      const { data, extensions } = await running.ask(query, {
        after: first.data.machines.pageInfo.endCursor,
      });
      expect(data.machines.nodes).toEqual([{ id: 'c' }, { id: 'd' }]);
      expect(extensions.upstream).toMatchObject({ source: 'WINDOWS', consistency: 'ANCHORED' });
      const mixed = await running.ask('{ machines(first: 1) { pageInfo { endCursor } } }');
      const { errors } = await running.ask(
        'query ($a: String, $b: String) { machines(after: $a, before: $b) { totalCount } }',
        { a: first.data.machines.pageInfo.endCursor, b: mixed.data.machines.pageInfo.endCursor },
      );
      expect(errors?.[0]?.message).toContain('before: is a cursor of another walk than after');
    } finally {
      await Promise.all([running.close(), windows.close()]);
    }
  });
});

describe('a gateway without a fleet', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runGateway({ rows });
  });
  afterAll(() => running.close());

  it.each([
    ['machines(orderBy: [{ field: ID }]) { totalCount }', 'orderBy'],
    ['machines(search: "x") { totalCount }', 'search'],
    [
      'machines(filter: { computerDnsName: { contains: "x" } }) { totalCount }',
      'filter.computerDnsName.contains',
    ],
    [
      'machines(filter: { not: { lastSeen: { gt: "2026-09-08T00:00:00Z" } } }) { totalCount }',
      'filter.not.lastSeen.gt',
    ],
    ['machines { facets { riskScore { count } } }', undefined],
    ['machineChanges { asOf }', undefined],
  ])('rejects %s, saying which setting changes it', async (field, inputPath) => {
    const { errors } = await running.ask(`{ ${field} }`);
    expect(errors?.[0]?.extensions).toEqual({
      code: 'FLEET_REQUIRED',
      ...(inputPath === undefined ? {} : { inputPath }),
    });
    expect(errors?.[0]?.message).toContain('FLEET=');
  });

  it('calls nothing upstream for what it rejects, and says that there is no fleet', async () => {
    running.emulator.clearRequests();
    await running.ask('{ machines(search: "x") { totalCount } }');
    const { data } = await running.ask('{ fleet { state machines snapshotAt nextSnapshotAt snapshot } }');
    expect(data.fleet).toEqual({
      state: 'OFF',
      machines: null,
      snapshotAt: null,
      nextSnapshotAt: null,
      snapshot: null,
    });
    expect(running.emulator.requests()).toEqual([]);
  });

  it('asks upstream for durations to the minute, so that queries share a list, and their cursors one filter', async () => {
    running.emulator.clearRequests();
    const query = `query ($after: String) {
      machines(first: 1, after: $after, filter: { lastSeen: { newerThan: "P7D" } }) { pageInfo { endCursor } }
    }`;
    for (let turn = 0; turn < 3; turn++) await running.ask(query);
    const filters = running.emulator.requests().map(({ options }) => String(options.$filter));
    expect(new Set(filters).size).toBeLessThanOrEqual(2);
    for (const filter of filters) expect(filter).toMatch(/^lastSeen gt \d{4}-\d\d-\d\dT\d\d:\d\d:00Z$/);
  });

  it('keeps a walk to the minute that its durations were counted back from', async () => {
    const clock = setClock();
    const seen = ['a', 'b', 'c'].map((id) => ({ id, lastSeen: '2026-09-07T00:00:00Z' }));
    const walked = await runGateway({ rows: seen, clock });
    try {
      const query = `query ($after: String) {
        machines(first: 1, after: $after, filter: { lastSeen: { newerThan: "P7D" } }) {
          nodes { id } pageInfo { endCursor hasNextPage }
        }
      }`;
      const ids: string[] = [];
      for (let after: string | null = null, more = true; more; clock.advance(40_000)) {
        const { data, extensions } = await walked.ask(query, { after });
        expect(extensions.upstream.consistency).toBe('LISTING');
        ids.push(data.machines.nodes[0].id);
        after = data.machines.pageInfo.endCursor;
        more = data.machines.pageInfo.hasNextPage;
      }
      expect(ids).toEqual(['a', 'b', 'c']);
      expect(walked.emulator.requests()).toHaveLength(1);
    } finally {
      await walked.close();
    }
  });
});
