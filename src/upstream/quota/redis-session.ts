import type { Clock } from './clock.ts';
import { type RedisConnection, RedisFault } from './redis-connection.ts';
import { readReply, type Synced } from './redis-script.ts';
import type { ScriptSettings } from './redis-settings.ts';
import { nextOffset, offsetOf, type TimeOffset } from './time-offset.ts';

export interface SessionOptions {
  readonly connection: RedisConnection;
  readonly settings: ScriptSettings;
  readonly clock: Clock;
  readonly commandMs: number;
  readonly presenceMs: number;
}

/**
 * Talking to Redis over one connection: one command at a time, each within a deadline and within a fence.
 *
 * The fence: a command says between which instants of Redis' time it may run. Thus one that lay in a buffer while Redis
 * was paused does nothing when it is read at last, and a Redis whose clock was set is noticed before it decides anything.
 * Answers come one by one, so that what a replica has acknowledged of the pool is what it knew when it last sent.
 */
export class RedisSession {
  readonly #options: SessionOptions;
  #offset: TimeOffset;
  #last: Promise<unknown> = Promise.resolve();
  /** Of the last answer: the pool's epoch, the view and the change that this replica knows. */
  epoch = '';
  #view = 0;
  /** The view that Redis knows this replica to know. */
  acknowledged = 0;
  #seq = 0;
  /** Redis' time when the last answer was given. */
  syncedAt: number;
  /** Until when this replica is present in the pool, by all that it sent; in Redis' time. */
  presentUntil = 0;

  private constructor(options: SessionOptions, offset: TimeOffset, syncedAt: number) {
    this.#options = options;
    this.#offset = offset;
    this.syncedAt = syncedAt;
  }

  /** Begins a session by measuring Redis' clock. */
  static async begin(options: SessionOptions): Promise<RedisSession> {
    let best: { readonly offset: TimeOffset; readonly time: number } | undefined;
    for (let sample = 0; sample < 3; sample++) {
      const sentAt = options.clock.now();
      const time = await options.connection.time();
      const offset = offsetOf(sentAt, time, options.clock.now());
      const width = offset.high - offset.low;
      if (best === undefined || width < best.offset.high - best.offset.low) best = { offset, time };
    }
    if (best === undefined) throw new RedisFault('Redis did not tell its time.');
    return new RedisSession(options, best.offset, best.time);
  }

  get offset(): TimeOffset {
    return this.#offset;
  }

  get view(): number {
    return this.#view;
  }

  /** @throws {RedisFault} where the session is over: no answer in time, data lost, a clock set */
  command(op: string, args: object = {}): Promise<Synced> {
    const result = this.#last.then(() => this.#send(op, args));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #send(op: string, args: object): Promise<Synced> {
    const { connection, settings, clock, commandMs, presenceMs } = this.#options;
    const sentAt = clock.now();
    const presentUntil = sentAt + this.#offset.low + presenceMs;
    this.presentUntil = Math.max(this.presentUntil, presentUntil);
    this.acknowledged = this.#view;
    const answer = await connection.run({
      op,
      ...settings,
      notBefore: sentAt + this.#offset.low - fenceSlackMs,
      notAfter: sentAt + this.#offset.high + commandMs,
      presentUntil,
      epoch: this.epoch,
      view: this.#view,
      seq: this.#seq,
      ...args,
    });
    const receivedAt = clock.now();
    if (receivedAt > sentAt + commandMs) throw new RedisFault('Redis answered too late.');
    const reply = readReply(answer);
    if (reply.status === 'stale')
      throw new RedisFault('A command was held up, or the clock of Redis was set.');
    if (!('epoch' in reply)) throw new RedisFault('Redis has lost its data.');
    const offset = nextOffset(this.#offset, offsetOf(sentAt, reply.now, receivedAt));
    if (offset === undefined) throw new RedisFault('The clock of Redis was set.');
    this.#offset = offset;
    this.epoch = reply.epoch;
    this.#view = reply.view;
    this.#seq = reply.seq;
    this.syncedAt = reply.now;
    return reply;
  }
}

/** Clocks may be off by this much against the last measurement. */
const fenceSlackMs = 50;
