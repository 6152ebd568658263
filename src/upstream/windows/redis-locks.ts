import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { UpstreamError, type UpstreamErrorDetails } from '../upstream-error.ts';
import type { RedisHealth } from './redis-health.ts';

/**
 * One replica at a time for each piece of work.
 *
 * Work is guarded by a lock that its holder renews; a holder that dies loses it within {@link lockMs}. Who waits for a
 * lock looks now and then for what its holder brought. A holder that failed leaves its error behind for those who waited
 * at the time, so that a failing upstream is not asked once by each replica; newcomers try for themselves. Nobody waits
 * for one lock while he holds another. Where Redis is away, or takes nothing that could be shared, each works alone.
 */
export interface RedisLocksOptions {
  readonly redis: Redis;
  readonly health: RedisHealth;
  readonly keyOf: (...parts: readonly string[]) => string;
}

const lockMs = 5_000;
const lockRenewalMs = 1_500;
const failureMs = 2_000;
const pollMs = 20;
const longestPollMs = 200;

type Look<Name, T> = (names: readonly Name[]) => Promise<ReadonlyMap<Name, T>>;
type Work<Name, T> = Look<Name, T>;

export class RedisLocks {
  readonly #options: RedisLocksOptions;

  constructor(options: RedisLocksOptions) {
    this.#options = options;
  }

  async once<T>(
    name: string,
    signal: AbortSignal,
    look: () => Promise<T | undefined>,
    work: () => Promise<T>,
  ): Promise<T> {
    const results = await this.onceEach<string, { readonly value: T }>(
      [name],
      signal,
      async () => {
        const value = await look();
        return value === undefined ? new Map() : new Map([[name, { value }]]);
      },
      async () => new Map([[name, { value: await work() }]]),
    );
    const result = results.get(name);
    if (result === undefined) throw new Error('The work has brought nothing.');
    return result.value;
  }

  async onceEach<Name extends string, T>(
    names: readonly Name[],
    signal: AbortSignal,
    look: Look<Name, T>,
    work: Work<Name, T>,
  ): Promise<ReadonlyMap<Name, T>> {
    const token = randomUUID();
    const results = new Map<Name, T>();
    let left = names;
    const take = (brought: ReadonlyMap<Name, T>): void => {
      for (const [name, result] of brought) results.set(name, result);
      left = left.filter((name) => !results.has(name));
    };
    for (let wait = pollMs; ; wait = Math.min(longestPollMs, wait * 1.5)) {
      take(await look(left));
      if (left.length === 0) return results;
      const mine = await this.#claim(left, token);
      if (mine === undefined) {
        take(await work(left));
        return results;
      }
      if (mine.length === 0) await delay(wait * (0.75 + Math.random() / 2), undefined, { signal });
      if (mine.length === 0 || wait > pollMs) {
        // Also where a lock has passed to us: the holder before may have left its error just then.
        const failure = await this.#failureOf(left);
        if (failure !== undefined) {
          await this.#release(mine, token);
          throw new UpstreamError(failure);
        }
      }
      if (mine.length > 0) take(await this.#hold(mine, token, signal, look, work));
      if (left.length === 0) return results;
    }
  }

  async #hold<Name extends string, T>(
    names: readonly Name[],
    token: string,
    signal: AbortSignal,
    look: Look<Name, T>,
    work: Work<Name, T>,
  ): Promise<ReadonlyMap<Name, T>> {
    const { redis, health } = this.#options;
    const failures = names.map((name) => this.#failureKey(name));
    const renewal = setInterval(() => void this.#renew(names, token), lockRenewalMs);
    try {
      // What an earlier holder has left says nothing of this one.
      await health.ask(() => redis.del(...failures));
      // Between looking and locking, the holder before may have brought it.
      const found = await look(names);
      const left = names.filter((name) => !found.has(name));
      return left.length === 0 ? found : new Map([...found, ...(await work(left))]);
    } catch (error) {
      // That our own callers left, or ran out of time, is no matter of the others'.
      if (error instanceof UpstreamError && concernsAll(error) && !signal.aborted) {
        const left = JSON.stringify(error.details);
        await health.write(() => Promise.all(failures.map((key) => redis.set(key, left, 'PX', failureMs))));
      }
      throw error;
    } finally {
      clearInterval(renewal);
      await this.#release(names, token);
    }
  }

  /** The locks that could be had; undefined where Redis does not give any. */
  async #claim<Name extends string>(
    names: readonly Name[],
    token: string,
  ): Promise<readonly Name[] | undefined> {
    const { redis, health } = this.#options;
    // While nothing can be brought, to wait for another would be for nothing.
    if (health.state !== 'whole') return undefined;
    const keys = names.map((name) => this.#lockKey(name));
    const taken = await health.write(() => redis.eval(claimScript, keys.length, ...keys, token, lockMs));
    return Array.isArray(taken) ? names.filter((_, index) => taken.includes(index + 1)) : undefined;
  }

  async #renew(names: readonly string[], token: string): Promise<void> {
    const { redis, health } = this.#options;
    const keys = names.map((name) => this.#lockKey(name));
    await health.ask(() => redis.eval(renewScript, keys.length, ...keys, token, lockMs));
  }

  async #release(names: readonly string[], token: string): Promise<void> {
    if (names.length === 0) return;
    const { redis, health } = this.#options;
    const keys = names.map((name) => this.#lockKey(name));
    await health.ask(() => redis.eval(releaseScript, keys.length, ...keys, token));
  }

  /** What the holder of one of these failed with. */
  async #failureOf(names: readonly string[]): Promise<UpstreamErrorDetails | undefined> {
    const { redis, health } = this.#options;
    const left = await health.ask(() => redis.mget(names.map((name) => this.#failureKey(name))));
    const text = left?.find((each) => each !== null);
    // Only a holder writes there, and whole: what can be read is one of ours.
    return typeof text === 'string' ? (JSON.parse(text) as UpstreamErrorDetails) : undefined;
  }

  #lockKey(name: string): string {
    return this.#options.keyOf('lock', name);
  }

  #failureKey(name: string): string {
    return this.#options.keyOf('failure', name);
  }
}

/** What upstream said goes for every replica; that our own quota had no room for this call in its time does not. */
const concernsAll = (error: UpstreamError): boolean => !error.isOwnQuota;

/** Takes those that nobody holds, and says which, counted from 1. */
const claimScript = `
local mine = {}
for i, key in ipairs(KEYS) do
  if redis.call('SET', key, ARGV[1], 'NX', 'PX', ARGV[2]) then mine[#mine + 1] = i end
end
return mine`;

/** Only the holder may renew or release: the lock may have passed on meanwhile. */
const renewScript = `
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('PEXPIRE', key, ARGV[2]) end
end`;
const releaseScript = `
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end`;
