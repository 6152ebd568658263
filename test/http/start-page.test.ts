import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runGateway } from '../support/running-gateway.ts';

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

async function startPage(environment: Record<string, string>, headers: Record<string, string> = browser) {
  const { gateway, close } = await runGateway({ environment });
  onTestFinished(close);
  const response = await fetch(`${gateway.url}/`, { headers });
  const text = await response.text();
  const follow = async (link: string) =>
    (await fetch(new URL(link, `${gateway.url}/`), { headers: browser, redirect: 'manual' })).status;
  return {
    response,
    text,
    links: [...text.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link),
    follow,
  };
}

describe('/', () => {
  it('is a page in a browser with working links', async () => {
    const { response, links, follow } = await startPage({});
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(links).toEqual(['data:,', 'explorer', 'graphql', 'healthz', 'readyz']);
    for (const link of links.slice(1)) expect(await follow(link), link).toBe(200);
  });

  it('names neither explorer nor landing page where they are off', async () => {
    const { text, links } = await startPage({ NODE_ENV: 'production' });
    expect(links).toEqual(['data:,', 'healthz', 'readyz']);
    expect(text).toContain('<code>EXPLORER</code> turns it on');
  });

  it('runs no script, loads nothing and cannot be framed', async () => {
    const { response, text } = await startPage({});
    const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(text) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(text).not.toMatch(/<script|style=|src=|https?:/);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      vary: 'accept',
      'x-request-id': expect.any(String),
    });
  });

  it.each(['*/*', 'application/json', 'application/json, text/html;q=0.5'])(
    'is JSON for a client that accepts %s',
    async (accept) => {
      const { response, text } = await startPage({}, { accept });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      expect(JSON.parse(text)).toEqual({
        graphql: '/graphql',
        explorer: '/explorer',
        health: '/healthz',
        readiness: '/readyz',
      });
    },
  );
});
