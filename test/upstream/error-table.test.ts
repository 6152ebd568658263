import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/emulator/emulator.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';

const listing = '{ machines { nodes { id } totalCount pageInfo { hasNextPage hasPreviousPage } } }';
/** Stands for what upstream's own words may name. */
const words = 'device vault-7 of tenant Contoso';
const correlationId = '|b1838e63-40a6640ddd2719ac.';

const error = (code: string, message = words, target: string | null = correlationId) => ({
  error: { code, message, ...(target === null ? {} : { target }) },
});

const status = (
  number: number,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
): Fault & { kind: 'status' } => ({
  kind: 'status',
  status: number,
  ...(body === undefined ? {} : { body }),
  ...(headers === undefined ? {} : { headers }),
});

interface ErrorRow {
  readonly answer: string;
  readonly fault: Fault;
  /** All of the GraphQL error's extensions. */
  readonly extensions: Readonly<Record<string, unknown>>;
  /** Default: a sentence. */
  readonly message?: RegExp;
  /** What the operator's log says besides the code. */
  readonly logged?: Readonly<Record<string, unknown>>;
}

const unavailable = { code: 'UPSTREAM_UNAVAILABLE' };
const html = `<!DOCTYPE html><html><body>${words}</body></html>`;

const rows: readonly ErrorRow[] = [
  {
    answer: '400',
    fault: status(400, error('BadRequest')),
    extensions: { code: 'UPSTREAM_REJECTED', correlationId },
    logged: { status: 400, upstreamCode: 'BadRequest', detail: words, correlationId },
  },
  {
    answer: '400 with another code',
    fault: status(400, error('ODataError')),
    extensions: { code: 'UPSTREAM_REJECTED', correlationId },
    logged: { status: 400, upstreamCode: 'ODataError' },
  },
  {
    answer: '401',
    fault: status(401, error('Unauthorized', 'Account mode is inactive', null)),
    extensions: { code: 'UPSTREAM_UNAUTHORIZED' },
    logged: { status: 401, upstreamCode: 'Unauthorized', detail: 'Account mode is inactive' },
  },
  {
    answer: '403',
    fault: status(403, error('Forbidden')),
    extensions: { code: 'UPSTREAM_FORBIDDEN', correlationId },
    logged: { status: 403, upstreamCode: 'Forbidden', detail: words },
  },
  {
    answer: '429 with Retry-After, which goes before the text',
    fault: status(429, error('429', 'again in 8 seconds', 'TENANT_ID'), { 'retry-after': '17' }),
    extensions: { code: 'QUOTA_EXHAUSTED', retryAfterSeconds: 17 },
    logged: { status: 429, upstreamCode: '429' },
  },
  {
    answer: '429 that says the wait in its text alone',
    fault: status(
      429,
      error(
        '429',
        'API calls quota exceeded! Maximum allowed 30 per 00:01:00 for the key Destination+TenantID+AppID. You can send requests again in 8 seconds.',
        'TENANT_ID',
      ),
    ),
    extensions: { code: 'QUOTA_EXHAUSTED', retryAfterSeconds: 8 },
  },
  {
    answer: '429 that says no wait, which is taken for a minute',
    fault: status(429, error('TooManyRequests', words, null)),
    extensions: { code: 'QUOTA_EXHAUSTED', retryAfterSeconds: 60 },
    logged: { upstreamCode: 'TooManyRequests' },
  },
  {
    answer: '429 with a date as Retry-After, which is taken by the clock of the answer',
    fault: status(429, undefined, {
      date: 'Tue, 08 Sep 2026 06:28:00 GMT',
      'retry-after': 'Tue, 08 Sep 2026 06:30:00 GMT',
    }),
    extensions: { code: 'QUOTA_EXHAUSTED', retryAfterSeconds: 120 },
  },
  {
    answer: '429 with a Retry-After of more than an hour, which is taken for an hour',
    fault: status(429, undefined, { 'retry-after': '999999' }),
    extensions: { code: 'QUOTA_EXHAUSTED', retryAfterSeconds: 3_600 },
  },
  {
    answer: '429 with a Retry-After of no time, which is taken for a second',
    fault: status(429, undefined, { 'retry-after': '0' }),
    extensions: { code: 'QUOTA_EXHAUSTED', retryAfterSeconds: 1 },
  },
  ...[500, 502, 503, 504].map((number) => ({
    answer: String(number),
    fault: status(number, error('InternalServerError')),
    extensions: { ...unavailable, correlationId },
    logged: { status: number, upstreamCode: 'InternalServerError', detail: words },
  })),
  {
    answer: '503 with Retry-After',
    fault: status(503, error('ServiceUnavailable'), { 'retry-after': '120' }),
    extensions: { ...unavailable, correlationId, retryAfterSeconds: 120 },
  },
  {
    answer: '503 with a date as Retry-After',
    fault: status(503, error('ServiceUnavailable'), {
      date: 'Tue, 08 Sep 2026 06:28:00 GMT',
      'retry-after': 'Tue, 08 Sep 2026 06:30:00 GMT',
    }),
    extensions: { ...unavailable, correlationId, retryAfterSeconds: 120 },
  },
  {
    answer: '501, which is not in the table',
    fault: status(501, error('NotYet')),
    extensions: { ...unavailable, correlationId },
  },
  {
    answer: '414, which is not in the table',
    fault: status(414, error('UriTooLong')),
    extensions: { code: 'UPSTREAM_REJECTED', correlationId },
    logged: { status: 414 },
  },
  ...[204, 206, 302, 304, 307, 407, 421, 511].map((number) => ({
    answer: `${number}, which says that the address or the proxy is wrong`,
    fault: status(number, undefined, { location: 'http://192.0.2.1/' }),
    extensions: unavailable,
    message: /does not come from the Machines API.*operator/,
    logged: { status: number, detail: expect.stringContaining('Check MACHINES_API_URL, and HTTPS_PROXY') },
  })),
  {
    answer: '408',
    fault: status(408),
    extensions: unavailable,
    logged: { status: 408 },
  },
  ...[
    [400, 'UPSTREAM_REJECTED'],
    [401, 'UPSTREAM_UNAUTHORIZED'],
    [403, 'UPSTREAM_FORBIDDEN'],
    [500, 'UPSTREAM_UNAVAILABLE'],
    [503, 'UPSTREAM_UNAVAILABLE'],
  ].map(([number, code]) => ({
    answer: `${number} without a body`,
    fault: status(Number(number)),
    extensions: { code },
    logged: { status: number },
  })),
  {
    answer: '502 with a page of a proxy',
    fault: status(502, html, { 'content-type': 'text/html' }),
    extensions: unavailable,
    logged: { status: 502, detail: `The body is no JSON: text/html, ${html.length} bytes.` },
  },
  {
    answer: '404 with a page of a proxy, or of a wrong address',
    fault: status(404, html, { 'content-type': 'text/html' }),
    extensions: unavailable,
    logged: { status: 404, detail: expect.stringContaining('Check MACHINES_API_URL') },
  },
  {
    answer: '403 whose target is no id',
    fault: status(403, error('Forbidden', words, `${words}!`)),
    extensions: { code: 'UPSTREAM_FORBIDDEN' },
  },
  {
    answer: '500 whose error is of other kinds than recorded',
    fault: status(500, { error: { code: 7, message: null, target: [words] } }),
    extensions: unavailable,
  },
  { answer: 'a connection reset before the headers', fault: { kind: 'reset' }, extensions: unavailable },
  { answer: 'a connection cut in mid-body', fault: { kind: 'truncate' }, extensions: unavailable },
  {
    answer: 'half of the JSON with a clean end',
    fault: { kind: 'truncatedJson' },
    extensions: unavailable,
    logged: {
      status: 200,
      detail: expect.stringMatching(/^The body is not valid JSON: it ends in the middle, of \d+ bytes\.$/),
    },
  },
  {
    answer: 'a body that is no JSON',
    fault: { kind: 'invalidJson' },
    extensions: unavailable,
    logged: {
      status: 200,
      detail: expect.stringMatching(/^The body is not valid JSON: it has a fault.*, of \d+ bytes\.$/),
    },
  },
  {
    answer: 'a page of a proxy with 200',
    fault: status(200, html, { 'content-type': 'text/html' }),
    extensions: unavailable,
    logged: {
      status: 200,
      detail:
        'The answer is a web page (text/html) in place of a list. Check MACHINES_API_URL, and HTTPS_PROXY where there is a proxy.',
    },
  },
  {
    answer: 'JSON without "value"',
    fault: status(200, { values: [words] }),
    extensions: unavailable,
    logged: { status: 200, detail: 'The body has no list in "value".' },
  },
  { answer: 'a "value" that is no list', fault: status(200, { value: words }), extensions: unavailable },
  { answer: 'JSON that is no object', fault: status(200, 'null'), extensions: unavailable },
  {
    answer: 'an empty body with 200',
    fault: status(200),
    extensions: unavailable,
    logged: { status: 200, detail: 'The body is empty.' },
  },
];

