import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { ListingId } from '../../machines/cursor.ts';
import type { Moment } from '../../machines/moment.ts';
import type { Secret } from '../../secret.ts';
import { redisTls } from '../redis-tls.ts';
import { UpstreamError, type UpstreamErrorDetails } from '../upstream-error.ts';
import type { ListKey } from './list.ts';
import type { SharedReading, SharedWindows } from './shared-windows.ts';
import { packWindow, unpackWindow } from './window-packet.ts';

/**
 * Windows shared through Redis, and one replica at a time for each piece of work.
 *
 * Redis is a help, never a need: a command that fails or takes too long counts as "nothing there", and for a moment
 * after it Redis is not asked at all, so that a Redis that hangs holds up nobody twice.
 *
 * Work is guarded by a lock that its holder renews; a holder that dies loses it within {@link lockMs}. Who waits for a
 * lock looks now and then for what its holder brought. A holder that failed leaves its error behind for those who waited
 * at the time, so that a failing upstream is not asked once by each replica; newcomers try for themselves.
 */
export interface RedisWindowsOptions {
  readonly url: Secret;
  /** Certificates of the authorities to trust, in PEM; those that Node brings where it is not given. */
  readonly ca?: readonly string[] | undefined;
  /** Begins every key; names tenant and app registration, digested. */
  readonly prefix: string;
  /** How long windows are kept, in milliseconds. */
  readonly keepMs: number;
  /** Told when Redis begins to fail, and when it is back. */
  readonly onAvailable: (available: boolean, why: string) => void;
}

/** Walks are followed for at least this long. */
const leastKeepMs = 60_000;
const commandMs = 1_000;
const restMs = 1_000;
const lockMs = 5_000;
const lockRenewalMs = 1_500;
const failureMs = 2_000;
const pollMs = 20;
const longestPollMs = 200;

