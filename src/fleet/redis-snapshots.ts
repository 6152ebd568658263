import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { untilAborted } from '../cancellation.ts';
import type { RedisAddress } from '../redis/redis-address.ts';
import { openRedis, type RedisConnection, RedisFault } from '../redis/redis-connection.ts';
import { RedisLink } from '../redis/redis-link.ts';
import type { Timers } from '../timers.ts';
import type { Delta } from './changes/delta.ts';
import { type DeltaName, getDelta, nameOf, putDelta } from './changes/redis-deltas.ts';
import { type ExchangeTimes, usualTimes } from './exchange-times.ts';
import { RedisChunks, unpublishedMs } from './redis-chunks.ts';
import { RedisLease } from './redis-lease.ts';
import {
  greet,
  look,
  publishUnder,
  readManifest,
  type SharedKeys,
  takeLease,
} from './redis-snapshots-script.ts';
import type { Snapshot, SnapshotId } from './snapshot.ts';
import { ChunkFault, type Manifest, readManifestText, SnapshotChunks } from './snapshot-chunks.ts';
import {
  ownLease,
  type Publication,
  type ReadLease,
  type SharedReading,
  type SnapshotExchange,
} from './snapshot-exchange.ts';

export interface RedisSnapshotsOptions {
  readonly address: RedisAddress;
  /** Certificates of the authorities to trust, in PEM. Default: those that Node trusts. */
  readonly ca?: readonly string[] | undefined;
  /** Begins the keys: one for each app registration, address of the API and version of the wire. */
  readonly prefix: string;
  /** Most processes that run at a time. */
  readonly replicas: number;
  /** Snapshots of more machines are not adopted. */
  readonly maxMachines: number;
  /** How long a published snapshot stays in Redis unless the next one replaces it, in milliseconds. */
  readonly keepMs: number;
  /** How long deltas stay in Redis, in milliseconds, and the most bytes of all of them. */
  readonly keepChanges: { readonly keepMs: number; readonly maxBytes: number };
  readonly clock: Timers;
  readonly log: Logger;
  readonly times?: Partial<ExchangeTimes>;
  /** A number from 0 to 1. Default Math.random. */
  readonly random?: () => number;
}

/** How long chunks stay that a newer snapshot has not: replicas may be fetching them. */
const graceMs = 60_000;
/** Far more than a machine's columns take: what asks for more is no snapshot of machines. */
const mostBytes = (machines: number): number => 1_000_000 + 8_192 * machines;

/**
 * Snapshots shared through Redis. One replica has the lease, reads, puts the chunks of its snapshot and swaps what is
 * newest, all in one step that also checks that no other lease was given out since. The others look for a newer one every
 * few seconds and fetch what they lack of it.
 *
 * Nothing depends on Redis: a replica that cannot use it goes on with the snapshot that it holds and reads for itself, on
 * its part of the quota. Where it has just lost Redis, it waits for as long as a lease lasts, in which another replica
 * may be reading for it.
 */
export function redisSnapshots(options: RedisSnapshotsOptions): SnapshotExchange {
  return new RedisSnapshots(options);
}

class RedisSnapshots implements SnapshotExchange {
  readonly #options: RedisSnapshotsOptions;
  readonly #times: ExchangeTimes;
  readonly #keys: SharedKeys;
  readonly #link: RedisLink;
  readonly #chunks = new SnapshotChunks();
  readonly #listeners = new Set<() => void>();
  #connection: RedisConnection | undefined;
  /** Settles when the first try to reach Redis has ended. */
  readonly #tried: Promise<void>;
  #noteTried = (): void => undefined;
  #lostAt = Number.NEGATIVE_INFINITY;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #told = '';
  /** The state seen last: a difference is news. */
  #newest = '';
  #abandoned = '';
  #cancelPoll = (): void => undefined;

