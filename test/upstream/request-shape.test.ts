import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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
  beforeAll(async () => {
    running = await runGateway({
      emulator: { fleet: { kind: 'seeded', size: fleetSize, seed: 7, now: Date.UTC(2026, 8, 8) } },
      environment: { UPSTREAM_WINDOW_ROWS: String(windowRows) },
    });
  });
  afterAll(() => running.close());
  afterEach(() => running.emulator.clearRequests());

  const ids = () => running.emulator.rows().map(({ id }) => id);

  async function walkForwards(size: number): Promise<string[]> {
    const met: string[] = [];
    let cursor: string | null = null;
    for (;;) {
      const { data } = await running.ask(forwards, { n: size, c: cursor });
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

  /** Every option was sent once, and none but the three that are documented; `$skip` exactly past the first row. */
  function checkRequests(filtered: boolean): void {
    const requests = running.emulator.requests();
    expect(requests.length).toBeGreaterThan(0);
    for (const { method, path, rawQuery } of requests) {
      expect([method, path]).toEqual(['GET', '/api/machines']);
      const options = rawQuery.split('&').map((option) => option.split('=', 2));
      const names = options.map(([name]) => name);
      const { $top, $skip } = Object.fromEntries(options) as Record<string, string | undefined>;
      expect(names).toEqual([
        '$top',
        ...($skip === undefined ? [] : ['$skip']),
        ...(filtered ? ['$filter'] : []),
      ]);
      expect(Number($top)).toBeGreaterThanOrEqual(1);
      expect(Number($top)).toBeLessThanOrEqual(windowRows);
      if ($skip !== undefined) expect($skip).toMatch(/^[1-9]\d*$/);
    }
  }

  it.each([1, 7, 10, 25, 57, 1_000])(
    'forwards hold $top, $skip past the first row, and nothing else: by %i',
    async (size) => {
      expect(await walkForwards(size)).toEqual(ids());
      checkRequests(false);
      expect(
        running.emulator.requests().filter(({ options }) => options.$skip === undefined),
      ).not.toHaveLength(0);
    },
  );

  it.each([1, 7, 25, 57])(
    'backwards hold $top, $skip past the first row, and nothing else: by %i',
    async (size) => {
      expect(await walkBackwards(size)).toEqual(ids());
      checkRequests(false);
    },
  );

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
    expect(running.emulator.requests().map(({ options }) => options)).toEqual([{ $top: '6', $filter: text }]);
    expect(running.emulator.requests()[0]?.rawQuery).toBe(`$top=6&$filter=${encodeURIComponent(text)}`);
    checkRequests(true);
  });

  it('are none for what no machine can match', async () => {
    await running.ask('{ machines(filter: { id: { in: [] } }) { nodes { id } } }');
    expect(running.emulator.requests()).toEqual([]);
  });
});

describe('the headers of an upstream request', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runGateway();
  });
  afterAll(() => running.close());
  afterEach(() => running.emulator.clearRequests());

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
      sendList(response, page, more ? { '@odata.nextLink': `http://${upstream.url}/lost?=${skip}` } : {});
    });
    const running = await runGateway({ environment: { MACHINES_API_URL: upstream.url } });
    try {
      const { data } = await running.ask(
        '{ machines(first: 20) { nodes { id } totalCount pageInfo { hasNextPage } } }',
      );
      expect(data.machines).toEqual({
        nodes: rows.slice(0, 20),
        totalCount: null,
        pageInfo: { hasNextPage: true },
      });
      expect(upstream.requests.map(({ url }) => url)).toEqual([
        '/api/machines?$top=21',
        '/api/machines?$top=17&$skip=4',
        '/api/machines?$top=13&$skip=8',
        '/api/machines?$top=9&$skip=12',
        '/api/machines?$top=5&$skip=16',
        '/api/machines?$top=1&$skip=20',
      ]);
      const tail = await running.ask('{ machines(last: 3) { nodes { id } totalCount } }');
      expect(tail.data.machines).toEqual({ nodes: rows.slice(-3), totalCount: 23 });
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