/** A new one for each test: lists are kept, and a 429 shuts the gate for the calls that follow. */
let running: RunningGateway;
beforeEach(async () => {
  running = await runGateway();
});
afterEach(() => running.close());

describe('an upstream answer that is no success', () => {
  it.each(rows)(
    'becomes $extensions.code: $answer',
    async ({ fault, extensions, message = /^The .*\.$/, logged = {} }) => {
      running.emulator.faults.next(1, fault);

      const { status: answered, data, errors, headers } = await running.ask(listing);

      expect(answered).toBe(200);
      expect(data).toBeNull();
      expect(errors).toHaveLength(1);
      expect(errors?.[0]).toMatchObject({ path: ['machines'], message: expect.stringMatching(message) });
      expect(errors?.[0]?.extensions).toEqual(extensions);
      expect(JSON.stringify(errors)).not.toMatch(/Contoso|vault-7|Account mode|Destination|html/);
      expect(running.emulator.requests()).toHaveLength(1);
      expect(JSON.stringify(running.lines), 'the log').not.toContain('<html>');
      expect(running.lines).toContainEqual(
        expect.objectContaining({
          requestId: headers.get('x-request-id'),
          msg: 'upstream call failed',
          code: extensions.code,
          ...logged,
        }),
      );
    },
  );

  it('fails the fields that needed it, and no others', async () => {
    running.emulator.faults.next(1, status(500));

    const { data, errors } = await running.ask(`{
      broken: machine(id: "b7e2a4") { id }
      nothing: machines(filter: { or: [] }) { totalCount }
      typename: __typename
    }`);

    expect(data).toEqual({ broken: null, nothing: { totalCount: 0 }, typename: 'Query' });
    expect(errors?.map(({ path }) => path)).toEqual([['broken']]);
  });
});

