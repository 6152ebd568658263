import { setImmediate as turnOfLoop } from 'node:timers/promises';
import type { Logger } from 'pino';
import { onAbort, pause, untilAborted } from '../cancellation.ts';
import { type Moment, momentOf } from '../machines/moment.ts';
import type { RowBlock } from '../machines/row-block.ts';
import type { MachineSource, Principal } from '../machines/source.ts';
import { ticksOfMs } from '../machines/ticks.ts';
import type { Timers } from '../timers.ts';
import { type Span, untraced } from '../tracing/span.ts';
import type { Tracer } from '../tracing/tracer.ts';
import { secondsOf } from '../upstream/back-off.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { CallBudget } from './call-budget.ts';
import type { ChangeLogRules } from './changes/change-log.ts';
import type { Since } from './changes/past.ts';
import { type KeptChanges, ResidentChanges } from './changes/resident-changes.ts';
import { distributionOf, idsNeverSeen } from './distribution.ts';
import type { FleetEngine } from './engine.ts';
import {
  type Fleet,
  type FleetStatus,
  type FleetWait,
  fleetBudgetUsedUp,
  fleetLoading,
  fleetReadAgain,
  fleetTooLarge,
  fleetTooSlow,
} from './fleet.ts';
import { FleetReading, IncompleteReading } from './fleet-reading.ts';
import { KeptSnapshots } from './kept-snapshots.ts';
import { untriedForms } from './never-seen.ts';
import type { Knowledge, KnownFleet, ReadingRules } from './reading-plan.ts';
import type { Snapshot, SnapshotId } from './snapshot.ts';
import type { ReadLease, SnapshotExchange } from './snapshot-exchange.ts';

export interface ResidentFleetOptions {
  readonly source: MachineSource;
  readonly principal: Principal;
  readonly engine: FleetEngine;
  readonly exchange: SnapshotExchange;
  readonly rules: ReadingRules;
  /** Default: `at once`. */
  readonly begins?: FleetBegin;
  /** How often the fleet is read, where the budget allows it, in milliseconds. */
  readonly refreshMs: number;
  /** Part of the hourly quota that reading may take, 0 to 1. */
  readonly quotaShare: number;
  /** Calls an hour that all readers together may make at the moment. */
  readonly callsPerHour: () => number;
  /** Most bytes of older snapshots, beside the newest. */
  readonly keepBytes: number;
  /** Age up to which a snapshot of other replicas is shown, in milliseconds. */
  readonly serveMs: number;
  /** How long and how much of its changes is kept. */
  readonly keepChanges: Omit<ChangeLogRules, 'now'>;
  /** Monotonic, with timers. */
  readonly clock: Timers;
  /** Wall clock, in epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => SnapshotId;
  readonly events: FleetEvents;
  /** Begins the trace of a reading. Default: none is traced. */
  readonly beginTrace?: Tracer['begin'];
  readonly log: Logger;
}

/** When the fleet is read for the first time: at once, or when something first waits for it. */
export type FleetBegin = 'at once' | 'when needed';

/** Events for metrics. */
export interface FleetEvents {
  readonly onRead?: (report: ReadReport) => void;
}

/** The outcome of one reading. */
export interface ReadReport {
  readonly outcome: ReadOutcome;
  /** Rows read. */
  readonly rows: number;
  /** Calls sent. */
  readonly calls: number;
  readonly ms: number;
  /** Time that it waited for the quota and after a 429. */
  readonly waitedMs: number;
}

/**
 * `published`; `late`: another replica had taken over; `refused`: upstream rejects the app registration or the query;
 * `too_large`, `inconsistent`, `outrun`, `aged`: see {@link IncompleteReading}; `failed`: anything else.
 */
export type ReadOutcome =
  | 'published'
  | 'late'
  | 'refused'
  | 'too_large'
  | 'inconsistent'
  | 'outrun'
  | 'aged'
  | 'failed';

