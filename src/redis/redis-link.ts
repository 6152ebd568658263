import type { Timers } from '../timers.ts';
import { type RedisConnection, RedisFault } from './redis-connection.ts';

type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up'; readonly connection: RedisConnection }
  | { readonly kind: 'waiting'; readonly cancel: () => void }
  | { readonly kind: 'closed' };

export interface RedisLinkOptions {
  readonly open: (onBroken: () => void) => Promise<RedisConnection>;
  /** Prepares a new connection; where it throws, the connection is given up. */
  readonly greet: (connection: RedisConnection) => Promise<void>;
  /** Told when a connection is lost, and when one could not be made. */
  readonly onDown: (why: RedisFault) => void;
  /** Pause before the first and before any later try; it doubles in between, and half of it is left to chance. */
  readonly pauseMs: { readonly first: number; readonly longest: number };
  /** A number from 0 to 1. */
  readonly random: () => number;
  readonly timers: Timers;
}

/**
 * A connection to Redis that is made again whenever it is lost. Any fault ends a connection: a rejection (READONLY)
 * as well, since the address may lead to another server by now.
 */
export class RedisLink {
  readonly #options: RedisLinkOptions;
  #state: LinkState = { kind: 'connecting' };
  #tries = 0;
  #attempt: Promise<void>;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    this.#attempt = this.#connect();
  }

  /** Gives the connection up, unless another one is there by now. */
  fail(connection: RedisConnection, error: unknown): void {
    if (this.#state.kind === 'up' && this.#state.connection === connection) this.#down(connection, error);
  }

  /** Ends the link once an attempt under way has ended. `farewell` is given the connection that is up. */
  async close(farewell: (connection: RedisConnection) => Promise<unknown>): Promise<void> {
    const state = this.#state;
    this.#state = { kind: 'closed' };
    if (state.kind === 'waiting') state.cancel();
    await this.#attempt;
    if (state.kind !== 'up') return;
    await farewell(state.connection).catch(() => undefined);
    state.connection.close();
  }

  async #connect(): Promise<void> {
    let connection: RedisConnection | undefined;
    try {
      const opened = await this.#options.open(() =>
        this.fail(opened, new RedisFault('The connection to Redis broke.', 'BROKEN')),
      );
      connection = opened;
      if (this.#isClosed()) return opened.close();
      this.#state = { kind: 'up', connection };
      await this.#options.greet(connection);
      if (this.#state.connection === connection) this.#tries = 0;
    } catch (error) {
      if (connection === undefined) this.#down(undefined, error);
      else this.fail(connection, error);
    }
  }

  #isClosed(): boolean {
    return this.#state.kind === 'closed';
  }

  #down(connection: RedisConnection | undefined, error: unknown): void {
    connection?.close();
    if (this.#isClosed()) return;
    const { pauseMs, random, timers, onDown } = this.#options;
    const pause = Math.min(pauseMs.longest, pauseMs.first * 2 ** Math.min(this.#tries++, 20));
    const cancel = timers.setTimer((pause * (1 + random())) / 2, () => {
      this.#state = { kind: 'connecting' };
      this.#attempt = this.#connect();
    });
    this.#state = { kind: 'waiting', cancel };
    // Messages of other errors may quote the command.
    onDown(
      error instanceof RedisFault ? error : new RedisFault('Redis sent an unexpected answer.', 'UNREADABLE'),
    );
  }
}
