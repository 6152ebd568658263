import { Redis } from 'ioredis';
import { redisTls } from '../redis-tls.ts';
import type { Clock } from './clock.ts';
import { script } from './redis-script.ts';

/**
 * One connection to Redis, from its making to its first fault. It is never mended: nothing is queued, sent again or
 * reconnected beneath us, so that no loss goes unseen. Who wants another opens another.
 */
export interface RedisConnection {
  /** Names the run of the server: another one may have lost data. */
  readonly runId: string;
  /** Redis' time in ms, cut to whole ones. */
  readonly time: () => Promise<number>;
  /** Runs the script. */
  readonly run: (args: object) => Promise<unknown>;
  readonly close: () => void;
}

/** A command that was not answered in time, or could not be sent. */
export class RedisFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RedisFault';
  }
}

export interface RedisConnectionOptions {
  readonly url: string;
  /** Certificates of the authorities to trust, in PEM; those that Node brings where it is not given. */
  readonly ca: readonly string[] | undefined;
  readonly keys: readonly string[];
  /** Deadline of every command, and of connecting. */
  readonly commandMs: number;
  readonly clock: Clock;
  /** Told once, when the connection breaks by itself. */
  readonly onBroken: () => void;
}

/** @throws {RedisFault} where Redis cannot be reached, or is not ready */
export async function openRedis(options: RedisConnectionOptions): Promise<RedisConnection> {
  const { url, keys, commandMs, clock } = options;
  const redis = new Redis(url, {
    ...redisTls(url, options.ca),
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
  // Without a listener ioredis writes faults to the console; each one also fails the command that it hits.
  redis.on('error', () => undefined);
  redis.defineCommand('quota', { numberOfKeys: keys.length, lua: script });

  const within = <T>(what: string, promise: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const cancel = clock.setTimer(commandMs, () =>
        reject(new RedisFault(`Redis did not answer ${what} in time.`)),
      );
      promise.then(resolve, (cause: unknown) => reject(new RedisFault(explain(what, cause)))).finally(cancel);
    });

  try {
    await within('a connection', redis.connect());
    const info = await within('INFO', redis.info('server'));
    redis.on('close', options.onBroken);
    return {
      // Where the server does not tell, every connection counts as another run.
      runId: /^run_id:(\w+)/m.exec(info)?.[1] ?? `${Math.random()}`.slice(2),
      time: async () => {
        const [seconds, microseconds] = await within('TIME', redis.time());
        return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
      },
      run: (args) => within('the script', runScript(redis, keys, JSON.stringify(args))),
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

function runScript(redis: Redis, keys: readonly string[], args: string): Promise<unknown> {
  const command = (redis as unknown as { quota: (...parts: string[]) => Promise<unknown> }).quota;
  return command.call(redis, ...keys, args);
}

/** Redis' error codes are words in capitals; the rest of its messages may quote arguments. */
function explain(what: string, cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = /^[A-Z]{3,}\b/.exec(message)?.[0];
  return code === undefined ? `Redis failed at ${what}.` : `Redis refused ${what}: ${code}.`;
}
