import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { sendList, startUpstream } from '../support/stand-in-upstream.ts';

const fleetSize = 57;
const windowRows = 10;
const forwards =
  'query ($n: Int, $c: String) { machines(first: $n, after: $c) { nodes { id } pageInfo { hasNextPage endCursor } } }';
const backwards =
  'query ($n: Int, $c: String) { machines(last: $n, before: $c) { nodes { id } pageInfo { hasPreviousPage startCursor } } }';

describe('the requests of a walk', () => {
  let running: RunningGateway;
  // Windows are kept, so that each test needs a gateway that has none yet.
  beforeEach(async () => {
    running = await runGateway({
      emulator: { fleet: { kind: 'seeded', size: fleetSize, seed: 7, now: Date.UTC(2026, 8, 8) } },
      environment: { UPSTREAM_WINDOW_ROWS: String(windowRows) },
    });
  });
  afterEach(() => running.close());

  const ids = () => running.emulator.rows().map(({ id }) => id);

  async function walkForwards(size: number, query = forwards): Promise<string[]> {
    const met: string[] = [];
    let cursor: string | null = null;
    for (;;) {
      const { data } = await running.ask(query, { n: size, c: cursor });
      met.push(...data.machines.nodes.map(({ id }: { id: string }) => id));
      if (!data.machines.pageInfo.hasNextPage) return met;
      cursor = data.machines.pageInfo.endCursor;
    }
  }

  async function walkBackwards(size: number): Promise<string[]> {
    const met: string[] = [];
    let cursor: string | null = null;
    for (;;) {
      const { data } = await running.ask(backwards, { n: size, c: cursor });
      met.unshift(...data.machines.nodes.map(({ id }: { id: string }) => id));
      if (!data.machines.pageInfo.hasPreviousPage) return met;
      cursor = data.machines.pageInfo.startCursor;
    }
  }

  const sent = () =>
    running.emulator.requests().map(({ method, path, rawQuery }) => `${method} ${path}?${rawQuery}`);

  /** The fleet by windows: each is asked for once, whatever the pages; the last one is short, which ends the list. */
  const windows = [
    'GET /api/machines?$top=10',
    'GET /api/machines?$top=10&$skip=10',
    'GET /api/machines?$top=10&$skip=20',
    'GET /api/machines?$top=10&$skip=30',
    'GET /api/machines?$top=10&$skip=40',
    'GET /api/machines?$top=10&$skip=50',
  ];

  it.each([1, 7, 10, 25, 57, 1_000])(
    'forwards hold $top, $skip past the first row, and nothing else: by %i',
    async (size) => {
      expect(await walkForwards(size)).toEqual(ids());
      expect(sent()).toEqual(windows);
    },
  );

  it.each([1, 7, 25, 57])(
    'backwards hold $top, $skip past the first row, and nothing else: by %i',
    async (size) => {
      expect(await walkBackwards(size)).toEqual(ids());
      expect(sent()).toEqual(windows);
    },
  );

  it('hold the filter behind them, the same in each', async () => {
    const query =
      'query ($n: Int, $c: String) { machines(first: $n, after: $c, filter: { version: { ne: "a b" } }) { nodes { id } pageInfo { hasNextPage endCursor } } }';
    expect(await walkForwards(25, query)).toEqual(ids());
    expect(sent()).toEqual(windows.map((window) => `${window}&$filter=version%20ne%20'a%20b'`));
  });

  it.each([
    ['machine(id)', 'query ($id: ID!) { found: machine(id: $id) { id } }'],
    ['node(id)', 'query ($id: ID!) { found: node(id: $id) { id } }'],
  ])('for %s hold $top and $filter on the list', async (_, query) => {
    const [id] = ids();
    expect((await running.ask(query, { id })).data.found).toEqual({ id });
    expect(running.emulator.requests().map(({ path, options }) => ({ path, options }))).toEqual([
      { path: '/api/machines', options: { $top: '1', $filter: `id eq '${id}'` } },
    ]);
  });

  const filters: readonly (readonly [string, object])[] = [
    ["computerDnsName eq 'O''Neil+1&2#3%20ü'", { computerDnsName: { eq: "O'Neil+1&2#3%20ü" } }],
    ["startswith(computerDnsName,'a=b')", { computerDnsName: { startsWith: 'a=b' } }],
    ["osPlatform ne 'Windows11'", { osPlatform: { ne: 'Windows11' } }],
    ["lastIpAddress eq '::1'", { lastIpAddress: { eq: '::1' } }],
    ['rbacGroupId eq -7', { rbacGroupId: { eq: -7 } }],
    [
      'aadDeviceId ne 80fe8ff8-2624-418e-9591-41f0491218f9',
      { aadDeviceId: { ne: '80FE8FF8-2624-418E-9591-41F0491218F9' } },
    ],
    ['lastSeen ge 2026-09-01T10:00:00.1234567Z', { lastSeen: { gte: '2026-09-01T12:00:00.1234567+02:00' } }],
    ["machineTags/any(t: t eq 'it''s')", { machineTags: { has: "it's" } }],
    [
      "(healthStatus eq 'Active' and riskScore eq 'High')",
      { healthStatus: { eq: 'ACTIVE' }, riskScore: { eq: 'HIGH' } },
    ],
    ["(deviceValue eq 'High' or deviceValue eq 'Low')", { deviceValue: { in: ['LOW', 'HIGH'] } }],
    [
      "(exposureLevel ne 'Low' and onboardingStatus ne 'Onboarded')",
      { not: { or: [{ exposureLevel: { eq: 'LOW' } }, { onboardingStatus: { eq: 'ONBOARDED' } }] } },
    ],
  ];

  it.each(filters)('with a filter hold it as one encoded text: %s', async (text, filter) => {
    const { errors } = await running.ask(
      'query ($f: MachineFilter) { machines(first: 5, filter: $f) { nodes { id } } }',
      { f: filter },
    );
    expect(errors).toBeUndefined();
    const options = { $top: String(windowRows), $filter: text };
    expect(running.emulator.requests().map((request) => request.options)).toEqual([options]);
    expect(sent()).toEqual([`GET /api/machines?$top=${windowRows}&$filter=${encodeURIComponent(text)}`]);
  });

  it('are none for what no machine can match', async () => {
    await running.ask('{ machines(filter: { id: { in: [] } }) { nodes { id } } }');
    expect(running.emulator.requests()).toEqual([]);
  });
});

