import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { graphqlResponse, type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { expectWell, normalQuery, prepareNormalQuery } from './well.ts';

const json = 'application/json';
const query = normalQuery;
const plain = JSON.stringify({ query });
const utf16 = Buffer.from(plain, 'utf16le');

interface Hostile {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default 400. */
  readonly status?: number;
  readonly code?: string;
}

const bytes = (...values: readonly number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);
const joined = (...parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));

const bodies: readonly (readonly [string, Hostile])[] = [
  // Size
  ['one byte above the bound', { body: plain.padEnd(256 * 1024 + 1), status: 413 }],
  ['1 MiB of blanks', { body: ' '.repeat(1024 * 1024), status: 413 }],
  ['a query of 1 MiB', { body: JSON.stringify({ query: `{ ${'a '.repeat(500_000)} }` }), status: 413 }],
  // JSON
  ['nothing', { body: '' }],
  ['a zero byte', { body: bytes(0) }],
  ['cut off', { body: plain.slice(0, -1) }],
  ['two documents', { body: plain + plain }],
  ['a comma too many', { body: `${plain.slice(0, -1)},}` }],
  ['single quotes', { body: plain.replaceAll('"', "'") }],
  ['a comment', { body: `/* */${plain}` }],
  ['NaN', { body: `{"query":${JSON.stringify(query)},"variables":{"n":NaN}}` }],
  ['a control character in a text', { body: `{"query":"{ __typename \u0001}"}` }],
  ['100,000 brackets', { body: '['.repeat(100_000) }],
  ['100,000 nested objects', { body: '{"a":'.repeat(40_000) }],
  ['null', { body: 'null' }],
  ['a number', { body: '7' }],
  ['a text', { body: JSON.stringify(query) }],
  ['an empty object', { body: '{}' }],
  ['an empty list', { body: '[]' }],
  ['a batch of one', { body: `[${plain}]` }],
  ['a batch of 1,000', { body: `[${Array(1_000).fill(plain).join(',')}]` }],
  ['a query that is a list', { body: JSON.stringify({ query: [query] }) }],
  ['a query that is an object', { body: JSON.stringify({ query: { kind: 'Document', definitions: [] } }) }],
  ['variables that are a list', { body: JSON.stringify({ query, variables: [1] }) }],
  ['variables that are a text', { body: JSON.stringify({ query, variables: '{}' }) }],
  ['extensions that are a list', { body: JSON.stringify({ query, extensions: [] }) }],
  ['an operation name that is an object', { body: JSON.stringify({ query, operationName: {} }) }],
  // Bytes
  ['a lone continuation byte in the syntax', { body: joined('{', bytes(0x80), plain.slice(1)) }],
  ['UTF-8 longer than need be in the syntax', { body: joined(bytes(0xc1, 0xbb), plain.slice(1)) }],
  ['UTF-16', { body: Uint8Array.from(utf16) }],
  [
    'gzip, told as such',
    { body: Uint8Array.from(gzipSync(plain)), headers: { 'content-encoding': 'gzip' }, status: 415 },
  ],
  ['gzip, not told', { body: Uint8Array.from(gzipSync(plain)) }],
  [
    'a zip bomb',
    {
      body: Uint8Array.from(gzipSync(Buffer.alloc(50_000_000))),
      headers: { 'content-encoding': 'gzip' },
      status: 415,
    },
  ],
  // Types
  ['no type', { body: plain, type: '', status: 415 }],
  ['text/plain', { body: plain, type: 'text/plain' }],
  [
    'a form',
    { body: `query=${encodeURIComponent(query)}`, type: 'application/x-www-form-urlencoded', status: 415 },
  ],
  ['an upload', { body: '--x\r\n\r\n--x--', type: 'multipart/form-data; boundary=x', status: 415 }],
  [
    'XML',
    {
      body: '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
      type: 'application/xml',
      status: 415,
    },
  ],
  ['GraphQL as it is', { body: query, type: 'application/graphql', status: 415 }],
  ['JSON that is not quite', { body: plain, type: 'application/jsonp', status: 415 }],
  ['a type that is nonsense', { body: plain, type: ';;;', status: 415 }],
  // Prototypes
  ['__proto__', { body: `{"query":${JSON.stringify(query)},"__proto__":{"polluted":1}}` }],
  [
    '__proto__ within variables',
    { body: `{"query":${JSON.stringify(query)},"variables":{"__proto__":{"polluted":1}}}` },
  ],
  [
    '__proto__ in an escaped form',
    { body: `{"query":${JSON.stringify(query)},"variables":{"\\u005f_proto__":{"polluted":1}}}` },
  ],
  [
    'constructor.prototype',
    {
      body: `{"query":${JSON.stringify(query)},"variables":{"a":{"constructor":{"prototype":{"polluted":1}}}}}`,
    },
  ],
  [
    '__proto__ within a filter',
    {
      body: `{"query":"query ($f: MachineFilter) { machines(filter: $f) { totalCount } }","variables":{"f":{"__proto__":{"id":{"eq":"a"}}}}}`,
    },
  ],
  [
    'a filter field named as a method of objects',
    {
      body: JSON.stringify({
        query: 'query ($f: MachineFilter) { machines(filter: $f) { totalCount } }',
        variables: { f: { hasOwnProperty: 1 } },
      }),
      code: 'BAD_USER_INPUT',
    },
  ],
  [
    'a condition named as a method of objects',
    {
      body: JSON.stringify({
        query: 'query ($f: MachineFilter) { machines(filter: $f) { totalCount } }',
        variables: { f: { id: { toString: 'a' } } },
      }),
      code: 'BAD_USER_INPUT',
    },
  ],
  [
    'an enum value named as a method of objects',
    {
      body: JSON.stringify({
        query: 'query ($f: MachineFilter) { machines(filter: $f) { totalCount } }',
        variables: { f: { riskScore: { eq: 'constructor' } } },
      }),
      code: 'BAD_USER_INPUT',
    },
  ],
  [
    'an operation named as a method of objects',
    {
      body: JSON.stringify({
        query: 'query A { __typename } query B { __typename }',
        operationName: '__proto__',
      }),
      code: 'OPERATION_RESOLUTION_FAILURE',
    },
  ],
];

