import { createPrivateKey } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { failureMemoryMs } from '../../src/auth/renewing-credential.ts';
import { readConfig } from '../../src/config.ts';
import { loopbackCertificate } from '../../src/emulator/entra/tls-certificate.ts';
import {
  type ClientCertificate,
  clientCertificate,
  type Directory,
  type EntraGateway,
  type EntraGatewayOptions,
  registrations,
  signIn,
  startDirectory,
  startEntraGateway,
} from '../support/entra-gateway.ts';
import { secrets, secretsIn } from '../support/secrets.ts';

const listing = '{ machines(first: 2) { nodes { id } } }';

/** The gateway's own certificate, and one that the directory does not know. */
let own: ClientCertificate;
let other: ClientCertificate;
let directory: Directory;
beforeAll(async () => {
  [own, other] = await Promise.all([clientCertificate(), clientCertificate()]);
  directory = await startDirectory(own.certificate);
});
afterAll(() => directory.emulator.close());

let started: EntraGateway | undefined;
afterEach(async () => {
  await started?.close();
  started = undefined;
});
const start = async (options?: EntraGatewayOptions): Promise<EntraGateway> => {
  started = await startEntraGateway(directory, options);
  return started;
};

/** Settings by which the gateway signs in with a certificate. */
const certified = {
  AZURE_CLIENT_ID: registrations.withCertificate,
  AZURE_CLIENT_SECRET: '',
  AZURE_CLIENT_CERTIFICATE_PATH: '/run/cert.pem',
};

const readiness = async (gateway: EntraGateway) => {
  const response = await fetch(`${gateway.url}/readyz`);
  return { status: response.status, text: await response.text() };
};

/** What the gateway said of a sign-in that fails: to the caller, to the operator in the log and at /readyz. */
async function failedSignIn(gateway: EntraGateway) {
  const { data, errors } = await gateway.ask(listing);
  const ready = await readiness(gateway);
  const logged = gateway.lines.find(({ msg }) => msg === 'upstream call failed');
  const said = JSON.stringify([errors, ready, gateway.lines]);
  expect(data).toBeNull();
  expect(ready.status).toBe(503);
  expect(secretsIn(said)).toEqual([]);
  // Entra's own text names these, and quotes what was sent.
  expect(said).not.toContain('Trace ID');
  return { error: errors?.[0], ready: ready.text, logged };
}

describe('a gateway with an app registration', () => {
  it('signs in with a client secret', async () => {
    const running = await start();
    const { data, errors } = await running.ask(listing);
    expect(errors).toBeUndefined();
    expect(data.machines.nodes).toHaveLength(2);
    expect(await readiness(running)).toEqual({ status: 200, text: '{"status":"ready"}' });
  });

  it.each([
    ['the certificate ahead of the key', () => [own.certificate, own.key]],
    ['the key ahead of the certificate', () => [own.key, own.certificate]],
    ['the issuer ahead of the certificate', () => [other.certificate, own.certificate, own.key]],
    ['the key between issuer and certificate', () => [other.certificate, own.key, own.certificate]],
    ['words between', () => ['Bag Attributes', own.key, 'subject=CN=a', own.certificate, 'issuer=CN=b']],
  ])('signs in with a certificate, in a file with %s', async (_, parts) => {
    const running = await start({ environment: certified, file: parts().join('\n') });
    expect((await running.ask(listing)).data.machines.nodes).toHaveLength(2);
    expect(running.tokenRequests()).toBe(1);
  });

  it('asks for no token before it is needed', async () => {
    const running = await start();
    expect(running.tokenRequests()).toBe(0);
  });

  it('asks for one token for 50 first queries at once, and none for those that follow', async () => {
    const running = await start();
    const { ask, emulator, tokenRequests } = running;
    // Of different lists, as queries for the same one share a call.
    const lists = Array.from(
      { length: 50 },
      (_, index) => `{ machines(filter: { computerDnsName: { eq: "${index}" } }) { nodes { id } } }`,
    );
    const replies = await Promise.all(lists.map(ask));
    expect(replies.filter(({ errors }) => errors !== undefined)).toEqual([]);
    await ask(listing);
    expect(emulator.requests()).toHaveLength(51);
    expect(tokenRequests()).toBe(1);
  });

  it('renews the token ahead of its end, while queries are answered with the old one', async () => {
    const running = await start();
    const { ask, tokenRequests, pass } = running;
    await ask(listing);
    pass(56 * 60_000);
    expect((await ask(listing)).errors).toBeUndefined();
    await expect.poll(tokenRequests).toBe(2);
  });

  it('reports a failed renewal to the operator, and keeps using the old token', async () => {
    const running = await start();
    const { ask, entra, tokenRequests, pass, lines } = running;
    await ask(listing);
    pass(56 * 60_000);
    entra.failNext(1, {
      status: 400,
      body: { error: 'invalid_client', error_description: 'AADSTS7000222: gone.' },
    });
    expect((await ask(listing)).errors).toBeUndefined();
    await expect.poll(() => lines.map(({ msg }) => msg)).toContain('upstream token renewal failed');
    expect(lines).toContainEqual(
      expect.objectContaining({
        err: expect.objectContaining({ message: expect.stringContaining('The client secret has expired') }),
      }),
    );
    expect((await ask(listing)).errors).toBeUndefined();
    expect(tokenRequests()).toBe(2);
    pass(failureMemoryMs);
    await ask(listing);
    await expect.poll(tokenRequests).toBe(3);
  });

  it('whose tokens are revoked gets one more, and the query is answered', async () => {
    const running = await start();
    const { ask, entra, tokenRequests, emulator } = running;
    await ask(listing);
    entra.revokeTokens();
    emulator.clearRequests();

    const { data, errors } = await ask(listing);

    expect(errors).toBeUndefined();
    expect(data.machines.nodes).toHaveLength(2);
    expect(emulator.requests().map(({ status }) => status)).toEqual([401, 200]);
    expect(tokenRequests()).toBe(2);
  });

  it('without the permission says that it is forbidden', async () => {
    const running = await start({ environment: { AZURE_CLIENT_ID: registrations.powerless } });
    const { errors } = await running.ask(listing);
    expect(errors?.[0]?.extensions).toEqual({
      code: 'UPSTREAM_FORBIDDEN',
      correlationId: expect.stringMatching(/^\|[0-9a-f-]+\.$/),
    });
    expect(errors?.[0]?.message).toContain('Machine.Read.All');
  });
});

