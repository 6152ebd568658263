import { createHash, X509Certificate } from 'node:crypto';
import { ConfidentialClientApplication, type INetworkModule, type NetworkResponse } from '@azure/msal-node';
import { decodeJwt } from 'jose';
import { generate } from 'selfsigned';
import { Agent, request } from 'undici';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Emulator, type EntraHandle, startEmulator } from '../../src/emulator/emulator.ts';
import { call, MIDNIGHT, runningEmulator } from './running-emulator.ts';

const TENANT = '3d1c9c9e-7c1f-4d4e-9f5a-0c6f3b1d2e4f';
const WITH_SECRET = { clientId: '0f3a2b1c-1111-4222-8333-444455556666', secret: 's3cret/+=' };
const CERTIFIED_ID = '0f3a2b1c-aaaa-4bbb-8ccc-ddddeeeeffff';
const ROLES = ['Machine.Read.All'];

interface Credential {
  readonly key: string;
  readonly cert: string;
}

async function clientCertificate(): Promise<Credential> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'gateway' }], {
    keySize: 2048,
    algorithm: 'sha256',
  });
  return { key, cert };
}

let shared: { readonly emulator: Emulator; readonly entra: EntraHandle };
let registered: Credential;
let foreign: Credential;

beforeAll(async () => {
  [registered, foreign] = await Promise.all([clientCertificate(), clientCertificate()]);
  const emulator = await startEmulator({
    fleet: { kind: 'rows', rows: [] },
    entra: {
      tenantId: TENANT,
      clients: [
        { ...WITH_SECRET, roles: ROLES },
        { clientId: CERTIFIED_ID, certificate: registered.cert, roles: ROLES },
      ],
    },
  });
  const { entra } = emulator;
  if (entra === undefined) throw new Error('the Entra stand-in is not running');
  shared = { emulator, entra };
  return () => emulator.close();
});

/** msal's network module on undici, trusting the stand-in's certificate and no other. */
function trusting(certificate: string): INetworkModule {
  const dispatcher = new Agent({ connect: { ca: certificate } });
  onTestFinished(() => dispatcher.close());
  async function send<Body>(url: string, options: object): Promise<NetworkResponse<Body>> {
    const { statusCode, headers, body } = await request(url, { dispatcher, ...options });
    const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    return { status: statusCode, headers: plain, body: (await body.json()) as Body };
  }
  return {
    sendGetRequestAsync: (url, options) => send(url, { headers: options?.headers }),
    sendPostRequestAsync: (url, options) =>
      send(url, { method: 'POST', headers: options?.headers, body: options?.body }),
  };
}

function application(
  entra: EntraHandle,
  auth: { clientId: string; clientSecret?: string; clientCertificate?: object },
): ConfidentialClientApplication {
  return new ConfidentialClientApplication({
    auth: { authority: entra.authority, knownAuthorities: [new URL(entra.url).host], ...auth } as never,
    system: { networkClient: trusting(entra.caCertificate) },
  });
}

function sha1(pem: string): string {
  return createHash('sha1').update(new X509Certificate(pem).raw).digest('hex');
}

function sha256(pem: string): string {
  return createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
}

describe('an unmodified msal client', () => {
  it('gets a token with a secret, which the API accepts', async () => {
    const { emulator, entra } = shared;
    const client = application(entra, { clientId: WITH_SECRET.clientId, clientSecret: WITH_SECRET.secret });
    const result = await client.acquireTokenByClientCredential({ scopes: [entra.scope] });
    const token = result?.accessToken ?? '';
    expect(decodeJwt(token)).toMatchObject({
      aud: 'https://api.securitycenter.microsoft.com',
      iss: `${entra.authority}/v2.0`,
      tid: TENANT,
      appid: WITH_SECRET.clientId,
      roles: ROLES,
    });
    expect((await call(emulator, '/api/machines?$top=1', { token })).status).toBe(200);
  });

  it.each([
    ['SHA-256', () => ({ thumbprintSha256: sha256(registered.cert), privateKey: registered.key })],
    ['SHA-1', () => ({ thumbprint: sha1(registered.cert), privateKey: registered.key })],
    [
      'SHA-256 and sends it along',
      () => ({
        thumbprintSha256: sha256(registered.cert),
        privateKey: registered.key,
        x5c: registered.cert,
      }),
    ],
  ])('gets a token with a certificate it names by %s', async (_how, clientCertificate) => {
    const { emulator, entra } = shared;
    const client = application(entra, { clientId: CERTIFIED_ID, clientCertificate: clientCertificate() });
    const result = await client.acquireTokenByClientCredential({ scopes: [entra.scope] });
    expect((await call(emulator, '/api/machines?$top=1', { token: result?.accessToken ?? '' })).status).toBe(
      200,
    );
  });

  it('is refused with a wrong secret', async () => {
    const { entra } = shared;
    const client = application(entra, { clientId: WITH_SECRET.clientId, clientSecret: 'wrong' });
    await expect(client.acquireTokenByClientCredential({ scopes: [entra.scope] })).rejects.toThrow(
      /AADSTS7000215: Invalid client secret provided/,
    );
  });

  it('is refused with a certificate that is not registered', async () => {
    const { entra } = shared;
    const named = { thumbprintSha256: sha256(foreign.cert), privateKey: foreign.key };
    const client = application(entra, { clientId: CERTIFIED_ID, clientCertificate: named });
    await expect(client.acquireTokenByClientCredential({ scopes: [entra.scope] })).rejects.toThrow(
      /AADSTS700027/,
    );
  });

  it('is refused when another key signs under the name of the registered certificate', async () => {
    const { entra } = shared;
    const stolen = { thumbprintSha256: sha256(registered.cert), privateKey: foreign.key };
    const client = application(entra, { clientId: CERTIFIED_ID, clientCertificate: stolen });
    await expect(client.acquireTokenByClientCredential({ scopes: [entra.scope] })).rejects.toThrow(
      /AADSTS700027: Client assertion failed signature validation/,
    );
  });

  it('keeps its token: a second acquisition makes no request', async () => {
    const { entra } = shared;
    const client = application(entra, { clientId: WITH_SECRET.clientId, clientSecret: WITH_SECRET.secret });
    const before = entra.tokenRequests();
    await client.acquireTokenByClientCredential({ scopes: [entra.scope] });
    await client.acquireTokenByClientCredential({ scopes: [entra.scope] });
    expect(entra.tokenRequests() - before).toBe(1);
  });
});

describe('a token of the stand-in', () => {
  it('is worth nothing once it is revoked, and a new one is', async () => {
    const { emulator, entra } = shared;
    const { clientId } = WITH_SECRET;
    const old = await entra.issueToken({ clientId });
    entra.revokeTokens();
    expect((await call(emulator, '/api/machines', { token: old })).status).toBe(401);
    const fresh = await entra.issueToken({ clientId });
    expect((await call(emulator, '/api/machines', { token: fresh })).status).toBe(200);
  });

  it('expires by the emulator clock', async () => {
    let now = MIDNIGHT;
    const emulator = await runningEmulator({
      now: () => now,
      entra: { tenantId: TENANT, clients: [{ ...WITH_SECRET, roles: ROLES }], tokenLifetimeSeconds: 600 },
    });
    const token = await emulator.entra?.issueToken({ clientId: WITH_SECRET.clientId });
    now += 599_000;
    expect((await call(emulator, '/api/machines', { token: token ?? '' })).status).toBe(200);
    now += 1_000;
    expect((await call(emulator, '/api/machines', { token: token ?? '' })).status).toBe(401);
  });
});