  constructor(options: RedisSnapshotsOptions) {
    this.#options = options;
    this.#times = { ...usualTimes, ...options.times };
    const { address, ca, prefix, clock, random = Math.random } = options;
    const { leaseMs, commandMs, reconnectMs } = this.#times;
    this.#keys = { prefix, leaseMs };
    this.#tried = new Promise((resolve) => {
      this.#noteTried = resolve;
    });
    this.#link = new RedisLink({
      open: (onBroken) => openRedis({ address, ca, commandMs, timers: clock, onBroken }),
      greet: (connection) => this.#greet(connection),
      onDown: (why) => this.#goDown(why),
      pauseMs: reconnectMs,
      random,
      timers: clock,
    });
  }

  readers = (): number => (this.#isUsable() ? 1 : this.#options.replicas);

  lease = async (signal: AbortSignal): Promise<ReadLease | undefined> => {
    await untilAborted(this.#tried, signal);
    const connection = this.#connection;
    if (connection === undefined && this.#options.clock.now() - this.#lostAt < this.#times.leaseMs)
      return undefined;
    if (connection === undefined || !this.#isUsable()) return ownLease();
    const { clock } = this.#options;
    const askedAt = clock.now();
    const word = randomBytes(9).toString('base64url');
    const name = await this.#try(connection, takeLease(connection, this.#keys, word), signal);
    if (name === undefined || name === '') return undefined;
    const lease = new RedisLease(name, askedAt, {
      keys: this.#keys,
      clock,
      connection: () => this.#connection,
      onFault: (failed, error) => this.#fail(failed, error),
    });
    return {
      lost: lease.lost,
      publish: (publication, publishing) => this.#publish(name, publication, publishing),
      release: () => lease.release(),
    };
  };

  newest = async (known: Snapshot | undefined, signal: AbortSignal): Promise<SharedReading | undefined> => {
    await untilAborted(this.#tried, signal);
    const connection = this.#connection;
    if (connection === undefined) return undefined;
    const text = await this.#try(connection, readManifest(connection, this.#keys), signal);
    const manifest = text === undefined ? undefined : readManifestText(text);
    if (manifest === undefined || !this.#isWanted(manifest, known)) return undefined;
    const fetching = this.#fetch(connection, manifest, known, signal);
    return await this.#try(connection, fetching, signal);
  };

  deltaTo = async (id: SnapshotId, signal: AbortSignal): Promise<Delta | undefined> => {
    await untilAborted(this.#tried, signal);
    const connection = this.#connection;
    if (connection === undefined) return undefined;
    const { deltas } = this.#store(connection, signal, this.#times.adoptMs);
    return await this.#try(connection, getDelta(id, deltas, this.#options.keepChanges.maxBytes), signal);
  };

  onPublished = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  close = async (): Promise<void> => {
    this.#listeners.clear();
    this.#cancelPoll();
    await this.#link.close(async () => undefined);
    this.#connection = undefined;
    this.#cancelPoll();
  };

  #isUsable(): boolean {
    const isRefused = this.#options.clock.now() - this.#refusedAt < this.#times.refusedMs;
    return this.#connection !== undefined && !isRefused;
  }

  #isWanted({ head, parts }: Manifest, known: Snapshot | undefined): boolean {
    if (head.rows > this.#options.maxMachines) return false;
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    if (bytes > mostBytes(head.rows)) return false;
    return known === undefined || Date.parse(head.readAt) > Date.parse(known.readAt);
  }

  async #fetch(
    connection: RedisConnection,
    manifest: Manifest,
    known: Snapshot | undefined,
    signal: AbortSignal,
  ): Promise<SharedReading | undefined> {
    try {
      const store = this.#store(connection, signal, this.#times.adoptMs);
      const snapshot = await this.#chunks.fetch(manifest, known, store);
      return { snapshot, calls: manifest.calls };
    } catch (error) {
      if (error instanceof RedisFault || signal.aborted) throw error;
      // Replaced, gone or altered meanwhile: the next look shows the newest one.
      const why = error instanceof ChunkFault ? error.message : 'Its arrays do not fit together.';
      this.#options.log.warn({ snapshot: manifest.head.id, why }, 'snapshot in Redis rejected');
      return undefined;
    }
  }

  /** @returns false where the lease was not the last any more */
  async #publish(lease: string, publication: Publication, signal: AbortSignal): Promise<boolean> {
    const connection = this.#connection;
    // The reading is right nevertheless; other replicas do not get it.
    if (connection === undefined) return true;
    return (await this.#try(connection, this.#put(connection, lease, publication, signal), signal)) ?? true;
  }

  async #put(
    connection: RedisConnection,
    lease: string,
    { deltas = [], ...reading }: Publication,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { keepMs, keepChanges, log } = this.#options;
    const { id } = reading.snapshot;
    const { manifest, parts } = await this.#chunks.manifestOf(reading);
    const chunks = [...new Set(manifest.parts.flatMap((part) => part.chunks))];
    const store = this.#store(connection, signal, unpublishedMs);
    try {
      const publication = {
        id,
        manifest: JSON.stringify(manifest),
        chunks,
        keepMs,
        graceMs,
        deltas: await this.#putDeltas(deltas, store),
        keepDeltasMs: keepChanges.keepMs,
        deltaBytes: keepChanges.maxBytes,
      };
      // Twice, as a chunk that was there may go before it is published.
      for (let tries = 0; tries < 2; tries += 1) {
        await this.#chunks.send(manifest, parts, store);
        const outcome = await publishUnder(connection, this.#keys, lease, publication);
        if (outcome === 'late') return false;
        if (outcome === 'done') {
          this.#newest = id;
          return true;
        }
      }
      log.warn(
        { snapshot: id },
        'Redis lost parts of the fleet while it was published; it may be evicting keys',
      );
      return true;
    } catch (error) {
      // A Redis that is full has other users, such as the quota.
      await store.takeBack().catch(() => undefined);
      throw error;
    }
  }

  /** Puts the deltas that Redis lacks, the last one first: all of them where it has lost its data. */
  async #putDeltas(deltas: Iterable<Delta>, store: RedisChunks): Promise<readonly DeltaName[]> {
    const names: DeltaName[] = [];
    let bytes = 0;
    for (const delta of deltas) {
      bytes += delta.bytes;
      if (bytes > this.#options.keepChanges.maxBytes || (await store.deltas.has(delta.to.id))) break;
      await putDelta(delta, store.deltas);
      names.push(nameOf(delta));
    }
    return names;
  }

  #store(connection: RedisConnection, signal: AbortSignal, withinMs: number): RedisChunks {
    const { clock } = this.#options;
    return new RedisChunks({
      connection,
      keys: this.#keys,
      times: this.#times,
      untilMs: clock.now() + withinMs,
      clock,
      signal,
    });
  }

  /** A command of Redis; undefined where it failed, which closes the connection. */
  async #try<T>(connection: RedisConnection, work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    try {
      return await untilAborted(work, signal);
    } catch (error) {
      work.catch(() => undefined);
      signal.throwIfAborted();
      this.#fail(connection, error);
      return undefined;
    }
  }

  #fail(connection: RedisConnection, error: unknown): void {
    const isRefusal = error instanceof RedisFault && refusals.has(error.code);
    if (isRefusal) this.#refusedAt = this.#options.clock.now();
    this.#link.fail(connection, error);
  }

  async #greet(connection: RedisConnection): Promise<void> {
    await greet(connection, this.#keys);
    this.#connection = connection;
    this.#noteTried();
    this.#told = '';
    this.#options.log.info('the fleet is shared through Redis');
    this.#poll(connection);
  }

  #goDown({ message: why }: RedisFault): void {
    if (this.#connection !== undefined) this.#lostAt = this.#options.clock.now();
    this.#connection = undefined;
    this.#cancelPoll();
    this.#noteTried();
    // Repeated failures are logged once, with each new reason.
    if (this.#told !== why) {
      this.#options.log.warn({ why }, 'the fleet is not shared; each replica reads it for itself');
    }
    this.#told = why;
  }

  #poll(connection: RedisConnection): void {
    const { clock, random = Math.random } = this.#options;
    this.#cancelPoll = clock.setTimer(this.#times.pollMs * (0.75 + random() / 4), () => {
      look(connection, this.#keys).then(
        ({ newest, abandoned }) => {
          if (this.#connection !== connection) return;
          const isNews = newest !== this.#newest || (abandoned !== '' && abandoned !== this.#abandoned);
          this.#newest = newest;
          this.#abandoned = abandoned;
          if (isNews) for (const listener of this.#listeners) listener();
          this.#poll(connection);
        },
        (error: unknown) => this.#fail(connection, error),
      );
    });
  }
}

/** Codes by which Redis says that it will not hold snapshots, and would say so again. */
const refusals: ReadonlySet<string> = new Set(['OOM', 'NOPERM', 'MISCONF']);
