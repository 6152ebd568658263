import { type CryptoKey, decodeJwt, generateKeyPair, importPKCS8, SignJWT } from 'jose';
import { generate } from 'selfsigned';
import { Agent, request } from 'undici';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, type EntraHandle, startEmulator } from '../../src/emulator/emulator.ts';
import { call, type ErrorBody, MIDNIGHT } from './running-emulator.ts';

const TENANT = '3d1c9c9e-7c1f-4d4e-9f5a-0c6f3b1d2e4f';
const CLIENT = { clientId: 'the-client', secret: 'the-secret', roles: ['Machine.Read.All'] };
const OTHER_AUDIENCE = 'https://graph.microsoft.com';

let certificate = '';
let signingKey: CryptoKey;

beforeAll(async () => {
  const made = await generate([{ name: 'commonName', value: 'the-client' }], { algorithm: 'sha256' });
  certificate = made.cert;
  signingKey = await importPKCS8(made.private, 'RS256');
  return startShared();
});

interface TokenAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Running {
  readonly emulator: Emulator;
  readonly entra: EntraHandle;
  readonly token: (form: Readonly<Record<string, string>>, tenant?: string) => Promise<TokenAnswer>;
  readonly get: (path: string) => Promise<Readonly<Record<string, unknown>>>;
}

let shared: Running;

async function startShared(): Promise<() => Promise<void>> {
  const emulator = await startEmulator({
    fleet: { kind: 'rows', rows: [] },
    now: () => MIDNIGHT,
    entra: { tenantId: TENANT, clients: [{ ...CLIENT, certificate }], otherAudiences: [OTHER_AUDIENCE] },
  });
  const { entra } = emulator;
  if (entra === undefined) throw new Error('the Entra stand-in is not running');
  const dispatcher = new Agent({ connect: { ca: entra.caCertificate } });
  shared = {
    emulator,
    entra,
    token: async (form, tenant = TENANT) => {
      const { statusCode, body } = await request(`${entra.url}/${tenant}/oauth2/v2.0/token`, {
        dispatcher,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
      });
      return { status: statusCode, body: (await body.json()) as TokenAnswer['body'] };
    },
    get: async (path) => {
      const { body } = await request(entra.url + path, { dispatcher });
      return (await body.json()) as Readonly<Record<string, unknown>>;
    },
  };
  return async () => {
    await dispatcher.close();
    await emulator.close();
  };
}

function form(entra: EntraHandle, changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    grant_type: 'client_credentials',
    client_id: CLIENT.clientId,
    client_secret: CLIENT.secret,
    scope: entra.scope,
    ...changes,
  };
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

async function assertion(
  entra: EntraHandle,
  claims: { iss?: string; sub?: string; aud?: string; exp?: number } = {},
  key = signingKey,
): Promise<Record<string, string>> {
  const { iss = CLIENT.clientId, sub = CLIENT.clientId } = claims;
  const { aud = `${entra.authority}/oauth2/v2.0/token`, exp = MIDNIGHT / 1000 + 600 } = claims;
  const signed = await new SignJWT({ iss, sub, aud, exp }).setProtectedHeader({ alg: 'RS256' }).sign(key);
  const { client_secret: _, ...rest } = form(entra);
  return { ...rest, client_assertion: signed, client_assertion_type: ASSERTION_TYPE };
}

