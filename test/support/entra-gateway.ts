import { generate } from 'selfsigned';
import { readConfig } from '../../src/config.ts';
import { type Emulator, type EntraHandle, startEmulator } from '../../src/emulator/emulator.ts';
import { startGateway } from '../../src/gateway.ts';
import { ask, type Reply, uncached } from './running-gateway.ts';
import { secrets } from './secrets.ts';
import { type LogLine, watchedLog } from './watched-log.ts';

const tenantId = '3d1c9c9e-7c1f-4d4e-9f5a-0c6f3b1d2e4f';

/** The app registrations of the emulated directory, each with its own way to sign in or rights. */
export const registrations = {
  withSecret: '0f3a2b1c-1111-4222-8333-444455556666',
  withCertificate: '0f3a2b1c-2222-4222-8333-444455556666',
  /** With a secret, but without the permission to list machines. */
  powerless: '0f3a2b1c-3333-4222-8333-444455556666',
} as const;

/** The settings that name the tenant and the registration with a secret. */
export const signIn = {
  CALLER_AUTH: 'none',
  PORT: '0',
  AZURE_TENANT_ID: tenantId,
  AZURE_CLIENT_ID: registrations.withSecret,
  AZURE_CLIENT_SECRET: secrets.clientSecret,
} as const;

/** An emulated Machines API with an emulated Entra ID beside it. */
export interface Directory {
  readonly emulator: Emulator;
  readonly entra: EntraHandle;
}

/** @param certificate the one that the directory knows */
export async function startDirectory(certificate: string): Promise<Directory> {
  const roles = ['Machine.Read.All'];
  const emulator = await startEmulator({
    fleet: { kind: 'seeded', size: 100, seed: 1, now: Date.UTC(2026, 8, 8) },
    quota: 'off',
    log: watchedLog().log,
    entra: {
      tenantId,
      clients: [
        { clientId: registrations.withSecret, secret: secrets.clientSecret, roles },
        { clientId: registrations.withCertificate, certificate, roles },
        { clientId: registrations.powerless, secret: secrets.clientSecret, roles: ['Machine.Isolate'] },
      ],
    },
  });
  const { entra } = emulator;
  if (entra === undefined) throw new Error('The emulated Entra ID does not run.');
  return { emulator, entra };
}

/** A gateway that signs in to a directory by real msal over TLS, and asks upstream anew for every query. */
export interface EntraGateway extends Directory {
  readonly url: string;
  readonly lines: readonly LogLine[];
  readonly ask: (query: string) => Promise<Reply>;
  /** Lets the gateway's clock jump ahead. */
  readonly pass: (ms: number) => void;
  /** Token requests since the gateway was started. */
  readonly tokenRequests: () => number;
  readonly close: () => Promise<void>;
}

export interface EntraGatewayOptions {
  /** Settings in place of those that would let the sign-in succeed. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What the file named by AZURE_CLIENT_CERTIFICATE_PATH holds. */
  readonly file?: string;
  /** Whether the gateway trusts the emulated Entra ID's certificate. */
  readonly trusted?: boolean;
}

export async function startEntraGateway(
  { emulator, entra }: Directory,
  { environment, file = '', trusted = true }: EntraGatewayOptions = {},
): Promise<EntraGateway> {
  const { log, lines } = watchedLog();
  const tokenRequestsBefore = entra.tokenRequests();
  emulator.clearRequests();
  let ahead = 0;
  const config = readConfig(
    {
      ...signIn,
      MACHINES_API_URL: emulator.url,
      MACHINES_API_SCOPE: entra.scope,
      AZURE_AUTHORITY_HOST: new URL(entra.url).host,
      FLEET: 'off',
      UPSTREAM_RETRIES: '0',
      ...uncached,
      ...environment,
    },
    () => file,
  );
  const gateway = await startGateway(config, {
    log,
    clock: { wall: () => Date.now() + ahead, monotonic: () => performance.now() + ahead },
    ...(trusted ? { ca: entra.caCertificate } : {}),
  });
  return {
    url: gateway.url,
    emulator,
    entra,
    lines,
    ask: (query) => ask(gateway.url, query),
    pass: (ms) => {
      ahead += ms;
    },
    tokenRequests: () => entra.tokenRequests() - tokenRequestsBefore,
    close: gateway.close,
  };
}

/** A certificate and its key in PEM, as an app registration has them. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}

export async function clientCertificate(): Promise<ClientCertificate> {
  const generated = await generate([{ name: 'commonName', value: 'machines-gateway' }], {
    keySize: 2048,
    algorithm: 'sha256',
  });
  return { certificate: generated.cert, key: generated.private };
}
