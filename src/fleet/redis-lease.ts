import type { RedisConnection } from '../redis/redis-connection.ts';
import type { Timers } from '../timers.ts';
import { releaseLease, renewLease, type SharedKeys } from './redis-snapshots-script.ts';

export interface RedisLeaseOptions {
  readonly keys: SharedKeys;
  readonly clock: Timers;
  /** The connection that is up. */
  readonly connection: () => RedisConnection | undefined;
  readonly onFault: (connection: RedisConnection, error: unknown) => void;
}

/**
 * A lease that was taken in Redis: renewed three times in its life, and lost where Redis gives it to another, or where it
 * could not be renewed until its end. That is counted from before the command that renewed it was sent, so that Redis
 * never ends it earlier than this side does.
 */
export class RedisLease {
  readonly #name: string;
  readonly #options: RedisLeaseOptions;
  readonly #losing = new AbortController();
  #endsAt: number;
  #cancel = (): void => undefined;

  /** @param askedAt when it was asked for, by the clock */
  constructor(name: string, askedAt: number, options: RedisLeaseOptions) {
    this.#name = name;
    this.#options = options;
    this.#endsAt = askedAt + options.keys.leaseMs;
    this.#schedule();
  }

  get lost(): AbortSignal {
    return this.#losing.signal;
  }

  async release(): Promise<void> {
    this.#cancel();
    this.#cancel = () => undefined;
    const isLost = this.#losing.signal.aborted;
    this.#losing.abort(new Error('The lease was given back.'));
    const connection = this.#options.connection();
    if (isLost || connection === undefined) return;
    try {
      await releaseLease(connection, this.#options.keys, this.#name);
    } catch (error) {
      this.#options.onFault(connection, error);
    }
  }

  #schedule(): void {
    const { clock, keys } = this.#options;
    const leftMs = this.#endsAt - clock.now();
    if (leftMs <= 0) this.#lose();
    else this.#cancel = clock.setTimer(Math.min(leftMs, keys.leaseMs / 3), () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const { clock, connection, keys, onFault } = this.#options;
    const askedAt = clock.now();
    const up = connection();
    if (askedAt >= this.#endsAt || up === undefined) {
      this.#schedule();
      return;
    }
    // The answer may not come: the end is watched meanwhile.
    this.#cancel = clock.setTimer(this.#endsAt - askedAt, () => this.#lose());
    try {
      const isOurs = await renewLease(up, keys, this.#name);
      this.#endsAt = isOurs ? askedAt + keys.leaseMs : askedAt;
    } catch (error) {
      onFault(up, error);
    }
    this.#cancel();
    if (!this.#losing.signal.aborted) this.#schedule();
  }

  #lose(): void {
    this.#cancel();
    this.#losing.abort(new Error('Another replica may read the fleet by now.'));
  }
}