/** How long a snapshot is kept after a walk used it. */
const keepMs = 15 * 60_000;
/** After a fleet that is too large, or a query that upstream rejects, the next reading waits for this. */
const seldomMs = 3_600_000;
/** Pauses after readings that failed; they double. */
const firstRestMs = 5_000;
const longestRestMs = 300_000;
/** Time to answer a caller that the fleet is still loading. */
const tellingMs = 1_000;
/** First estimate of the time of a reading. */
const guessMs = 5_000;

/** Reads the fleet at intervals, and keeps its snapshots. */
export function createResidentFleet(options: ResidentFleetOptions): Fleet {
  const fleet = new ResidentFleet(options);
  if (options.begins !== 'when needed') fleet.start();
  return fleet;
}

class ResidentFleet implements Fleet {
  readonly #options: ResidentFleetOptions;
  readonly #kept: KeptSnapshots;
  readonly #changes: ResidentChanges;
  /** What the first reading is compared with, where there was an earlier one. */
  #base: Snapshot | undefined;
  readonly #budget: CallBudget;
  readonly #closing = new AbortController();
  /** When the newest snapshot was published, by the clock. */
  #publishedAt = Number.NEGATIVE_INFINITY;
  /** When the oldest call of each snapshot was sent, by the clock. */
  readonly #sentAt = new WeakMap<Snapshot, number>();
  /** Those who wait for a snapshot whose calls were sent at some time or later, by the clock. */
  readonly #wishes = new Set<{ readonly sentSince: number }>();
  #knowledge: Knowledge = { forms: untriedForms, plainSkip: 0 };
  #reading: FleetReading | undefined;
  #lastCalls = 0;
  /** How long the last reading took, less its pauses, in milliseconds. */
  #lastMs = 0;
  #failures = 0;
  /** Until when a failed reading is not repeated, by the clock. */
  #restsUntil = Number.NEGATIVE_INFINITY;
  /** What the last reading met, where trying again may help. */
  #passingFailure: UpstreamError | undefined;
  /** Why the newest reading failed for good; where upstream rejects us, nothing is served. */
  #failure: UpstreamError | undefined;
  #isTooLarge = false;
  #nextAt: number | undefined;
  /** When the newest snapshot is due to be read again, by the clock. */
  #dueAt = Number.NEGATIVE_INFINITY;
  /** Whether another replica reads, whose snapshot may come at any time. */
  #isFollowing = false;
  /** Whether another replica has published since the turn began: the turn may not have seen it. */
  #isCalled = false;
  #loop: Promise<void> | undefined;
  #wake = (): void => undefined;
  #changed = deferred();