/** What the settings say to a certificate file. */
function withFile(file: string): void {
  const { AZURE_CLIENT_SECRET: _secret, ...environment } = signIn;
  readConfig({ ...environment, AZURE_CLIENT_CERTIFICATE_PATH: '/run/cert.pem' }, () => file);
}

describe('a sign-in that is rejected', () => {
  it.each([
    [
      'a wrong secret',
      { AZURE_CLIENT_SECRET: `${secrets.clientSecret}-wrong` },
      'AADSTS7000215',
      'AZURE_CLIENT_SECRET',
    ],
    [
      'an unknown client',
      { AZURE_CLIENT_ID: '00000000-1111-4222-8333-444455556666' },
      'AADSTS700016',
      'AZURE_CLIENT_ID',
    ],
    [
      'an unknown resource',
      { MACHINES_API_SCOPE: 'https://nothing.example/.default' },
      'AADSTS500011',
      'MACHINES_API_SCOPE',
    ],
  ])(
    'is UPSTREAM_UNAUTHORIZED, with its code and the setting named to the operator: %s',
    async (_, environment, code, setting) => {
      const running = await start({ environment });

      const { error, ready, logged } = await failedSignIn(running);

      expect(error?.extensions).toEqual({ code: 'UPSTREAM_UNAUTHORIZED' });
      expect(error?.message).not.toContain(setting);
      expect(logged).toMatchObject({
        code: 'UPSTREAM_UNAUTHORIZED',
        upstreamCode: code,
        detail: expect.stringContaining(setting),
      });
      expect(ready).toContain(code);
      expect(ready).toContain(setting);
      expect(running.emulator.requests()).toEqual([]);
    },
  );

  it('is named by its code where there is no advice for it', async () => {
    const running = await start();
    const description = 'AADSTS53003: Access has been blocked by policies of Contoso. Trace ID: 1';
    running.entra.failNext(1, {
      status: 400,
      body: { error: 'access_denied', error_description: description },
    });
    const { error, ready } = await failedSignIn(running);
    expect(error?.extensions).toEqual({ code: 'UPSTREAM_UNAUTHORIZED' });
    expect(ready).toContain('(AADSTS53003)');
    expect(ready).not.toContain('Contoso');
  });

  it('is called again after a moment only, not by every query', async () => {
    const running = await start({ environment: { AZURE_CLIENT_SECRET: 'wrong-secret-value' } });
    const { ask, tokenRequests, pass } = running;
    for (let query = 0; query < 5; query += 1) await ask(listing);
    expect(tokenRequests()).toBe(1);
    pass(failureMemoryMs);
    await ask(listing);
    expect(tokenRequests()).toBe(2);
  });

  it('is UPSTREAM_UNAUTHORIZED: a certificate that is not registered', async () => {
    const running = await start({ environment: certified, file: `${other.certificate}\n${other.key}` });
    const { error, logged } = await failedSignIn(running);
    expect(error?.extensions).toEqual({ code: 'UPSTREAM_UNAUTHORIZED' });
    expect(logged).toMatchObject({ upstreamCode: 'AADSTS700027' });
  });

  it.each([
    ['empty', () => ''],
    ['no PEM', () => 'not a certificate'],
    ['without a key', () => own.certificate],
    ['without a certificate', () => own.key],
  ])('is known ahead of the start, where the certificate file is %s', (_, file) => {
    expect(() => withFile(file())).toThrow(
      'AZURE_CLIENT_CERTIFICATE_PATH must name a PEM file with a certificate and its unencrypted private key.',
    );
  });

  it('is known ahead of the start with its reason: a key of another certificate', () => {
    expect(() => withFile(`${own.certificate}\n${other.key}`)).toThrow(
      'names a file whose private key is not the one of a certificate in it.',
    );
  });

  it('is known ahead of the start with its reason: a key that Entra rejects', async () => {
    const { cert, key } = await loopbackCertificate();
    expect(() => withFile(`${cert}\n${key}`)).toThrow(
      'names a file with a private key of the type ec; signing in to Microsoft Entra ID takes an RSA key.',
    );
  });

  it('is known ahead of the start with its reason: an encrypted key', () => {
    const encrypted = createPrivateKey(own.key)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'a-phrase' })
      .toString();
    expect(() => withFile(`${own.certificate}\n${encrypted}`)).toThrow('private key is encrypted');
  });

  it.each([
    [
      'a key',
      (text: string) => text.replace('PRIVATE KEY-----\n', 'PRIVATE KEY-----\nAAAA'),
      'private key that is broken',
    ],
    [
      'a certificate',
      (text: string) => text.replace('BEGIN CERTIFICATE-----\n', 'BEGIN CERTIFICATE-----\nAAAA'),
      'certificate that is broken',
    ],
  ])('is known ahead of the start with its reason: %s that is broken', (_, spoil, reason) => {
    expect(() =>
      withFile(spoil(`${own.certificate.replaceAll('\r', '')}\n${own.key.replaceAll('\r', '')}`)),
    ).toThrow(reason);
  });
});