export function createRedisWindows(options: RedisWindowsOptions): SharedWindows {
  const { url, prefix } = options;
  const keepMs = Math.max(leastKeepMs, options.keepMs);
  const redis = new Redis(url.reveal(), {
    ...redisTls(url.reveal(), options.ca),
    commandTimeout: commandMs,
    connectTimeout: commandMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (tries) => Math.min(2_000, 50 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2),
  });
  // The first commands wait for the connection to stand, or to fail; without this, replicas would start out alone.
  const tried = new Promise<void>((resolve) => {
    redis.once('ready', resolve);
    redis.once('close', resolve);
  });
  const guard = new RedisGuard(tried, options.onAvailable);
  redis.on('error', (error: Error) => guard.failed(error));

  const keyOf = (...parts: readonly (string | number)[]): string => [prefix, ...parts].join(':');
  const read = async <T>(key: string, parse: (value: Buffer) => T | Promise<T>): Promise<T | undefined> => {
    const value = await guard.ask(() => redis.getBuffer(key));
    if (value === undefined || value === null) return undefined;
    try {
      return await parse(value);
    } catch {
      // Not ours, of another version, or cut off: as good as nothing.
      return undefined;
    }
  };
  const readJson = <T>(key: string): Promise<T | undefined> =>
    read(key, (value) => JSON.parse(value.toString('utf8')) as T);

  return {
    newest: (list) => readJson<SharedReading>(keyOf('newest', list)),
    async reading(list, id) {
      const openedAt = await readJson<Moment>(keyOf('reading', list, id));
      return openedAt === undefined ? undefined : { id, openedAt };
    },
    window: (list, id, index) => read(windowKey(list, id, index), unpackWindow),
    async keep(list, { id, openedAt }, index, window) {
      if (!guard.isAvailable) return;
      const packet = await packWindow(window);
      await guard.ask(() => redis.set(windowKey(list, id, index), packet, 'PX', keepMs));
      if (index !== 0) return;
      await guard.ask(() => redis.set(keyOf('reading', list, id), JSON.stringify(openedAt), 'PX', keepMs));
      await guard.ask(() => redis.set(keyOf('newest', list), JSON.stringify({ id, openedAt }), 'PX', keepMs));
    },
    async once(name, signal, look, work) {
      const lock = keyOf('lock', name);
      const failure = keyOf('failure', name);
      const token = randomUUID();
      for (let wait = pollMs; ; wait = Math.min(longestPollMs, wait * 1.5)) {
        const found = await look();
        if (found !== undefined) return found;
        const taken = await guard.ask(() => redis.set(lock, token, 'PX', lockMs, 'NX'));
        const isMine = taken === 'OK';
        if (isMine && wait === pollMs) return await hold(lock, failure, token, signal, look, work);
        if (taken === undefined) return await work();
        if (!isMine) await delay(wait * (0.75 + Math.random() / 2), undefined, { signal });
        // Also where the lock has passed to us: the holder before may have left its error just then.
        const left = await readJson<UpstreamErrorDetails>(failure);
        if (left !== undefined) {
          if (isMine) await guard.ask(() => redis.eval(releaseScript, 1, lock, token));
          throw new UpstreamError(left);
        }
        if (isMine) return await hold(lock, failure, token, signal, look, work);
      }
    },
    isAvailable: () => guard.isAvailable,
    async close() {
      redis.disconnect();
    },
  };

  function windowKey(list: ListKey, id: ListingId, index: number): string {
    return keyOf('window', list, id, index);
  }

  async function hold<T>(
    lock: string,
    failure: string,
    token: string,
    signal: AbortSignal,
    look: () => Promise<T | undefined>,
    work: () => Promise<T>,
  ): Promise<T> {
    const renewal = setInterval(
      () => void guard.ask(() => redis.eval(renewScript, 1, lock, token, lockMs)),
      lockRenewalMs,
    );
    try {
      // What an earlier holder has left says nothing of this one.
      await guard.ask(() => redis.del(failure));
      // Between looking and locking, the holder before may have brought it.
      return (await look()) ?? (await work());
    } catch (error) {
      // That our own callers left, or ran out of time, is no matter of the others'.
      if (error instanceof UpstreamError && concernsAll(error) && !signal.aborted) {
        await guard.ask(() => redis.set(failure, JSON.stringify(error.details), 'PX', failureMs));
      }
      throw error;
    } finally {
      clearInterval(renewal);
      await guard.ask(() => redis.eval(releaseScript, 1, lock, token));
    }
  }
}

/** What upstream said goes for every replica; that our own quota had no room for this call in its time does not. */
const concernsAll = (error: UpstreamError): boolean => !error.isOwnQuota;

/** Only the holder may renew or release: the lock may have passed on meanwhile. */
const renewScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`;
const releaseScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** Asks Redis while it answers, and leaves it alone for a moment when it does not. */
class RedisGuard {
  readonly #tried: Promise<void>;
  readonly #onAvailable: RedisWindowsOptions['onAvailable'];
  #restUntil = 0;
  #available = true;

  constructor(tried: Promise<void>, onAvailable: RedisWindowsOptions['onAvailable']) {
    this.#tried = tried;
    this.#onAvailable = onAvailable;
  }

  get isAvailable(): boolean {
    return performance.now() >= this.#restUntil;
  }

  /** @returns undefined where Redis does not answer */
  async ask<T>(command: () => Promise<T>): Promise<T | undefined> {
    await this.#tried;
    if (!this.isAvailable) return undefined;
    try {
      const answer = await command();
      if (!this.#available) this.#onAvailable(true, 'Redis answers again.');
      this.#available = true;
      return answer;
    } catch (error) {
      this.failed(error);
      return undefined;
    }
  }

  failed(error: unknown): void {
    this.#restUntil = performance.now() + restMs;
    if (this.#available) this.#onAvailable(false, error instanceof Error ? error.message : String(error));
    this.#available = false;
  }
}
