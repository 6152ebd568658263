import { createHash } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import type { Timers } from '../timers.ts';
import type { RedisAddress } from './redis-address.ts';

/**
 * One connection to Redis, from its making to its first fault. It is never mended: nothing is queued, sent again or
 * reconnected beneath its user, so that no loss goes unseen. See redis-link.ts for one that is made again.
 */
export interface RedisConnection {
  /** Names the run of the server: another run may have lost data. Undefined where the user may not read INFO. */
  readonly runId: string | undefined;
  /** Sends one command; texts of the answer come as buffers. `withinMs` is its deadline. */
  readonly send: (command: RedisCommand, withinMs?: number) => Promise<unknown>;
  readonly close: () => void;
}

/** A command: its name and its arguments. */
export type RedisCommand = readonly [name: string, ...args: (string | Buffer)[]];

/** A command that was rejected, not answered in time, or not sent. */
export class RedisFault extends Error {
  /** Redis' own code, such as READONLY; or what went wrong on the way. */
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.name = 'RedisFault';
    this.code = code;
  }
}

export interface RedisConnectionOptions {
  readonly address: RedisAddress;
  /** Certificates of the authorities to trust, in PEM. Default: those that Node trusts. */
  readonly ca?: readonly string[] | undefined;
  /** How host names are looked up. Default: by the system. */
  readonly lookup?: LookupFunction | undefined;
  /** Deadline of connecting, and of every command that names none. */
  readonly commandMs: number;
  readonly timers: Timers;
  /** Told once, when the connection breaks by itself. */
  readonly onBroken: () => void;
}

/** @throws {RedisFault} where Redis cannot be reached, or is not ready */
export async function openRedis(options: RedisConnectionOptions): Promise<RedisConnection> {
  const { address, ca, lookup, commandMs, timers } = options;
  // Loaded where there is a Redis, which a start need not wait for.
  const [{ Redis }, { redisConnector }] = await Promise.all([import('ioredis'), import('./connector.ts')]);
  const redis = new Redis({
    db: address.database,
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password.reveal() }),
    ...redisConnector(address, { connectMs: commandMs, ca, lookup }),
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: commandMs,
    disableClientInfo: true,
    protocol: 2,
  });
  // Without a listener ioredis writes faults to the console. The first one says why connecting failed.
  let fault: unknown;
  redis.on('error', (error) => {
    fault ??= error;
  });

  const within = <T>(what: string, promise: Promise<T>, ms: number): Promise<T> =>
    new Promise((resolve, reject) => {
      const cancel = timers.setTimer(ms, () =>
        reject(new RedisFault(`Redis did not answer ${what} in time.`, 'TIMEOUT')),
      );
      promise.then(resolve, (cause: unknown) => reject(faultOf(what, cause, fault))).finally(cancel);
    });
  const send: RedisConnection['send'] = ([name, ...args], ms = commandMs) =>
    within(name, redis.callBuffer(name, ...args), ms);

  try {
    await within('a connection', redis.connect(), commandMs);
    // ioredis goes on where a user was rejected, or a database.
    if (fault !== undefined) throw faultOf('a connection', fault);
    const runId = await send(['INFO', 'server']).then(runIdOf, (error: unknown) => {
      if (error instanceof RedisFault && error.code === 'NOPERM') return undefined;
      throw error;
    });
    redis.on('close', options.onBroken);
    return {
      runId,
      send,
      close: () => {
        redis.off('close', options.onBroken);
        redis.disconnect();
      },
    };
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

const runIdOf = (info: unknown): string | undefined => /^run_id:(\w+)/m.exec(String(info))?.[1];

/** A script, known to Redis by the digest of its text once it was sent. */
export interface RedisScript {
  readonly lua: string;
  readonly digest: string;
}

/** `now` is Redis' clock in ms; `whole` writes such numbers without an exponent. */
const prelude = `
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function whole(n) return string.format('%.0f', n) end
`;

/** @param body of the script, which has `call`, `now` and `whole` */
export function redisScript(body: string): RedisScript {
  const lua = prelude + body;
  return { lua, digest: createHash('sha1').update(lua).digest('hex') };
}

export async function runScript(
  { send }: RedisConnection,
  { lua, digest }: RedisScript,
  keys: readonly string[],
  args: readonly (string | Buffer)[],
): Promise<unknown> {
  const rest = [String(keys.length), ...keys, ...args];
  try {
    return await send(['EVALSHA', digest, ...rest]);
  } catch (error) {
    if (!(error instanceof RedisFault) || error.code !== 'NOSCRIPT') throw error;
    return await send(['EVAL', lua, ...rest]);
  }
}

/** What to do about codes that an operator can do something about. */
const advice: Readonly<Record<string, string>> = {
  NOAUTH: 'It needs a password',
  WRONGPASS: 'Its user or password is wrong',
  NOPERM: 'Its user lacks a right: it needs the commands and keys that docs/cache-and-quota.md lists',
  READONLY: 'It is a replica; its address should lead to the primary',
  MASTERDOWN: 'It is a replica that has lost its primary',
  LOADING: 'It is still loading its data',
  OOM: 'Its memory is full',
  MISCONF: 'It cannot save its data and rejects writes',
};

/** Redis' error codes are words in capitals; the rest of its messages may quote arguments. Those of the system are codes. */
function faultOf(what: string, ...causes: readonly unknown[]): RedisFault {
  for (const cause of causes) {
    if (!(cause instanceof Error)) continue;
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
    const word = /^-?([A-Z][A-Z_]{2,})\b/.exec(code)?.[1];
    if (word === undefined) continue;
    const hint = advice[word];
    return new RedisFault(`Redis failed at ${what}: ${word}.${hint === undefined ? '' : ` ${hint}.`}`, word);
  }
  return new RedisFault(`Redis failed at ${what}.`, 'BROKEN');
}
