import { readConfig } from '../../src/config.ts';
import {
  type Emulator,
  type EmulatorOptions,
  type RawMachine,
  startEmulator,
} from '../../src/emulator/emulator.ts';
import { type Gateway, startGateway } from '../../src/gateway.ts';
import type { UpstreamReport } from '../../src/graphql/upstream-usage.ts';
import { secrets } from './secrets.ts';
import { type LogLine, watchedLog } from './watched-log.ts';

/** Settings by which every query that does not follow a cursor asks upstream anew. */
export const uncached = { CACHE_FRESH_SECONDS: '0', CACHE_RENEW_SECONDS: '0' } as const;

/** Settings by which nothing is served that was not just read, errors included. */
export const unkept = { ...uncached, CACHE_STALE_SECONDS: '0' } as const;

/** The media type in which the status of an answer says what became of it: 400 where GraphQL refuses the operation. */
export const graphqlResponse = { accept: 'application/graphql-response+json' } as const;

/** A gateway in front of an emulator, both over real sockets. */
export interface RunningGateway {
  readonly gateway: Gateway;
  readonly emulator: Emulator;
  readonly lines: readonly LogLine[];
  /** Asks the gateway by POST. */
  readonly ask: (query: string, variables?: unknown, headers?: Record<string, string>) => Promise<Reply>;
  readonly close: () => Promise<void>;
}

export interface GraphQLFault {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string; readonly [name: string]: unknown };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests are about
  readonly data: any;
  readonly errors: readonly GraphQLFault[] | undefined;
  /** `extensions` of the answer. */
  readonly extensions: { readonly upstream: UpstreamReport };
}

export interface RunningGatewayOptions {
  /** Machines; default: a seeded fleet of 100. */
  readonly rows?: readonly RawMachine[];
  readonly emulator?: Partial<EmulatorOptions>;
  /** Settings beside the address and the token of the emulator. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Clock of gateway and emulator, in epoch milliseconds; default: Date.now. */
  readonly now?: () => number;
}

export async function runGateway(options: RunningGatewayOptions = {}): Promise<RunningGateway> {
  const { log, lines } = watchedLog();
  const emulator = await startEmulator({
    fleet:
      options.rows === undefined
        ? { kind: 'seeded', size: 100, seed: 1, now: Date.UTC(2026, 8, 8) }
        : { kind: 'rows', rows: options.rows },
    tokens: [secrets.token],
    quota: 'off',
    log,
    now: options.now,
    ...options.emulator,
  });
  const config = readConfig(
    {
      CALLER_AUTH: 'none',
      PORT: '0',
      MACHINES_API_URL: emulator.url,
      MACHINES_API_TOKEN: secrets.token,
      UPSTREAM_RETRIES: '0',
      QUOTA_PER_MINUTE: '100000',
      QUOTA_PER_HOUR: '1000000',
      ...options.environment,
    },
    () => '',
  );
  const gateway = await startGateway(config, { log, now: options.now ?? Date.now });
  return {
    gateway,
    emulator,
    lines,
    ask: (query, variables, headers) => ask(gateway.url, query, variables, headers),
    close: async () => {
      await gateway.close();
      await emulator.close();
    },
  };
}

export async function ask(
  url: string,
  query: string,
  variables: unknown = {},
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors, extensions } = (await response.json()) as Pick<
    Reply,
    'data' | 'errors' | 'extensions'
  >;
  return { status: response.status, headers: response.headers, data, errors, extensions };
}
