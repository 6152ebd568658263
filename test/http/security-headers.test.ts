import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeRaw } from '../support/raw-http.ts';
import { graphqlResponse, type RunningGateway, runGateway } from '../support/running-gateway.ts';

const guards = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

describe('the security headers', () => {
  let running: RunningGateway;
  let url: string;
  beforeAll(async () => {
    running = await runGateway();
    url = running.gateway.url;
  });
  afterAll(() => running.close());

  const post = (body: string) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...graphqlResponse },
      body,
    });

  it.each([
    ['an answer', 200, () => post('{"query":"{ __typename }"}')],
    ['a refusal by GraphQL', 400, () => post('{"query":"{ nothing }"}')],
    ['a refusal ahead of GraphQL', 400, () => post('{')],
    ['a body that is too large', 413, () => post(' '.repeat(300_000))],
    ['a path that is not there', 404, () => fetch(`${url}/nothing`)],
    ['health', 200, () => fetch(`${url}/healthz`)],
    ['metrics', 200, () => fetch(`${url}/metrics`)],
  ])('stand on %s', async (_, status, ask) => {
    const response = await ask();
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...guards,
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  });

  it('let the landing page load what it needs, in no frame of others', async () => {
    const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      ...guards,
      'content-security-policy': "frame-ancestors 'none'",
    });
  });

  it('tell nothing of what serves', async () => {
    const answer = await exchangeRaw(
      url,
      'GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
    );
    expect(answer).not.toMatch(/^(server|x-powered-by):/im);
  });
});

describe('what hides the schema', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runGateway({ environment: { NODE_ENV: 'production' } });
  });
  afterAll(() => running.close());

  it.each(['{ __schema { types { name } } }', '{ __type(name: "Machine") { name } }'])(
    'refuses %s',
    async (query) => {
      const { status, errors } = await running.ask(query, {}, graphqlResponse);
      expect(status).toBe(400);
      expect(errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    },
  );

  it.each([
    ['a field', '{ machine { nodes { id } } }'],
    ['an inner field', '{ machines { nodes { computerDnsNames } } }'],
    ['an argument', '{ machines(firsts: 1) { totalCount } }'],
    ['an input field', '{ machines(filter: { risk: { eq: HIGH } }) { totalCount } }'],
    ['an enum value', '{ machines(filter: { riskScore: { eq: HIGHT } }) { totalCount } }'],
    ['a type', '{ node(id: "a") { ... on Machin { id } } }'],
  ])('makes no suggestion for %s that is nearly right', async (_, query) => {
    const { errors } = await running.ask(query);
    expect(errors?.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors)).not.toMatch(/Did you mean|computerDnsName"|riskScore\?/);
  });

  it.each([
    ['a field', { riskScor: { eq: 'HIGH' } }],
    ['an operator', { riskScore: { equ: 'HIGH' } }],
    ['an enum value', { riskScore: { eq: 'HIGHT' } }],
    ['one of several', { or: [{ riskScor: { eq: 'HIGHT' } }, { riskScore: { eq: 'LO' } }] }],
  ])('makes no suggestion for %s of a variable that is nearly right', async (_, filter) => {
    const query = 'query ($filter: MachineFilter) { machines(filter: $filter) { asOf } }';
    const { errors } = await running.ask(query, { filter });
    expect(errors?.length).toBeGreaterThan(0);
    for (const { message } of errors ?? []) {
      expect(message).toMatch(
        /got invalid value .*(is not defined by type "\w+"|does not exist in "\w+" enum)\.$/,
      );
    }
  });

  it('shows no landing page', async () => {
    const response = await fetch(`${running.gateway.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(response.headers.get('content-type')).not.toMatch(/html/);
  });
});
