import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';

let running: RunningGateway;
beforeAll(async () => {
  running = await runGateway();
});
afterAll(() => running.close());
const address = () => `${running.gateway.url}/graphql`;

describe('GraphQL over HTTP, as graphql-http audits it', () => {
  const audits = serverAudits({ url: address, fetchFn: fetch });

  it('has 61 audits', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits.map(({ id, name, fn }) => [id, name, fn] as const))('%s %s', async (id, name, audit) => {
    const { status, ...result } = await audit();
    expect(status, 'reason' in result ? result.reason : '').toBe('ok');
    expect(result).toMatchObject({ id, name });
  });
});

describe('the status of an operation that cannot be answered over HTTP', () => {
  it.each(['mutation { __typename }', 'subscription { machineChanges { id } }'])(
    'is 400 with BAD_REQUEST: %s',
    async (query) => {
      for (const accept of ['application/json', 'application/graphql-response+json']) {
        const { status, errors } = await running.ask(query, {}, { accept });
        expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'BAD_REQUEST']);
      }
    },
  );
});

describe('the status of a rejection', () => {
  const refused = [
    ['text that is no GraphQL', { query: '{ machines(' }, 'GRAPHQL_PARSE_FAILED'],
    ['a field that is not in the schema', { query: '{ nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a variable of the wrong type',
      { query: 'query ($n: Int) { machines(first: $n) { asOf } }', variables: { n: 'five' } },
      'BAD_USER_INPUT',
    ],
    [
      'an operation that is not there',
      { query: 'query A { __typename }', operationName: 'B' },
      'OPERATION_RESOLUTION_FAILURE',
    ],
  ] as const;

  const post = (body: unknown, accept?: string) =>
    fetch(address(), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(accept !== undefined && { accept }) },
      body: JSON.stringify(body),
    });
  const codeOf = async (response: Response): Promise<unknown> =>
    ((await response.json()) as { errors: [{ extensions: { code: string } }] }).errors[0].extensions.code;

  /** What clients say by default, and what they get. */
  const clients = [
    ['nothing in particular', undefined, 'application/json', 200],
    ['application/json', 'application/json', 'application/json', 200],
    ['*/*', '*/*', 'application/json', 200],
    [
      'application/graphql-response+json',
      'application/graphql-response+json',
      'application/graphql-response+json',
      400,
    ],
    [
      'either, the new type rather',
      'application/graphql-response+json,application/json;q=0.9',
      'application/graphql-response+json',
      400,
    ],
    [
      'either, the old type rather',
      'application/graphql-response+json;q=0.5, application/json',
      'application/json',
      200,
    ],
    [
      'anything, the new type rather',
      'application/graphql-response+json, */*;q=0.1',
      'application/graphql-response+json',
      400,
    ],
  ] as const;

  describe.each(clients)('to a client that accepts %s', (_, accept, type, status) => {
    it.each(refused)('is as its media type has it, of %s', async (_, body, code) => {
      const response = await post(body, accept);
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
      expect(await codeOf(response)).toBe(code);
    });

    it.each([
      ['is no JSON', '{"query":', 400],
      ['has no query', '{}', 400],
      ['is a list of operations', '[{"query":"{__typename}"}]', 400],
    ])('is an error in any type, of a request that %s', async (_, body, expected) => {
      const response = await fetch(address(), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(accept !== undefined && { accept }) },
        body,
      });
      expect(response.status).toBe(expected);
      expect(await codeOf(response)).toBe('BAD_REQUEST');
    });

    it('is 200 for an operation that was executed and failed', async () => {
      const response = await post({ query: '{ machine(id: "") { id } }' }, accept);
      expect(response.status).toBe(200);
      expect(await codeOf(response)).toBe('BAD_USER_INPUT');
    });
  });

  it('is 406 where neither type is accepted', async () => {
    const response = await post({ query: '{ __typename }' }, 'image/png');
    expect(response.status).toBe(406);
    expect(await codeOf(response)).toBe('BAD_REQUEST');
  });

  it('is 405 of a mutation by GET, and says what may be sent', async () => {
    const response = await fetch(`${address()}?query=${encodeURIComponent('mutation { __typename }')}`);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('is 400 of a GET that a web page of another origin could send', async () => {
    const response = await fetch(`${address()}?query=${encodeURIComponent('{ __typename }')}`, {
      headers: { 'sec-fetch-site': 'cross-site', 'user-agent': 'Mozilla/5.0' },
    });
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe('BAD_REQUEST');
  });
});
