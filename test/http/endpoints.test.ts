import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphqlResponse, type RunningGateway, runGateway } from '../support/running-gateway.ts';

const query = '{ __typename }';

describe('the endpoints of the gateway', () => {
  let running: RunningGateway;
  let url: string;
  beforeAll(async () => {
    running = await runGateway();
    url = running.gateway.url;
  });
  afterAll(() => running.close());

  const post = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    fetch(`${url}/graphql`, { method: 'POST', headers, body });
  const faultOf = async (response: Response) =>
    ((await response.json()) as { errors: [{ message: string; extensions: unknown }] }).errors[0];

  describe('/graphql', () => {
    /** Accepts the media type in which a rejection is no 200; see graphql-over-http.test.ts. */
    const strict = { accept: 'application/graphql-response+json' };

    it('answers POST', async () => {
      const response = await post(JSON.stringify({ query }));
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      expect(await response.json()).toEqual({
        data: { __typename: 'Query' },
        extensions: {
          upstream: { calls: 0, source: null, cache: null, asOf: null, consistency: null },
        },
      });
    });

    it('answers GET with a header that no plain form or image sends', async () => {
      const address = `${url}/graphql?query=${encodeURIComponent('query ($n: Int) { machines(first: $n) { nodes { id } } }')}&variables=${encodeURIComponent('{"n":2}')}`;
      const response = await fetch(address, { headers: { 'apollo-require-preflight': 'true' } });
      expect(response.status).toBe(200);
      expect(
        ((await response.json()) as { data: { machines: { nodes: unknown[] } } }).data.machines.nodes,
      ).toHaveLength(2);
    });

    it.each([
      ['a page of another origin', { 'sec-fetch-site': 'cross-site' }],
      ['a page of another origin of the same site', { 'sec-fetch-site': 'same-site' }],
      ['a browser that does not say whose page asks', { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' }],
    ])('rejects a GET of %s (CSRF)', async (_, headers) => {
      const response = await fetch(
        `${url}/graphql?query=${encodeURIComponent('{ machines { nodes { id } } }')}`,
        { headers: { accept: 'application/json', ...headers } },
      );
      expect(response.status).toBe(400);
      const fault = await faultOf(response);
      expect(fault.extensions).toEqual({ code: 'BAD_REQUEST' });
      expect(fault.message).toContain('CSRF');
    });

    it.each([
      ['a program', {}],
      ['a page of its own origin', { 'sec-fetch-site': 'same-origin', 'user-agent': 'Mozilla/5.0' }],
    ])('answers a GET of %s', async (_, headers) => {
      const response = await fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, { headers });
      expect(response.status).toBe(200);
    });

    it.each([
      ['application/vnd.github.v3+json', 200, 'application/json; charset=utf-8'],
      ['application/graphql-response+json', 200, 'application/graphql-response+json; charset=utf-8'],
      ['text/html', 406, 'application/json; charset=utf-8'],
    ])('answers an Accept of %s by %i', async (accept, status, type) => {
      const response = await post(JSON.stringify({ query }), { 'content-type': 'application/json', accept });
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toBe(type);
    });

    it.each([
      ['text/plain', 400],
      ['application/x-www-form-urlencoded', 415],
      ['multipart/form-data; boundary=x', 415],
    ])('rejects a POST that any web page could send (CSRF): %s', async (type, status) => {
      const response = await post(JSON.stringify({ query }), { 'content-type': type });
      expect(response.status).toBe(status);
      expect((await faultOf(response)).extensions).toEqual({ code: 'BAD_REQUEST' });
    });

    it.each([
      ['is no JSON', '{"query":'],
      ['is empty', ''],
      ['would change prototypes', '{"query":"{__typename}","__proto__":{"x":1}}'],
    ])('rejects a body that %s', async (_, body) => {
      const response = await post(body);
      expect(response.status).toBe(400);
      const fault = await faultOf(response);
      expect(fault.extensions).toEqual({ code: 'BAD_REQUEST' });
      expect(fault.message).not.toContain('    at ');
    });

    it.each([
      ['no query', '{}'],
      ['a query that is no text', '{"query":7}'],
      ['a list of operations', '[{"query":"{__typename}"}]'],
      ['variables that are no object', '{"query":"{__typename}","variables":"x"}'],
    ])('rejects %s', async (_, body) => {
      const response = await post(body);
      expect(response.status).toBe(400);
      expect((await faultOf(response)).extensions).toEqual({ code: 'BAD_REQUEST' });
    });

    it('accepts a body of 256 KiB, and no larger one', async () => {
      const sized = (bytes: number) => JSON.stringify({ query }).padEnd(bytes);
      expect((await post(sized(256 * 1024))).status).toBe(200);
      const response = await post(sized(256 * 1024 + 1));
      expect(response.status).toBe(413);
      expect((await faultOf(response)).extensions).toEqual({ code: 'BAD_REQUEST' });
    });

    it('rejects a query that does not fit the schema, with its place', async () => {
      const { status, errors } = await running.ask('{ machines { nodes { password } } }', {}, strict);
      expect(status).toBe(400);
      expect(errors).toEqual([
        expect.objectContaining({
          locations: [{ line: 1, column: 22 }],
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        }),
      ]);
    });

    it('rejects a query that cannot be parsed', async () => {
      const { status, errors } = await running.ask('{ machines(', {}, strict);
      expect(status).toBe(400);
      expect(errors?.[0]?.extensions).toEqual({ code: 'GRAPHQL_PARSE_FAILED' });
    });

    it('rejects a variable of the wrong kind', async () => {
      const { errors } = await running.ask('query ($n: Int) { machines(first: $n) { nodes { id } } }', {
        n: 'five',
      });
      expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' });
    });
  });

  it.each([
    ['GET', '/graphql/'],
    ['POST', '/admin'],
    ['DELETE', '/graphql'],
    ['PUT', '/healthz'],
    ['GET', '/..%2f..%2fetc/passwd'],
  ])('have nothing else: %s %s', async (method, path) => {
    const response = await fetch(url + path, { method });
    expect(response.status).toBe(404);
    expect((await faultOf(response)).extensions).toEqual({ code: 'NOT_FOUND' });
  });

  it('reject an address that cannot be decoded', async () => {
    const response = await fetch(`${url}/%zz`);
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('    at ');
  });

  it('log each request in one line, by method, path, status and time, without its query', async () => {
    await fetch(`${url}/graphql?query=vault-7`, {
      headers: { ...graphqlResponse, 'x-request-id': 'logged-1' },
    });
    const line = running.lines.find(
      ({ requestId, msg }) => requestId === 'logged-1' && msg === 'request answered',
    );
    expect(line).toEqual({
      level: 'info',
      time: expect.any(String),
      requestId: 'logged-1',
      method: 'GET',
      path: '/graphql',
      status: 400,
      errors: 1,
      ms: expect.any(Number),
      operationMs: expect.any(Number),
      msg: 'request answered',
    });
    expect(JSON.stringify(running.lines)).not.toContain('vault-7');
  });

  it('log each operation by name, not by what it asks', async () => {
    await running.ask(
      'query Secretive { machine(id: "vault-8") { id } }',
      {},
      { 'x-request-id': 'logged-2' },
    );
    expect(running.lines).toContainEqual(
      expect.objectContaining({ requestId: 'logged-2', operation: 'Secretive', kind: 'query', errors: 0 }),
    );
    const ours = running.lines.filter(({ requestId }) => requestId === 'logged-2');
    expect(JSON.stringify(ours)).not.toContain('vault-8');
  });

  describe('the request id', () => {
    const idFor = async (given: Record<string, string>) =>
      (await fetch(`${url}/healthz`, { headers: given })).headers.get('x-request-id');

    it.each([
      'a',
      'trace-1',
      '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      'A.b:c_d',
      'x'.repeat(128),
    ])("is the caller's own: %s", async (id) => {
      expect(await idFor({ 'x-request-id': id })).toBe(id);
    });

    it.each(['', ' ', 'two words', 'a"b', '<script>', 'x'.repeat(129), 'a, b', 'é'])(
      'is a new one where the given one is not fit to be passed on: %j',
      async (id) => {
        expect(await idFor({ 'x-request-id': id })).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      },
    );

    it('is a new one each time where none is given', async () => {
      const ids = await Promise.all([idFor({}), idFor({}), idFor({})]);
      expect(new Set(ids).size).toBe(3);
    });

    it('comes with rejections as well', async () => {
      for (const response of [
        await fetch(`${url}/nothing`),
        await post('{'),
        await post('x'.repeat(300_000)),
      ]) {
        expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      }
    });
  });
});

describe('what a production gateway keeps to itself', () => {
  const page = (url: string) =>
    fetch(`${url}/graphql`, { headers: { accept: 'text/html,application/xhtml+xml' } });
  const introspection = '{ __schema { queryType { name } } }';

  it('is nothing outside production: landing page and schema are shown', async () => {
    const running = await runGateway();
    try {
      const response = await page(running.gateway.url);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^text\/html/);
      expect(await response.text()).toContain('Apollo');
      expect((await running.ask(introspection)).data).toEqual({ __schema: { queryType: { name: 'Query' } } });
    } finally {
      await running.close();
    }
  });

  it('is the landing page and the schema', async () => {
    const running = await runGateway({ environment: { NODE_ENV: 'production' } });
    try {
      const response = await page(running.gateway.url);
      expect(response.status).toBe(406);
      expect(await response.text()).not.toContain('<html');
      const { data, errors } = await running.ask(introspection);
      expect(data).toBeUndefined();
      expect(errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
      expect((await running.ask('{ machines(first: 1) { nodes { __typename } } }')).errors).toBeUndefined();
    } finally {
      await running.close();
    }
  });

  it('shows no stack, in production or not', async () => {
    for (const environment of [{}, { NODE_ENV: 'production' }]) {
      const running = await runGateway({ environment });
      try {
        for (const query of ['{ nothing }', '{', '{ machines(first: -1) { nodes { id } } }']) {
          const { errors } = await running.ask(query);
          expect(errors).not.toHaveLength(0);
          expect(JSON.stringify(errors)).not.toMatch(/stacktrace|node_modules|\.ts:|\.js:/);
        }
      } finally {
        await running.close();
      }
    }
  });
});
