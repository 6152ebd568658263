import { expect } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import {
  type Emulator,
  type EmulatorOptions,
  type RawMachine,
  startEmulator,
} from '../../src/emulator/emulator.ts';
import { type Gateway, startGateway } from '../../src/gateway.ts';
import type { UpstreamReport } from '../../src/graphql/upstream-usage.ts';
import type { Timers } from '../../src/timers.ts';
import { secrets } from './secrets.ts';
import { clockOf } from './set-clock.ts';
import { type LogLine, watchedLog } from './watched-log.ts';

/** Settings by which every query that does not follow a cursor asks upstream anew. */
export const uncached = { CACHE_FRESH_SECONDS: '0', CACHE_RENEW_SECONDS: '0' } as const;

/** Settings by which nothing is served that was not just read, errors included. */
export const unkept = { ...uncached, CACHE_STALE_SECONDS: '0' } as const;

/** The media type in which the status of an answer says what became of it: 400 where GraphQL rejects the operation. */
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
  /** Clock of gateway and emulator, in epoch milliseconds, which never goes back; default: this machine's clocks. */
  readonly now?: () => number;
  /** In place of `now`, where wall clock and monotonic clock differ. */
  readonly clock?: Clock;
  /** Of the quota and of reading the fleet, with its timers; default: this machine's. */
  readonly quotaClock?: Timers;
}

export async function runGateway(options: RunningGatewayOptions = {}): Promise<RunningGateway> {
  const { log, lines } = watchedLog();
  const clock = options.clock ?? (options.now === undefined ? systemClock : clockOf(options.now));
  const emulator = await startEmulator({
    fleet:
      options.rows === undefined
        ? { kind: 'seeded', size: 100, seed: 1, now: Date.UTC(2026, 8, 8) }
        : { kind: 'rows', rows: options.rows },
    tokens: [secrets.token],
    quota: 'off',
    log,
    now: clock.wall,
    ...options.emulator,
  });
  const config = readConfig(
    {
      CALLER_AUTH: 'none',
      PORT: '0',
      MACHINES_API_URL: emulator.url,
      MACHINES_API_TOKEN: secrets.token,
      FLEET: 'off',
      UPSTREAM_RETRIES: '0',
      QUOTA_PER_MINUTE: '100000',
      QUOTA_PER_HOUR: '1000000',
      ...options.environment,
    },
    () => '',
  );
  const { quotaClock } = options;
  const gateway = await startGateway(config, { log, clock, ...(quotaClock && { quotaClock }) });
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

/**
 * Asks by POST. With `ASK_AGAIN=1` every query is asked two times more, by which it is answered from its plan where it can
 * be, and what comes then must be the same: `npm run test:again` runs the suites of the GraphQL server so.
 */
export async function ask(
  url: string,
  query: string,
  variables: unknown = {},
  headers: Record<string, string> = {},
): Promise<Reply> {
  const reply = await askOnce(url, query, variables, headers);
  for (let times = 0; times < (process.env.ASK_AGAIN === '1' ? 2 : 0); times++) {
    const again = await askOnce(url, query, variables, headers);
    const { calls, source } = again.extensions?.upstream ?? { calls: 0, source: 'FLEET' };
    // What was read upstream anew may be another; what holds no rows is as of now.
    if (calls === 0 && source !== null) expect(comparable(again)).toEqual(comparable(reply));
  }
  return reply;
}

/** What is the same however often it is asked, as far as nothing changes upstream. */
const comparable = ({ status, headers, data, errors }: Reply) => ({
  status,
  type: headers.get('content-type'),
  data,
  errors: errors?.map(({ message, path, extensions: { code } }) => ({ message, path, code })),
});

async function askOnce(
  url: string,
  query: string,
  variables: unknown,
  headers: Record<string, string>,
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
