import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, runGateway } from '../../support/running-gateway.ts';

const query = '{ machines(first: 1) { nodes { id } } }';

/** An issuer with discovery, on loopback without TLS. */
interface Issuer {
  readonly url: string;
  readonly sign: (claims: JWTPayload, header?: object) => Promise<string>;
  /** What the metadata say from now on. */
  readonly describe: (metadata: (url: string) => unknown) => void;
  readonly close: () => void;
}

const honest = (url: string): unknown => ({ issuer: url, jwks_uri: `${url}/keys` });

async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey }: { privateKey: CryptoKey; publicKey: CryptoKey } =
    await generateKeyPair('RS256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] };
  let metadata = honest;
  const server: Server = createServer((request, response) => {
    const found =
      request.url === '/keys'
        ? keys
        : request.url?.endsWith('/openid-configuration')
          ? metadata(url)
          : undefined;
    response.statusCode = found === undefined ? 404 : 200;
    response.end(JSON.stringify(found ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    sign: (claims, header = {}) =>
      new SignJWT({
        iss: url,
        aud: 'machines',
        sub: 'ada',
        scope: 'machines:read',
        client_id: 'spa',
        ...claims,
      })
        .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'at+jwt', ...header })
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
    describe: (next) => {
      metadata = next;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

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

  it('takes a list of scopes as well', async () => {
    expect(
      (await askWith(running, await issuer.sign({ scope: undefined, scp: ['machines:read'] }))).status,
    ).toBe(200);
  });

  it('refuses tokens for another audience, and those without the scope', async () => {
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
