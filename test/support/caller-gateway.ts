import type { JWTPayload } from 'jose';
import { type Clock, systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import {
  type Emulator,
  type EmulatorOptions,
  type EntraHandle,
  type EntraUser,
  startEmulator,
} from '../../src/emulator/emulator.ts';
import { startGateway } from '../../src/gateway.ts';
import type { Timers } from '../../src/timers.ts';
import { ask, type Reply } from './running-gateway.ts';
import { secrets } from './secrets.ts';
import { clockOf } from './set-clock.ts';
import { type LogLine, watchedLog } from './watched-log.ts';

export const tenantId = '3d1c9c9e-7c1f-4d4e-9f5a-0c6f3b1d2e4f';
/** The app registration of the gateway. */
export const clientId = '0f3a2b1c-1111-4222-8333-444455556666';
/** That of a front end, to which tokens for the gateway are issued. */
export const frontEndId = '0f3a2b1c-9999-4222-8333-444455556666';
/** What tokens must hold to be let in. */
export const scope = 'Machines.Read';

const scopes = ['Machine.Read'];

/** People of the directory, each with rights of their own. */
export const users = {
  ada: { id: 'aaaaaaaa-0000-4000-8000-000000000001', scopes, deviceGroups: [140, 142] },
  ben: { id: 'bbbbbbbb-0000-4000-8000-000000000002', scopes, deviceGroups: [367] },
  withoutConsent: { id: 'cccccccc-0000-4000-8000-000000000003', scopes: [], deviceGroups: [140] },
  withoutFactor: {
    id: 'dddddddd-0000-4000-8000-000000000004',
    scopes,
    deviceGroups: [140],
    needsAnotherFactor: true,
  },
  withoutViewData: { id: 'eeeeeeee-0000-4000-8000-000000000005', scopes, deviceGroups: undefined },
  withoutScope: { id: 'ffffffff-0000-4000-8000-000000000006', scopes: ['Alert.Read'], deviceGroups: [140] },
} as const satisfies Readonly<Record<string, EntraUser>>;

export interface CallerDirectory {
  readonly emulator: Emulator;
  readonly entra: EntraHandle;
  /** A token that the gateway takes, as somebody of the directory would have it. */
  readonly tokenOf: (user: keyof typeof users, claims?: JWTPayload) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** An emulated Machines API, and an emulated Entra ID with people. */
export async function startCallerDirectory(options: Partial<EmulatorOptions> = {}): Promise<CallerDirectory> {
  const emulator = await startEmulator({
    fleet: { kind: 'seeded', size: 2_000, seed: 7, now: Date.UTC(2026, 8, 8) },
    quota: 'off',
    log: watchedLog('warn').log,
    entra: {
      tenantId,
      clients: [{ clientId, secret: secrets.clientSecret, roles: ['Machine.Read.All'] }],
      users: Object.values(users),
    },
    ...options,
  });
  const { entra } = emulator;
  if (entra === undefined) throw new Error('The emulated Entra ID does not run.');
  return {
    emulator,
    entra,
    tokenOf: (user, claims) => {
      const { id } = users[user];
      return entra.issueClaims({ aud: clientId, azp: frontEndId, oid: id, sub: id, scp: scope, ...claims });
    },
    close: emulator.close,
  };
}

/** A gateway that lets in who shows a token of the directory. */
export interface CallerGateway {
  readonly url: string;
  readonly lines: readonly LogLine[];
  /** @param token undefined: none is shown */
  readonly ask: (token: string | undefined, query: string, variables?: unknown) => Promise<Reply>;
  readonly close: () => Promise<void>;
}

export interface CallerGatewayOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Files by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Clock, in epoch milliseconds, which never goes back; default: this machine's clocks. */
  readonly now?: () => number;
  /** In place of `now`, where wall clock and monotonic clock differ. */
  readonly clock?: Clock;
  /** Of the quota and of reading the fleet, with its timers; default: this machine's. */
  readonly quotaClock?: Timers;
  /** Least weight of what is logged and searched for secrets. */
  readonly logLevel?: string;
}

export async function startCallerGateway(
  { emulator, entra }: Pick<CallerDirectory, 'emulator' | 'entra'>,
  { environment, files = {}, now, logLevel, ...options }: CallerGatewayOptions = {},
): Promise<CallerGateway> {
  const { log, lines } = watchedLog(logLevel);
  const clock = options.clock ?? (now === undefined ? systemClock : clockOf(now));
  const config = readConfig(
    {
      PORT: '0',
      CALLER_AUTH: 'entra',
      CALLER_SCOPES: scope,
      AZURE_TENANT_ID: tenantId,
      AZURE_CLIENT_ID: clientId,
      AZURE_CLIENT_SECRET: secrets.clientSecret,
      AZURE_AUTHORITY_HOST: new URL(entra.url).host,
      MACHINES_API_URL: emulator.url,
      MACHINES_API_SCOPE: entra.scope,
      FLEET: 'off',
      UPSTREAM_RETRIES: '0',
      QUOTA_PER_MINUTE: '100000',
      QUOTA_PER_HOUR: '1000000',
      ...environment,
    },
    (path) => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error('There is no such file.'), { code: 'ENOENT' });
      return text;
    },
  );
  const gateway = await startGateway(config, {
    log,
    clock,
    ca: entra.caCertificate,
    ...(options.quotaClock && { quotaClock: options.quotaClock }),
  });
  return {
    url: gateway.url,
    lines,
    ask: (token, query, variables) =>
      ask(gateway.url, query, variables, token === undefined ? {} : { authorization: `Bearer ${token}` }),
    close: gateway.close,
  };
}
