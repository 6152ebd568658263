import { untilAborted } from '../cancellation.ts';
import { type RedisCommand, type RedisConnection, RedisFault } from '../redis/redis-connection.ts';
import type { Timers } from '../timers.ts';
import type { DeltaStore } from './changes/redis-deltas.ts';
import type { ExchangeTimes } from './exchange-times.ts';
import { chunkKey, deltaKey, type SharedKeys } from './redis-snapshots-script.ts';
import type { ChunkStore } from './snapshot-chunks.ts';

export interface RedisChunksOptions {
  readonly connection: RedisConnection;
  readonly keys: SharedKeys;
  readonly times: Pick<ExchangeTimes, 'chunkMs' | 'commandMs'>;
  /** Deadline of all commands, by the clock. */
  readonly untilMs: number;
  readonly clock: Timers;
  readonly signal: AbortSignal;
}

/** How long chunks and deltas stay of a snapshot that was not published. */
export const unpublishedMs = 600_000;

/** The chunks of one snapshot, and the deltas that lead back from it, on their way to Redis or from there. */
export class RedisChunks implements ChunkStore {
  readonly #options: RedisChunksOptions;
  /** Keys. */
  readonly #put: string[] = [];

  constructor(options: RedisChunksOptions) {
    this.#options = options;
  }

  has = (digest: string): Promise<boolean> => this.#has(this.#chunk(digest));
  put = (digest: string, packed: Buffer): Promise<void> => this.#set(this.#chunk(digest), packed);
  get = (digest: string): Promise<Buffer | undefined> => this.#get(this.#chunk(digest));
  drop = (digest: string): Promise<void> => this.#delete(this.#chunk(digest));

  deltas: DeltaStore = {
    has: (name) => this.#has(this.#delta(name)),
    put: (name, value) => this.#set(this.#delta(name), value),
    get: (name) => this.#get(this.#delta(name)),
  };

  /** Deletes the chunks that were put. Ends at the first failure: the others expire. */
  takeBack = async (): Promise<void> => {
    for (const key of this.#put.splice(0)) await this.#delete(key);
  };

  #chunk(digest: string): string {
    return chunkKey(this.#options.keys, digest);
  }

  #delta(name: string): string {
    return deltaKey(this.#options.keys, name);
  }

  async #has(key: string): Promise<boolean> {
    return (await this.#send('EXISTS', key)) === 1;
  }

  async #set(key: string, value: Buffer): Promise<void> {
    this.#put.push(key);
    await this.#send('SET', key, value, 'PX', String(unpublishedMs));
  }

  async #get(key: string): Promise<Buffer | undefined> {
    const answer = await this.#send('GET', key);
    return answer instanceof Buffer ? answer : undefined;
  }

  async #delete(key: string): Promise<void> {
    await this.#send('DEL', key);
  }

  async #send(
    name: 'EXISTS' | 'SET' | 'GET' | 'DEL',
    key: string,
    ...rest: (string | Buffer)[]
  ): Promise<unknown> {
    const { clock, connection, signal, times, untilMs } = this.#options;
    signal.throwIfAborted();
    if (clock.now() > untilMs) throw new RedisFault('Redis took too long for a snapshot.', 'TIMEOUT');
    const command: RedisCommand = [name, key, ...rest];
    const isLarge = name === 'SET' || name === 'GET';
    return await untilAborted(connection.send(command, isLarge ? times.chunkMs : times.commandMs), signal);
  }
}
