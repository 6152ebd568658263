import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { honest, type Issuer, startIssuer } from '../../support/issuer.ts';
import { type RunningGateway, runGateway } from '../../support/running-gateway.ts';

const query = '{ machines(first: 1) { nodes { id } } }';

describe('CALLER_AUTH=oidc', () => {
  let issuer: Issuer;
  let running: RunningGateway;
  const start = (environment: Record<string, string> = {}): Promise<RunningGateway> =>
    runGateway({
      environment: {
        CALLER_AUTH: 'oidc',
        CALLER_ISSUER: issuer.url,
        CALLER_AUDIENCES: 'machines',
        CALLER_SCOPES: 'machines:read',
        ...environment,
      },
    });
  const askWith = (gateway: RunningGateway, token: string) =>
    gateway.ask(query, {}, { authorization: `Bearer ${token}` });

  beforeAll(async () => {
    issuer = await startIssuer();
    running = await start();
  });
  afterAll(async () => {
    await running.close();
    issuer.close();
  });

  it('lets in by discovery, with scopes as RFC 9068 writes them', async () => {
    const { status, data } = await askWith(running, await issuer.sign({ scope: 'openid machines:read' }));
    expect(status).toBe(200);
    expect(data.machines.nodes).toHaveLength(1);
  });

  it('accepts a list of scopes as well', async () => {
    expect(
      (await askWith(running, await issuer.sign({ scope: undefined, scp: ['machines:read'] }))).status,
    ).toBe(200);
  });

  it('rejects tokens for another audience, and those without the scope', async () => {
    expect((await askWith(running, await issuer.sign({ aud: 'mail' }))).status).toBe(401);
    expect((await askWith(running, await issuer.sign({ scope: 'openid' }))).status).toBe(403);
  });

  it.each([
    ['another issuer', (url: string) => ({ issuer: `${url}/other`, jwks_uri: `${url}/keys` })],
    [
      'keys that would come without TLS over a network',
      (url: string) => ({ issuer: url, jwks_uri: 'http://10.0.0.1/keys' }),
    ],
    ['no keys', (url: string) => ({ issuer: url })],
    ['a file for keys', (url: string) => ({ issuer: url, jwks_uri: 'file:///etc/passwd' })],
  ])('lets nobody in while the metadata name %s, and goes on when they are mended', async (_, metadata) => {
    issuer.describe(metadata);
    const gateway = await start();
    const token = await issuer.sign({});
    expect((await askWith(gateway, token)).status).toBe(503);
    issuer.describe(honest);
    // The failure is remembered for a moment.
    expect((await askWith(gateway, token)).status).toBe(503);
    await gateway.close();
    const mended = await start();
    expect((await askWith(mended, token)).status).toBe(200);
    await mended.close();
  });

  it('needs a token for the page of browsers only where there is none', async () => {
    const html = { accept: 'text/html' };
    const page = await fetch(`${running.gateway.url}/graphql`, { headers: html });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    const operation = new URLSearchParams({ query });
    expect((await fetch(`${running.gateway.url}/graphql?${operation}`, { headers: html })).status).toBe(401);
    const without = await start({ LANDING_PAGE: 'off' });
    expect((await fetch(`${without.gateway.url}/graphql`, { headers: html })).status).toBe(401);
    await without.close();
  });

  it('lets no operation pass as a request for the page', async () => {
    const response = await fetch(`${running.gateway.url}/graphql`, {
      headers: { accept: 'application/json, text/html;q=0.1', 'apollo-require-preflight': 'yes' },
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
  });
});
