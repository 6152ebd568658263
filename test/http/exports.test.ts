import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSubgraphSchema } from '../../src/graphql/subgraph.ts';
import { runFleetGateway } from '../support/fleet-gateway.ts';
import { exchangeRaw } from '../support/raw-http.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';

type Parameters = Readonly<Record<string, unknown>>;

/** The address of an export; what is no text is written as JSON. */
const pathOf = (format: string, parameters: Parameters = {}): string => {
  const texts = Object.entries(parameters).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return `/export/machines.${format}?${new URLSearchParams(texts)}`;
};

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

const allFields = `id computerDnsName lastSeen osBuild riskScore isAadJoined machineTags
  ipAddresses { ipAddress macAddress type operationalStatus } vmMetadata { vmId cloudProvider resourceId subscriptionId }`;
const allPaths = allFields.replaceAll(/ \{[^}]*\}/g, '').split(/\s+/);

describe('an export', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    // Several batches of rows.
    running = await runFleetGateway({
      emulator: { fleet: { kind: 'seeded', size: 700, seed: 3, now: Date.UTC(2026, 8, 8) } },
    });
  });
  afterAll(() => running.close());

  const get = (format: string, parameters: Parameters = {}, headers: Record<string, string> = {}) =>
    fetch(running.gateway.url + pathOf(format, parameters), { headers });

  /** Edges of the whole list, page by page. */
  async function walk(variables: Parameters): Promise<{ cursor: string; node: object }[]> {
    const query = `query ($filter: MachineFilter, $search: String, $orderBy: [MachineOrder!], $after: String) {
      machines(first: 90, filter: $filter, search: $search, orderBy: $orderBy, after: $after) {
        edges { cursor node { ${allFields} } } pageInfo { hasNextPage endCursor }
      }
    }`;
    const edges = [];
    for (let after: string | null = null, more = true; more; ) {
      const { data, errors } = await running.ask(query, { ...variables, after });
      expect(errors).toBeUndefined();
      edges.push(...data.machines.edges);
      after = data.machines.pageInfo.endCursor;
      more = data.machines.pageInfo.hasNextPage;
    }
    return edges;
  }

  it.each<[string, Parameters]>([
    ['of all', {}],
    ['of one order', { orderBy: [{ field: 'LAST_SEEN', direction: 'DESC' }] }],
    [
      'of several orders',
      { orderBy: [{ field: 'RISK_SCORE' }, { field: 'OS_PLATFORM', direction: 'DESC' }] },
    ],
    ['of a filter', { filter: { riskScore: { in: ['NONE', 'LOW'] }, lastSeen: { newerThan: 'P3000D' } } }],
    ['of a search and an order', { search: 'corp 10.', orderBy: [{ field: 'COMPUTER_DNS_NAME' }] }],
    ['of nothing', { filter: { id: { in: [] } } }],
  ])(
    'has the rows, order and cursors of a walk by GraphQL, and makes no upstream call: %s',
    async (_, args) => {
      const edges = await walk(args);
      running.emulator.clearRequests();
      const response = await get('ndjson', { ...args, fields: allPaths.join(','), cursors: true });
      expect(response.status).toBe(200);
      const rows = linesOf(await response.text());
      expect(rows).toEqual(edges.map(({ cursor, node }) => JSON.stringify({ ...node, cursor })));
      expect(running.emulator.requests()).toEqual([]);
    },
  );

  it('has all fields that hold no objects and are not deprecated, where none are named', async () => {
    const [row = ''] = linesOf(await (await get('ndjson')).text());
    const fields = createSubgraphSchema().getType('Machine')?.toConfig();
    const names = Object.entries(fields && 'fields' in fields ? fields.fields : {})
      .filter(([, { deprecationReason }]) => deprecationReason == null)
      .map(([name]) => name)
      .filter((name) => !['ipAddresses', 'vmMetadata'].includes(name));
    expect(Object.keys(JSON.parse(row))).toEqual(names);
    expect(names.length).toBeGreaterThan(20);
  });

  it('has single fields of objects, by dots', async () => {
    const response = await get('ndjson', {
      fields: 'vmMetadata.vmId, ipAddresses.ipAddress,ipAddresses.type,id',
    });
    const [row = ''] = linesOf(await response.text());
    const [first] = (await walk({})).map(({ node }) => node as { ipAddresses: Record<string, unknown>[] });
    const { ipAddresses = [], ...machine } = first ?? {};
    const inner = ipAddresses.map(({ ipAddress, type }) => ({ ipAddress, type }));
    expect(machine).toMatchObject({ id: JSON.parse(row).id });
    expect(JSON.parse(row).ipAddresses).toEqual(inner);
    expect(Object.keys(JSON.parse(row))).toEqual(['vmMetadata', 'ipAddresses', 'id']);
  });

  it('is a table with a byte order mark, a row of names and a line for each machine, as CSV', async () => {
    const response = await get('csv', { fields: 'id,ipAddresses.ipAddress,osBuild,isAadJoined' });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    const [names, ...rows] = bytes.toString().slice(1).split('\r\n');
    expect(names).toBe('id,ipAddresses.ipAddress,osBuild,isAadJoined');
    expect(rows.pop()).toBe('');
    const edges = (await walk({})).map(({ node }) => node as Record<string, unknown>);
    const cells = edges.map(({ id, ipAddresses, osBuild, isAadJoined }) => [
      id,
      (ipAddresses as { ipAddress: string }[]).map(({ ipAddress }) => ipAddress).join(' | '),
      osBuild ?? '',
      isAadJoined ?? '',
    ]);
    expect(rows).toEqual(cells.map((row) => row.join(',')));
  });

  it.each(['ndjson', 'csv'])('goes on behind any row that was had, to the same whole: %s', async (format) => {
    const parameters = { cursors: true, fields: 'id,lastSeen', orderBy: [{ field: 'LAST_SEEN' }] };
    const whole = await (await get(format, parameters)).text();
    const ends = [...whole.matchAll(/\n/g)].map(({ index }) => index + 1);
    for (const end of [1, 2, 127, 128, 129, 255, 690].flatMap((row) => ends[row] ?? [])) {
      const had = whole.slice(0, end);
      const after = /([\w-]+)"?\}?\r?\n$/.exec(had)?.[1];
      const rest = await get(format, { ...parameters, after }, { 'accept-encoding': 'br' });
      expect(rest.headers.get('content-encoding')).toBe('br');
      expect(had + (await rest.text())).toBe(whole);
    }
    const last = /([\w-]+)"?\}?\r?\n$/.exec(whole)?.[1];
    expect(await (await get(format, { ...parameters, after: last })).text()).toBe('');
  });

  it.each([
    ['identity', (body: Buffer) => body],
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ] as const)('is compressed as its reader accepts, in chunks: %s', async (coding, decode) => {
    const request = [
      `GET ${pathOf('ndjson', { fields: 'id' })} HTTP/1.1`,
      'host: localhost',
      `accept-encoding: ${coding}`,
      'connection: close',
    ];
    const text = await exchangeRaw(running.gateway.url, `${request.join('\r\n')}\r\n\r\n`);
    const [head = '', ...rest] = text.split('\r\n\r\n');
    expect(head).toMatch(/\r\ntransfer-encoding: chunked/i);
    expect(head.includes('content-encoding')).toBe(coding !== 'identity');
    expect(head).toMatch(/\r\nvary: accept-encoding/i);
    const body = decode(unchunked(Buffer.from(rest.join('\r\n\r\n'), 'latin1'))).toString();
    expect(linesOf(body)).toHaveLength(700);
  });

  it('names its file by the time of the reading, and is kept by its reader alone', async () => {
    const { headers } = await get('csv');
    const { data } = await running.ask('{ fleet { snapshotAt } }');
    const at = String(data.fleet.snapshotAt);
    const name = `machines-${at.slice(0, 19).replaceAll(/[-:]/g, '')}Z.csv`;
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(headers.get('cache-control')).toBe('private, no-cache');
    expect(headers.get('last-modified')).toBe(new Date(at).toUTCString());
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-request-id')).not.toBeNull();
  });

  it('is 304 for a reader who has it, until it asks for something else', async () => {
    const etag = (await get('ndjson')).headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"/);
    const known = { 'if-none-match': etag };
    const again = await get('ndjson', {}, known);
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    for (const [format, parameters] of [
      ['csv', {}],
      ['ndjson', { fields: 'id' }],
      ['ndjson', { cursors: true }],
      ['ndjson', { search: 'corp' }],
    ] as const) {
      const other = await get(format, parameters, known);
      expect([other.status, other.headers.get('etag') === etag]).toEqual([200, false]);
      await other.text();
    }
  });

  it('answers HEAD with the headers of a GET', async () => {
    const url = running.gateway.url + pathOf('ndjson');
    const head = await fetch(url, { method: 'HEAD' });
    const whole = await fetch(url);
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
    expect(head.headers.get('etag')).toBe(whole.headers.get('etag'));
    await whole.text();
  });

  it.each<[string, Parameters]>([
    ['an unknown value', { filter: { riskScore: { eq: 'HUGE' } } }],
    ['an unknown property', { filter: { riskiness: { eq: 'HIGH' } } }],
    ['two faults', { filter: { riskScore: { eq: 'HUGE' }, lastSeen: { gt: 'yesterday' } } }],
    ['a comparison with null', { filter: { riskScore: { eq: null } } }],
    ['an unknown order', { orderBy: [{ field: 'LUCK' }] }],
    ['an order that comes twice', { orderBy: [{ field: 'ID' }, { field: 'ID' }] }],
    ['a long search', { search: 'a '.repeat(200) }],
    ['a cursor that is none', { after: 'x' }],
    ['deep nesting', { filter: JSON.parse(`${'{"not":'.repeat(60)}{}${'}'.repeat(60)}`) }],
  ])('rejects with 400 and the errors of GraphQL %s', async (_, parameters) => {
    const response = await get('csv', parameters);
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { message: string; extensions: object }[] };
    const asked = await running.ask(
      `query ($filter: MachineFilter, $search: String, $orderBy: [MachineOrder!], $after: String) {
        machines(filter: $filter, search: $search, orderBy: $orderBy, after: $after) { totalCount }
      }`,
      parameters,
    );
    const told = asked.errors?.map(({ message, extensions }) => ({ message, extensions }));
    expect(errors).toEqual(told);
    expect(errors.length).toBeGreaterThan(0);
  });

  it.each([
    ['no JSON', 'filter={', 'filter'],
    ['an unknown parameter', 'order=ID', 'order'],
    ['a parameter that is given twice', 'search=a&search=b', 'search'],
    ['an unknown field', 'fields=id,name', 'fields'],
    ['a field of a field that has none', 'fields=id.x', 'fields'],
    ['an unknown field of an object', 'fields=vmMetadata.x', 'fields'],
    ['no field', 'fields=', 'fields'],
    ['neither true nor false', 'cursors=yes', 'cursors'],
  ])('rejects with 400 and the name of the parameter: %s', async (_, search, inputPath) => {
    const response = await fetch(`${running.gateway.url}/export/machines.ndjson?${search}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      errors: [
        { message: expect.stringContaining(inputPath), extensions: { code: 'BAD_USER_INPUT', inputPath } },
      ],
    });
  });

  it('is not made for a page of another origin', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site', 'user-agent': 'Mozilla/5.0' };
    const response = await get('csv', {}, foreign);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    for (const proof of [
      { 'sec-fetch-site': 'same-origin' },
      { ...foreign, 'apollo-require-preflight': 'yes' },
    ]) {
      const { status, body } = await get('csv', {}, proof as Record<string, string>);
      expect(status).toBe(200);
      await body?.cancel();
    }
  });

  it('stands in the log with its path alone', async () => {
    await (await get('ndjson', { search: 'secret-name' }, { 'x-request-id': 'export-1' })).text();
    await expect
      .poll(() => running.lines.find(({ requestId }) => requestId === 'export-1'))
      .toMatchObject({ path: '/export/machines.ndjson', kind: 'export', errors: 0, status: 200 });
    expect(JSON.stringify(running.lines)).not.toContain('secret-name');
  });
});

describe('an export without a fleet', () => {
  it('is FLEET_REQUIRED with 404 where the fleet is off', async () => {
    const running = await runGateway();
    const response = await fetch(running.gateway.url + pathOf('csv'));
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      errors: [{ message: expect.stringContaining('FLEET'), extensions: { code: 'FLEET_REQUIRED' } }],
    });
    expect(running.emulator.requests()).toEqual([]);
    await running.close();
  });

  it('is FLEET_LOADING with 503 and Retry-After where it is not there in time', async () => {
    const running = await runGateway({
      // No call is left for the background.
      environment: {
        FLEET: 'on',
        QUOTA_PER_MINUTE: '2',
        QUOTA_RESERVE: '0.9',
        REQUEST_TIMEOUT_SECONDS: '2',
      },
    });
    const response = await fetch(running.gateway.url + pathOf('ndjson'));
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    const { errors } = (await response.json()) as { errors: { extensions: object }[] };
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'FLEET_LOADING', retryAfterSeconds: expect.any(Number) },
    ]);
    await running.close();
  });
});

/** The body of an answer in chunks. */
function unchunked(body: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    pieces.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(pieces);
}