  constructor(options: ResidentFleetOptions) {
    this.#options = options;
    this.#kept = new KeptSnapshots({ keepMs, maxBytes: options.keepBytes, now: options.clock.now });
    this.#changes = new ResidentChanges({ ...options, ...options.keepChanges });
    const { callsPerHour, exchange } = options;
    this.#budget = new CallBudget(
      options.clock,
      options.quotaShare,
      () => callsPerHour() / exchange.readers(),
    );
  }

  start(): void {
    if (!this.#closing.signal.aborted) this.#loop ??= this.#run();
  }

  /** Where upstream rejects us now, earlier rows are not shown. */
  current = (): Snapshot | undefined =>
    this.#failure?.isRefusalOfPrincipal === true ? undefined : this.#kept.newest;

  snapshot = (id: SnapshotId): Snapshot | undefined =>
    this.current() === undefined ? undefined : this.#kept.use(id);

  ready = async ({
    patienceMs,
    signal,
    maxAgeMs = Number.POSITIVE_INFINITY,
  }: FleetWait): Promise<Snapshot> => {
    const { clock } = this.#options;
    this.start();
    const until = clock.now() + patienceMs - tellingMs;
    const wish = { sentSince: clock.now() - maxAgeMs };
    this.#wishes.add(wish);
    try {
      for (;;) {
        const snapshot = this.current();
        if (snapshot !== undefined && this.#sentAtOf(snapshot) >= wish.sentSince) return snapshot;
        if (this.#isTooLarge) throw fleetTooLarge();
        if (this.#failure !== undefined) throw this.#failure;
        const leftMs = until - clock.now();
        if (snapshot !== undefined && leftMs > 0) this.#hurry(leftMs, maxAgeMs);
        const heldUpMs = this.#heldUpMs();
        if (leftMs <= 0 || heldUpMs > leftMs || this.#closing.signal.aborted) {
          const waitMs = Math.max(heldUpMs, guessMs);
          throw snapshot === undefined ? fleetLoading(waitMs) : fleetReadAgain(waitMs);
        }
        await pause(leftMs, clock, signal, this.#changed.promise);
      }
    } finally {
      this.#wishes.delete(wish);
    }
  };

  /**
   * Has the fleet read ahead of its time, unless a reading is under way, here or at another replica: then it is seen at its
   * end whether that was young enough.
   * @param leftMs how long the caller waits
   * @throws {UpstreamError} where there is no such reading now
   */
  #hurry(leftMs: number, maxAgeMs: number): void {
    if (this.#reading !== undefined || this.#isFollowing || this.#nextAt === undefined) return;
    const nextMs = Math.max(0, this.#nextAt - this.#options.clock.now());
    // An upstream in trouble is not asked for each caller.
    const restMs = this.#restsUntil - this.#options.clock.now();
    if (restMs > 0) {
      const retryAfterSeconds = secondsOf(restMs);
      throw this.#passingFailure === undefined
        ? fleetReadAgain(restMs)
        : new UpstreamError({ ...this.#passingFailure.details, retryAfterSeconds });
    }
    if (this.#lastMs > leftMs + maxAgeMs) throw fleetTooSlow(this.#lastMs, nextMs);
    if (!this.#hasRoomAhead()) throw fleetBudgetUsedUp(nextMs + this.#lastMs);
    this.#nextAt = undefined;
    this.#wake();
  }

  #hasRoomAhead(): boolean {
    return this.#budget.hasRoomAhead(Math.max(1, this.#lastCalls), this.#intervalMs());
  }

  /** Whether a caller waits for a younger snapshot than the newest, which may be read ahead of its time. */
  #isWanted(): boolean {
    const newest = this.#kept.newest;
    if (newest === undefined) return false;
    const sentAt = this.#sentAtOf(newest);
    return [...this.#wishes].some(({ sentSince }) => sentSince > sentAt) && this.#hasRoomAhead();
  }

  #sentAtOf(snapshot: Snapshot): number {
    return this.#sentAt.get(snapshot) ?? Number.NEGATIVE_INFINITY;
  }

  isTooLarge = (): boolean => this.#isTooLarge;

  ageMs = (snapshot: Snapshot): number => Math.max(0, this.#options.clock.now() - this.#sentAtOf(snapshot));

  newer = async (than: SnapshotId | undefined, signal: AbortSignal): Promise<Snapshot> => {
    this.start();
    for (;;) {
      signal.throwIfAborted();
      const snapshot = this.current();
      if (snapshot !== undefined && snapshot.id !== than) return snapshot;
      if (this.#isTooLarge) throw fleetTooLarge();
      this.#closing.signal.throwIfAborted();
      await untilAborted(this.#changed.promise, signal);
    }
  };

  since = (id: SnapshotId, snapshot: Snapshot, signal: AbortSignal): Promise<Since | undefined> =>
    this.#changes.since(id, snapshot, signal);

  keptChanges = (): KeptChanges => this.#changes.kept;

  status = (): FleetStatus => {
    if (this.#isTooLarge) return { state: 'TOO_LARGE', ...this.#next() };
    const newest = this.current();
    if (newest === undefined) return { state: 'LOADING', ...this.#next() };
    const { clock } = this.#options;
    const isLate = clock.now() - this.#publishedAt > 2 * this.#intervalMs();
    return {
      state: isLate ? 'STALE' : 'READY',
      machines: newest.rows,
      snapshotAt: newest.readAt,
      snapshot: newest.id,
      ageMs: this.ageMs(newest),
      ...this.#next(),
    };
  };

  close = async (): Promise<void> => {
    this.#closing.abort(new Error('The fleet is closed.'));
    this.#announce();
    await this.#loop;
    this.#kept.clear();
    this.#changes.clear();
    await this.#options.exchange.close();
    await this.#options.engine.close();
  };

  #next(): { readonly nextSnapshotAt?: Moment } {
    if (this.#nextAt === undefined) return {};
    const { clock, now } = this.#options;
    return { nextSnapshotAt: momentOf(now() + Math.max(0, this.#nextAt - clock.now())) };
  }

  #heldUpMs(): number {
    if (this.#isFollowing) return 0;
    if (this.#reading !== undefined) return this.#reading.resumesInMs;
    return this.#nextAt === undefined ? 0 : Math.max(0, this.#nextAt - this.#options.clock.now());
  }

  #announce(): void {
    const { resolve } = this.#changed;
    this.#changed = deferred();
    resolve();
  }

  async #run(): Promise<void> {
    const { clock, exchange, log } = this.#options;
    const { signal } = this.#closing;
    const stopListening = exchange.onPublished(() => {
      this.#isCalled = true;
      this.#wake();
    });
    while (!signal.aborted) {
      this.#isCalled = false;
      const nextAt = await this.#turn(clock.now()).catch((err: unknown) => {
        if (!signal.aborted) log.warn({ err }, 'reading the fleet failed');
        return this.#restedAt();
      });
      this.#nextAt = Math.max(clock.now() + 1_000, nextAt);
      this.#announce();
      await this.#sleep(this.#nextAt - clock.now()).catch(() => undefined);
      this.#nextAt = undefined;
    }
    stopListening();
  }

  /** Until the next reading is due, or another replica has published. */
  async #sleep(ms: number): Promise<void> {
    if (this.#isCalled) return;
    const woken = deferred();
    this.#wake = woken.resolve;
    await pause(ms, this.#options.clock, this.#closing.signal, woken.promise);
  }

  /** One turn: adopts what another replica has read, or reads. @returns when the next one is due, by the clock */
  async #turn(startedAt: number): Promise<number> {
    const { exchange, refreshMs } = this.#options;
    this.#isFollowing = false;
    await this.#adopt();
    if (this.#dueAt > startedAt && !this.#isWanted()) return this.#dueAt;
    const lease = await exchange.lease(this.#closing.signal);
    this.#isFollowing = lease === undefined;
    // Another replica is reading: its snapshot wakes us, and so does the end of its lease should it die.
    if (lease === undefined) return startedAt + Math.min(refreshMs, longestRestMs) / 4;
    try {
      // Another one may have published just before it gave the lease back.
      await this.#adopt();
      const isDue = this.#dueAt <= startedAt || this.#isWanted();
      return isDue ? await this.#read(lease, startedAt) : this.#dueAt;
    } finally {
      await lease.release();
    }
  }

  /** Adopts the last published snapshot, where it is newer than the own one. */
  async #adopt(): Promise<void> {
    const { clock, exchange, now, log } = this.#options;
    const adopted = await exchange.newest(this.#previous, this.#closing.signal);
    if (adopted === undefined) return;
    const { snapshot, calls } = adopted;
    // Another replica's wall clock: an age below zero counts as none.
    const ageMs = Math.max(0, now() - Date.parse(snapshot.readAt));
    this.#lastCalls = calls;
    this.#budget.calledByOther(calls, ageMs);
    if (ageMs > this.#options.serveMs) {
      // Too old to be shown, as after hours in which no replica ran: changes since then are still computed.
      this.#base = snapshot;
      return;
    }
    await this.#changes.follow(this.#kept.newest, snapshot, this.#closing.signal);
    this.#hold(snapshot, ageMs);
    this.#dueAt = clock.now() - ageMs + this.#intervalMs();
    log.info(
      { snapshot: snapshot.id, machines: snapshot.rows, ageMs },
      'fleet snapshot adopted from another replica',
    );
  }

  /** @param startedAt when the turn began */
  async #read(lease: ReadLease, startedAt: number): Promise<number> {
    const { clock, log, events, newId } = this.#options;
    const id = newId();
    const previous = this.#previous;
    const newest = this.#kept.newest;
    const known = newest && (await knownFleet(newest));
    const stopping = new AbortController();
    const stop = (): void => stopping.abort(this.#closing.signal.reason ?? lease.lost.reason);
    const signals = [this.#closing.signal, lease.lost];
    // A signal may have gone off during the search for a snapshot of others.
    const stopsListening = signals.map((signal) => onAbort(signal, stop));
    const span = this.#options.beginTrace?.('fleet reading') ?? untraced;
    const reading = this.#begin(id, known, span, stopping.signal);
    this.#reading = reading;
    let outcome: ReadOutcome = 'failed';
    try {
      const snapshot = await this.#build(id, reading, previous, stopping.signal);
      const delta = await this.#changes.compare(previous, snapshot, stopping.signal);
      const { calls } = reading;
      const publication = { snapshot, calls, deltas: this.#changes.backFrom(delta) };
      // Not by the lease's signal: the exchange distinguishes a late reader from one without Redis.
      if (!(await lease.publish(publication, this.#closing.signal))) {
        outcome = 'late';
        return this.#restedAt();
      }
      outcome = 'published';
      this.#lastCalls = calls;
      this.#lastMs = reading.ms - reading.waitedMs;
      this.#changes.hold(delta);
      this.#hold(snapshot, reading.ageMs);
      this.#dueAt = startedAt + this.#intervalMs();
      return this.#dueAt;
    } catch (error) {
      if (!this.#closing.signal.aborted && lease.lost.aborted) outcome = 'late';
      else outcome = this.#noteFailure(error);
      if (outcome === 'failed') throw error;
      const restedAt = this.#restedAt();
      return outcome === 'too_large' || (outcome === 'refused' && this.#failure === undefined)
        ? startedAt + seldomMs
        : restedAt;
    } finally {
      this.#reading = undefined;
      this.#knowledge = reading.knowledge;
      for (const stopListening of stopsListening) stopListening();
      span.end({ rows: reading.rows, error: outcome === 'published' ? undefined : outcome });
      const report: ReadReport = {
        outcome,
        rows: reading.rows,
        calls: reading.calls,
        ms: reading.ms,
        waitedMs: reading.waitedMs,
      };
      if (!this.#closing.signal.aborted) {
        const { end } = reading;
        const exact = end?.kind === 'whole' ? end.exact : undefined;
        log[outcome === 'published' ? 'info' : 'warn'](
          { ...report, exact, at: clock.now() },
          outcomes[outcome],
        );
        events.onRead?.(report);
      }
    }
  }

  #begin(id: SnapshotId, fleet: KnownFleet | undefined, span: Span, signal: AbortSignal): FleetReading {
    const { source, principal, clock, now, log, rules, refreshMs } = this.#options;
    return new FleetReading(
      {
        rules,
        knowledge: this.#knowledge,
        fleet,
        wasTooLarge: this.#isTooLarge,
        now: () => ticksOfMs(now()),
      },
      {
        source,
        principal,
        budget: this.#budget,
        clock,
        now,
        log,
        knowsMachines: (this.#previous?.rows ?? 0) > 0,
        requestId: `fleet-${id}`,
        span,
        // Twice the time that a reading of this size may take by the budget: where that is long, being slow is no fault.
        maxAgeMs: (calls) =>
          Math.max(refreshMs, 2 * this.#budget.intervalMs(Math.max(calls, this.#lastCalls))),
      },
      signal,
    );
  }

  /** The thread begins with the first rows: before them it may turn out that there is nothing to build. */
  async #build(
    id: SnapshotId,
    reading: FleetReading,
    previous: Snapshot | undefined,
    signal: AbortSignal,
  ): Promise<Snapshot> {
    let failure: { readonly error: unknown } | undefined;
    const blocks = reading.blocks();
    const noting = async function* (): AsyncGenerator<RowBlock, void> {
      try {
        if (first.done !== true) yield first.value;
        yield* blocks;
      } catch (error) {
        failure = { error };
        throw error;
      }
    };
    const first = await blocks.next();
    try {
      return await this.#options.engine.build(
        noting(),
        { id, readAt: () => reading.readAt, previous },
        signal,
      );
    } catch (error) {
      throw failure === undefined ? error : failure.error;
    } finally {
      await blocks.return();
    }
  }

  get #previous(): Snapshot | undefined {
    return this.#kept.newest ?? this.#base;
  }

  #hold(snapshot: Snapshot, ageMs: number): void {
    const { clock } = this.#options;
    this.#kept.add(snapshot);
    this.#base = undefined;
    this.#sentAt.set(snapshot, clock.now() - ageMs);
    this.#publishedAt = clock.now();
    this.#isTooLarge = false;
    this.#failure = undefined;
    this.#passingFailure = undefined;
    this.#failures = 0;
    this.#restsUntil = Number.NEGATIVE_INFINITY;
    this.#announce();
  }

  #noteFailure(error: unknown): ReadOutcome {
    if (error instanceof IncompleteReading) {
      switch (error.end.kind) {
        case 'too large':
          this.#isTooLarge = true;
          this.#failure = undefined;
          this.#kept.clear();
          return 'too_large';
        case 'refused':
        case 'inconsistent':
        case 'outrun':
        case 'aged':
          return error.end.kind;
        default:
          return error.end satisfies never;
      }
    }
    if (!(error instanceof UpstreamError)) return 'failed';
    if (error.isPassing) this.#passingFailure = error;
    else this.#failure = error;
    return error.isRefusalOfPrincipal ? 'refused' : 'failed';
  }

  /** Between two readings: as set, or as the budget has it. */
  #intervalMs(): number {
    return Math.max(this.#options.refreshMs, this.#budget.intervalMs(this.#lastCalls));
  }

  /** The end of a pause after a failure: it begins now, however long the failed reading took. */
  #restedAt(): number {
    const ms = firstRestMs * 2 ** Math.min(this.#failures, 10);
    this.#failures += 1;
    this.#restsUntil = this.#options.clock.now() + Math.min(longestRestMs, ms);
    return this.#restsUntil;
  }
}

const outcomes: Readonly<Record<ReadOutcome, string>> = {
  published: 'the fleet was read',
  late: 'the fleet was read, but another replica had taken over',
  refused: 'upstream rejects reading the fleet',
  too_large: 'the fleet is larger than FLEET_MAX_MACHINES and is not read',
  inconsistent: 'ranges of lastSeen missed machines of a plain list; the last snapshot stays',
  outrun: 'machines report faster than the fleet is read; raise FLEET_QUOTA_SHARE',
  aged: 'reading the fleet paused for too long and restarts',
  failed: 'reading the fleet failed',
};

async function knownFleet(snapshot: Snapshot): Promise<KnownFleet> {
  return {
    rows: snapshot.rows,
    distribution: await distributionOf(snapshot, turnOfLoop),
    asOf: ticksOfMs(Date.parse(snapshot.readAt)),
    neverSeen: idsNeverSeen(snapshot),
  };
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function deferred(): Deferred {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