describe('the token endpoint', () => {
  it('tells how long a token lives', async () => {
    const { entra, token } = shared;
    const { status, body } = await token(form(entra));
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    const { iat, nbf, exp } = decodeJwt(String(body.access_token));
    expect([iat, nbf, exp]).toEqual([MIDNIGHT / 1000, MIDNIGHT / 1000, MIDNIGHT / 1000 + 3600]);
  });

  it("refuses in Entra's shape", async () => {
    const { entra, token } = shared;
    const { status, body } = await token(form(entra, { client_secret: 'wrong' }));
    expect(status).toBe(401);
    expect(body).toEqual({
      error: 'invalid_client',
      error_description: expect.stringMatching(/^AADSTS7000215: Invalid client secret provided\. /),
      error_codes: [7000215],
      timestamp: '2026-09-08 00:00:00Z',
      trace_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      correlation_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it.each([
    ['an unknown application', { client_id: 'nobody' }, 400, 700016],
    ['an unknown resource', { scope: 'https://nowhere.example/.default' }, 400, 500011],
    ['a scope without /.default', { scope: 'https://graph.microsoft.com/User.Read' }, 400, 1002012],
    ['an unknown grant', { grant_type: 'password' }, 400, 70003],
    ['a missing parameter', { scope: '' }, 400, 900144],
  ])('refuses %s', async (_what, changes, status, code) => {
    const { entra, token } = shared;
    expect(await token(form(entra, changes))).toMatchObject({ status, body: { error_codes: [code] } });
  });

  it('refuses an unknown tenant', async () => {
    const { entra, token } = shared;
    const answered = await token(form(entra), '00000000-0000-4000-8000-000000000000');
    expect(answered).toMatchObject({ status: 400, body: { error_codes: [90002] } });
  });

  it('refuses a request without a credential', async () => {
    const { entra, token } = shared;
    const { client_secret: _, ...rest } = form(entra);
    expect(await token(rest)).toMatchObject({ status: 401, body: { error_codes: [7000218] } });
  });

  it('fails as it is told, and then works again', async () => {
    const { entra, token } = shared;
    entra.failNext(2, { status: 503, body: { error: 'temporarily_unavailable' } });
    const before = entra.tokenRequests();
    const statuses = [];
    for (let attempt = 0; attempt < 3; attempt++) statuses.push((await token(form(entra))).status);
    expect(statuses).toEqual([503, 503, 200]);
    expect(entra.tokenRequests() - before).toBe(3);
  });
});

describe('a client assertion', () => {
  it('is accepted without naming its certificate', async () => {
    const { entra, token } = shared;
    expect((await token(await assertion(entra))).status).toBe(200);
  });

  it.each([
    ['for another endpoint', { aud: 'https://elsewhere.example/token' }, 700023],
    ['of another client', { iss: 'somebody-else' }, 700021],
    ['about another client', { sub: 'somebody-else' }, 700021],
    ['that is over', { exp: MIDNIGHT / 1000 - 301 }, 700024],
  ])('%s is refused', async (_what, claims, code) => {
    const { entra, token } = shared;
    const answered = await token(await assertion(entra, claims));
    expect(answered).toMatchObject({ status: 401, body: { error_codes: [code] } });
  });

  it('with a foreign signature is refused', async () => {
    const { entra, token } = shared;
    const { privateKey } = await generateKeyPair('RS256');
    const answered = await token(await assertion(entra, {}, privateKey));
    expect(answered).toMatchObject({ status: 401, body: { error_codes: [700027] } });
  });

  it('that is no JWT is refused', async () => {
    const { entra, token } = shared;
    const answered = await token({ ...(await assertion(entra)), client_assertion: 'no.jwt' });
    expect(answered).toMatchObject({ status: 401, body: { error_codes: [50027] } });
  });
});

describe('the API', () => {
  it('answers 403 to a token for another audience', async () => {
    const { emulator, entra, token } = shared;
    const { body } = await token(form(entra, { scope: `${OTHER_AUDIENCE}/.default` }));
    const answered = await call(emulator, '/api/machines', { token: String(body.access_token) });
    expect(answered.status).toBe(403);
  });

  it('answers 403 to a token without the roles, naming those it has', async () => {
    const { emulator, entra } = shared;
    const token = await entra.issueToken({ clientId: CLIENT.clientId, roles: ['Machine.Isolate'] });
    const answered = await call(emulator, '/api/machines', { token });
    expect(answered.status).toBe(403);
    expect(answered.json<ErrorBody>().error).toMatchObject({
      code: 'Forbidden',
      message:
        'Missing application roles. API required roles: Machine.Read.All,Machine.ReadWrite.All, application roles: Machine.Isolate.',
    });
  });
});

describe('discovery', () => {
  it('leads to the token endpoint and the keys', async () => {
    const { entra, get } = shared;
    const document = await get(`/${TENANT}/v2.0/.well-known/openid-configuration`);
    expect(document).toMatchObject({
      issuer: `${entra.authority}/v2.0`,
      token_endpoint: `${entra.authority}/oauth2/v2.0/token`,
      jwks_uri: `${entra.authority}/discovery/v2.0/keys`,
    });
    const { keys } = await get(`/${TENANT}/discovery/v2.0/keys`);
    expect(keys).toEqual([expect.objectContaining({ kty: 'RSA', alg: 'RS256', use: 'sig' })]);
  });
});