describe('the sizes of windows', () => {
  it.each([
    ['1,002 rows and then 10,000', {}, ['$top=1002', '$top=10000&$skip=1002']],
    [
      'a page of the largest size with one row around each end, where that is more',
      { MAX_PAGE_SIZE: '1200' },
      ['$top=1202', '$top=10000&$skip=1202'],
    ],
    [
      'UPSTREAM_WINDOW_ROWS, where that is less',
      { UPSTREAM_WINDOW_ROWS: '900' },
      ['$top=900', '$top=900&$skip=900'],
    ],
  ] as const)('are %s', async (_, environment, queries) => {
    const rows = Array.from({ length: 1_300 }, (_, index) => ({ id: `machine-${index}` }));
    const running = await runGateway({ rows, environment });
    try {
      const { data } = await running.ask('{ machines(last: 1) { totalCount } }');
      expect(data.machines.totalCount).toBe(1_300);
      expect(running.emulator.requests().map(({ rawQuery }) => rawQuery)).toEqual(queries);
    } finally {
      await running.close();
    }
  });
});

describe('the headers of an upstream request', () => {
  let running: RunningGateway;
  beforeEach(async () => {
    running = await runGateway();
  });
  afterEach(() => running.close());

  const listing = '{ machines { nodes { id } } }';

  it("hold the caller's request id", async () => {
    await running.ask(listing, {}, { 'x-request-id': 'caller-7.a:b_c' });
    expect(running.emulator.requests()[0]?.headers).toMatchObject({
      'x-request-id': 'caller-7.a:b_c',
      'accept-encoding': 'gzip, deflate, br',
      accept: 'application/json',
      authorization: expect.stringMatching(/^Bearer sha256:/),
    });
  });

  it('hold a request id of the gateway where the caller gave none', async () => {
    const { headers } = await running.ask(listing);
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(running.emulator.requests()[0]?.headers['x-request-id']).toBe(headers.get('x-request-id'));
  });

  it('hold nothing else of the caller', async () => {
    await running.ask(
      listing,
      {},
      { cookie: 'session=1', 'x-forwarded-for': '192.0.2.7', authorization: 'Basic abc' },
    );
    const names = Object.keys(running.emulator.requests()[0]?.headers ?? {}).sort();
    expect(names).toEqual([
      'accept',
      'accept-encoding',
      'authorization',
      'connection',
      'host',
      'x-request-id',
    ]);
  });
});

describe('a next link in an answer', () => {
  const rows = Array.from({ length: 23 }, (_, index) => ({ id: `machine-${index}` }));
  const pageCap = 4;

  it('is never followed, and loses nothing: the walk goes on by $skip', async () => {
    const upstream = await startUpstream(({ url }, response) => {
      const { searchParams } = new URL(url ?? '', 'http://upstream');
      const skip = Number(searchParams.get('$skip') ?? 0);
      const page = rows.slice(skip, skip + Math.min(pageCap, Number(searchParams.get('$top'))));
      const more = skip + page.length < rows.length;
      sendList(response, page, more ? { '@odata.nextLink': `${upstream.url}/lost?=${skip}` } : {});
    });
    const running = await runGateway({
      environment: { MACHINES_API_URL: upstream.url, UPSTREAM_WINDOW_ROWS: '21' },
    });
    try {
      const { data } = await running.ask(
        '{ machines(first: 20) { nodes { id } totalCount pageInfo { hasNextPage } } }',
      );
      expect(data.machines).toEqual({
        nodes: rows.slice(0, 20),
        totalCount: null,
        pageInfo: { hasNextPage: true },
      });
      const first = [
        '/api/machines?$top=21',
        '/api/machines?$top=17&$skip=4',
        '/api/machines?$top=13&$skip=8',
        '/api/machines?$top=9&$skip=12',
        '/api/machines?$top=5&$skip=16',
        '/api/machines?$top=1&$skip=20',
      ];
      expect(upstream.requests.map(({ url }) => url)).toEqual(first);
      const tail = await running.ask('{ machines(last: 3) { nodes { id } totalCount } }');
      expect(tail.data.machines).toEqual({ nodes: rows.slice(-3), totalCount: 23 });
      expect(upstream.requests.map(({ url }) => url)).toEqual([...first, '/api/machines?$top=21&$skip=21']);
    } finally {
      await running.close();
      await upstream.close();
    }
  });

  it('on an empty page does not keep a walk going', async () => {
    const upstream = await startUpstream((_, response) =>
      sendList(response, [], { '@odata.nextLink': upstream.url }),
    );
    const running = await runGateway({ environment: { MACHINES_API_URL: upstream.url } });
    try {
      const { data } = await running.ask('{ machines { nodes { id } totalCount } }');
      expect(data.machines).toEqual({ nodes: [], totalCount: 0 });
      expect(upstream.requests).toHaveLength(1);
    } finally {
      await running.close();
      await upstream.close();
    }
  });
});