describe('an identity provider that cannot be reached', () => {
  const transient = {
    error: 'temporarily_unavailable',
    error_description: 'AADSTS90033: Contoso. Trace ID: 1',
  };

  it.each([
    ['answers 500', { status: 500, body: { error: 'server_error' } }],
    ['answers 503 with an error of its own', { status: 503, body: transient }],
    ['answers 503 with a page of a proxy', { status: 503, body: '<html>maintenance of Contoso</html>' }],
    ['answers 503 without an error', { status: 503, body: {} }],
    [
      'answers 429',
      { status: 429, body: { error: 'throttled', error_description: 'AADSTS90055: too many.' } },
    ],
    ['answers 200 with no JSON', { status: 200, body: `eyJhbGciOiJSUzI1NiJ9.${'x'.repeat(20)}` }],
    ['answers 200 without a token', { status: 200, body: {} }],
  ])('is UPSTREAM_UNAVAILABLE until it answers again: it %s', async (_, failure) => {
    const running = await start();
    running.entra.failNext(1, failure);

    const { error, ready } = await failedSignIn(running);

    expect(error?.extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(ready).toContain('could not be reached');
    expect(JSON.stringify([error, ready, running.lines])).not.toContain('Contoso');
    expect(running.emulator.requests()).toEqual([]);

    running.pass(failureMemoryMs);
    expect((await running.ask(listing)).data?.machines.nodes).toHaveLength(2);
    expect(running.tokenRequests()).toBe(2);
    expect((await readiness(running)).status).toBe(200);
  });

  it.each([
    [
      'its certificate is not trusted',
      { trusted: false },
      /127\.0\.0\.1:\d+: its certificate is not trusted; NODE_EXTRA_CA_CERTS names further authorities \(\w+\)\./,
    ],
    [
      'nobody listens',
      { environment: { AZURE_AUTHORITY_HOST: '127.0.0.1:9' } },
      /127\.0\.0\.1:9: the connection was refused \(ECONNREFUSED 127\.0\.0\.1:9\) \(check AZURE_AUTHORITY_HOST/,
    ],
    [
      'its name is not known',
      { environment: { AZURE_AUTHORITY_HOST: 'login.nowhere.invalid' } },
      /login\.nowhere\.invalid: the host name (is not known|could not be looked up) \(\w+\) \(check AZURE_AUTHORITY_HOST/,
    ],
    [
      'it does not know the tenant',
      { environment: { AZURE_TENANT_ID: 'nobody.onmicrosoft.com' } },
      /check AZURE_AUTHORITY_HOST and AZURE_TENANT_ID/,
    ],
  ] as const)('is UPSTREAM_UNAVAILABLE, and the operator is told why: %s', async (_, options, reason) => {
    const running = await start(options);
    const { error, ready, logged } = await failedSignIn(running);
    expect(error?.extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(ready).toMatch(reason);
    expect(logged?.detail).toMatch(reason);
    expect(running.tokenRequests()).toBe(0);
  });
});