describe('an upstream answer that says "none"', () => {
  const none = {
    machines: { nodes: [], totalCount: 0, pageInfo: { hasNextPage: false, hasPreviousPage: false } },
  };

  it.each([
    ['200 with an empty list', status(200, { value: [] })],
    [
      '404 with an error body, as documented for "no recent machines"',
      status(404, error('ResourceNotFound')),
    ],
    ['404 without a body', status(404)],
  ])('is an empty connection: %s', async (_, fault) => {
    running.emulator.faults.next(1, fault);
    expect(await running.ask(listing)).toMatchObject({ data: none, errors: undefined });
    expect(running.emulator.requests()).toHaveLength(1);
  });

  it('is null for a machine: 404 on the list, twice', async () => {
    running.emulator.faults.next(2, status(404, error('ResourceNotFound')));
    const { id } = running.emulator.rows()[0] ?? {};
    const { data, errors } = await running.ask('query ($id: ID!) { machine(id: $id) { id } }', { id });
    expect({ data, errors }).toEqual({ data: { machine: null }, errors: undefined });
    expect(running.emulator.requests()).toHaveLength(2);
  });

  it('is an empty page where the emulator answers 404 to a filter that matches nothing', async () => {
    running.emulator.configure({ emptyListAs404: true });
    const { data } = await running.ask(
      '{ machines(filter: { id: { eq: "nobody" } }) { nodes { id } totalCount } }',
    );
    expect(data).toEqual({ machines: { nodes: [], totalCount: 0 } });
  });
});
