import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallerDirectory, clientId, startCallerDirectory, tenantId } from '../support/caller-gateway.ts';
import { runProgram } from '../support/program.ts';
import { ask } from '../support/running-gateway.ts';

const query = '{ machines(first: 1) { nodes { id } } }';
const header = 'an-identity-header-of-the-platform';
const platform = {
  issuer: 'https://oidc.cluster.example',
  subject: 'system:serviceaccount:machines:gateway',
};

/** Signs in as a program of its own, as the ways of msal to find its platform go by the environment of the process. */
describe('signing in without a secret', () => {
  let directory: CallerDirectory;
  let folder: string;
  let platformKey: CryptoKey;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'identities-'));
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    platformKey = privateKey;
    const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'p1', alg: 'RS256' }] };
    const roles = ['Machine.Read.All'];
    directory = await startCallerDirectory({
      entra: {
        tenantId,
        clients: [{ clientId, federated: { ...platform, keys }, roles }],
        managedIdentity: { header, clientId },
      },
    });
    writeFileSync(join(folder, 'ca.pem'), directory.entra.caCertificate);
  });
  afterAll(async () => {
    await directory.close();
    rmSync(folder, { recursive: true });
  });

  const start = async (environment: Record<string, string>): Promise<string> => {
    const program = runProgram(['start'], {
      PORT: '0',
      CALLER_AUTH: 'none',
      MACHINES_API_URL: directory.emulator.url,
      MACHINES_API_SCOPE: directory.entra.scope,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      ...environment,
    });
    return (await program.says(/"url":"(http:[^"]+)\/graphql"/))[1] ?? '';
  };
  const upstream = () => new URL(directory.emulator.url).host;
  const assertion = (claims: object = {}): Promise<string> =>
    new SignJWT({ iss: platform.issuer, sub: platform.subject, aud: 'api://AzureADTokenExchange', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'p1' })
      .setExpirationTime('1h')
      .sign(platformKey);

  const federated = (file: string) => ({
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_AUTHORITY_HOST: new URL(directory.entra.url).host,
    AZURE_FEDERATED_TOKEN_FILE: file,
  });

  it('works with a federated token of the platform, which is read for each sign-in', async () => {
    const file = join(folder, 'token');
    writeFileSync(file, `${await assertion({ sub: 'somebody else' })}\n`);
    const url = await start(federated(file));
    const refused = await ask(url, query);
    expect(refused.errors?.[0]).toMatchObject({
      message: expect.stringContaining('AADSTS700021'),
      extensions: { code: 'UPSTREAM_UNAUTHORIZED' },
    });
    writeFileSync(file, `${await assertion()}\n`);
    await expect.poll(async () => (await ask(url, query)).errors, { interval: 500 }).toBeUndefined();
  });

  it.each([
    // A proxy could not reach the host's own service.
    ['system, past a proxy', 'system', () => ({ HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: upstream() })],
    ['user', 'user', () => ({ AZURE_CLIENT_ID: clientId })],
  ])('works with the managed identity of the host: %s', async (_, kind, more) => {
    const url = await start({
      AZURE_MANAGED_IDENTITY: kind,
      IDENTITY_ENDPOINT: `${directory.entra.url}/msi/token`,
      IDENTITY_HEADER: header,
      ...more(),
    });
    const { data, errors } = await ask(url, query);
    expect(errors).toBeUndefined();
    expect(data.machines.nodes).toHaveLength(1);
  });

  it('says so where the host has no managed identity', async () => {
    const url = await start({
      AZURE_MANAGED_IDENTITY: 'system',
      IDENTITY_ENDPOINT: `${directory.entra.url}/msi/token`,
      IDENTITY_HEADER: 'another header',
    });
    const { errors } = await ask(url, query);
    expect(errors?.[0]?.extensions.code).toBe('UPSTREAM_UNAUTHORIZED');
  });
});
