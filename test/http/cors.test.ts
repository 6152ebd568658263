import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';

const page = 'https://app.example.com';
const body = '{"query":"{ __typename }"}';

async function preflight(
  url: string,
  origin: string,
  headers = 'authorization,content-type',
): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': headers },
  });
}
const post = (url: string, origin: string): Promise<Response> =>
  fetch(`${url}/graphql`, { method: 'POST', headers: { origin, 'content-type': 'application/json' }, body });
const corsHeaders = ({ headers }: Response): string[] =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'));

describe('CORS_ORIGINS', () => {
  let running: RunningGateway;
  let url: string;
  beforeAll(async () => {
    running = await runGateway({
      environment: { CORS_ORIGINS: `${page}, http://localhost:3000`, MAX_REQUESTS_IN_FLIGHT: '5' },
    });
    url = running.gateway.url;
  });
  afterAll(() => running.close());

  it.each([page, 'http://localhost:3000'])('lets pages of %s ask', async (origin) => {
    const asked = await preflight(url, origin);
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
    expect(asked.headers.get('access-control-allow-methods')).toBe('GET, POST');
    expect(asked.headers.get('access-control-max-age')).toBe('600');
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();

    const answered = await post(url, origin);
    expect(answered.status).toBe(200);
    expect(answered.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answered.headers.get('access-control-expose-headers')).toMatch(
      /x-request-id.*etag.*retry-after.*content-disposition.*ratelimit-policy, ratelimit/,
    );
  });

  it('lets them send what clients send, those of Apollo too', async () => {
    const asked = await preflight(url, page, 'apollographql-client-name,x-apollo-operation-name');
    expect(asked.headers.get('access-control-allow-headers')?.split(', ')).toEqual([
      'authorization',
      'content-type',
      'apollo-require-preflight',
      'apollographql-client-name',
      'apollographql-client-version',
      'x-apollo-operation-name',
      'if-none-match',
      'x-request-id',
    ]);
  });

  it.each([
    'https://evil.example',
    'https://app.example.com.evil.example',
    'https://evil-app.example.com',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://APP.example.com',
    'https://user@app.example.com',
    'null',
    '*',
    `${page}, https://evil.example`,
  ])('gives pages of %s no such header', async (origin) => {
    for (const response of [await preflight(url, origin), await post(url, origin)]) {
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('keeps caches from giving one origin the answer for another', async () => {
    for (const origin of [page, 'https://evil.example']) {
      expect((await post(url, origin)).headers.get('vary')).toMatch(/origin/i);
    }
  });

  it('lets a page read why it was rejected', async () => {
    const refused = await fetch(`${url}/nothing`, { headers: { origin: page } });
    expect(refused.status).toBe(404);
    expect(refused.headers.get('access-control-allow-origin')).toBe(page);
  });
});

describe('without CORS_ORIGINS', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runGateway();
  });
  afterAll(() => running.close());

  it('no page gets such headers', async () => {
    const { url } = running.gateway;
    for (const response of [await preflight(url, page), await post(url, page)]) {
      expect(corsHeaders(response)).toEqual([]);
    }
  });
});