describe('a body that is not what it should be', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runGateway();
    await prepareNormalQuery(running.gateway);
  });
  afterAll(() => running.close());
  afterEach(() => expectWell(running));

  it.each(bodies)('is rejected: %s', async (_, { body, type = json, headers, status = 400, code }) => {
    running.emulator.clearRequests();
    const response = await fetch(`${running.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': type, ...graphqlResponse, ...headers },
      body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    });
    const text = await response.text();
    expect(response.status, text).toBe(status);
    const { errors, data } = JSON.parse(text) as {
      errors: { message: string; extensions: unknown }[];
      data: unknown;
    };
    expect(errors[0]?.extensions).toMatchObject({ code: code ?? 'BAD_REQUEST' });
    expect(errors[0]?.message.length).toBeGreaterThan(5);
    expect(text).not.toMatch(/ {4}at |node_modules|\.ts:/);
    expect(data).toBeUndefined();
    expect(running.emulator.requests()).toEqual([]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('replaces broken bytes of a text: an overlong or lone byte becomes a mark, not a quote', async () => {
    running.emulator.clearRequests();
    const text = 'query ($n: String) { machines(filter: { computerDnsName: { eq: $n } }) { nodes { id } } }';
    // C0 A7 would be a quote to a reader who takes UTF-8 that is longer than need be.
    const body = joined(
      `{"query":${JSON.stringify(text)},"variables":{"n":"a`,
      bytes(0xc0, 0xa7, 0xff),
      ' or 1 eq 1"}}',
    );
    const response = await fetch(`${running.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': json },
      body,
    });
    expect(await response.json()).toMatchObject({ data: { machines: { nodes: [] } } });
    expect(running.emulator.requests().map(({ options }) => options.$filter)).toEqual([
      "computerDnsName eq 'a��� or 1 eq 1'",
    ]);
  });

  it('leaves no error in the log', () => {
    expect(running.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('what a web page of another origin could send', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runGateway();
    await prepareNormalQuery(running.gateway);
  });
  afterAll(() => running.close());
  afterEach(() => expectWell(running));

  /** As a browser sends it for a page of another origin. */
  const get = (headers: Readonly<Record<string, string>>) =>
    fetch(`${running.gateway.url}/graphql?query=${encodeURIComponent('{ __typename }')}`, {
      headers: { 'sec-fetch-site': 'cross-site', 'user-agent': 'Mozilla/5.0', ...headers },
    });

  it.each([
    ['no header of its own', {}],
    ['an empty header', { 'apollo-require-preflight': '' }],
    ['a type that a form has', { 'content-type': 'text/plain' }],
    ['a type that a form has, with a parameter', { 'content-type': 'text/plain; x=application/json' }],
  ])('is rejected as a GET with %s', async (_, headers) => {
    const response = await get(headers);
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/CSRF|preflight/i);
  });

  it.each([
    ['apollo-require-preflight', { 'apollo-require-preflight': 'true' }],
    ['x-apollo-operation-name', { 'x-apollo-operation-name': 'A' }],
    ['a type of JSON', { 'content-type': json }],
  ])('is answered as a GET with what only a preflight allows: %s', async (_, headers) => {
    expect((await get(headers)).status).toBe(200);
  });
});
