import { onAbort, untilAborted } from '../cancellation.ts';
import type { FacetRequest, FleetQuery } from '../machines/fleet-view.ts';
import { Thread } from '../thread.ts';
import type { Steps } from './answer-cost.ts';
import type { FacetAnswer, FleetAnswer } from './answering.ts';
import type { Delta } from './changes/delta.ts';
import type { ChangesQuery, NetChanges } from './changes/net-changes.ts';
import type { SinceWhen } from './changes/past.ts';
import type { QueryMessage, QueryResult } from './query-worker.ts';
import type { Snapshot, SnapshotId } from './snapshot.ts';

/** Too many queries wait for the thread. */
export class FleetBusy extends Error {
  override readonly name = 'FleetBusy';

  constructor() {
    super('Too many queries of the fleet wait for their turn.');
  }
}

/** Most queries that wait or are being answered. At 20 ms each, the last one waits 5 s. */
const mostQueries = 256;
/** How long a thread stays idle before it ends, which drops its caches. */
const defaultIdleMs = 60_000;
/** A step takes about 2 ns. For each millisecond that a query takes, others that come up to 50 ms later go ahead of it. */
const stepMs = 2e-6;
const yieldsMs = 50;
const heapMb = 512;
/** Snapshots that the thread has at a time: the newest, and those that walks began with. */
const mostSnapshots = 4;

interface Turn {
  /** By a clock in milliseconds. */
  readonly due: number;
  /** Never fails. */
  readonly run: () => Promise<void>;
}

/**
 * The thread that answers from large snapshots, one query at a time. It is started when first needed; where it ends by
 * itself, the query that it had is retried once in another. Costly queries wait longer,
 * so that many of them do not delay cheap ones; each has its turn in the end.
 */
export class QueryThread {
  #thread: Thread<QueryMessage, QueryResult> | undefined;
  readonly #known = new Set<SnapshotId>();
  /** A snapshot that is no longer in use leaves the thread too: it would keep its memory. */
  readonly #gone = new FinalizationRegistry<SnapshotId>((id) => this.#forget(id));
  readonly #waiting: Turn[] = [];
  #isBusy = false;
  #queries = 0;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #idleMs: number;

  /** @param idleMs how long it stays idle before the thread ends, in milliseconds */
  constructor(idleMs = defaultIdleMs) {
    this.#idleMs = idleMs;
  }

  query(snapshot: Snapshot, query: FleetQuery, signal: AbortSignal, cost: Steps = 0): Promise<FleetAnswer> {
    const message: QueryMessage = { kind: 'query', id: snapshot.id, query };
    return this.#ask([snapshot], message, signal, cost) as Promise<FleetAnswer>;
  }

  facets(
    snapshot: Snapshot,
    requests: readonly FacetRequest[],
    signal: AbortSignal,
    cost: Steps = 0,
  ): Promise<FacetAnswer> {
    const message: QueryMessage = { kind: 'facets', id: snapshot.id, requests };
    return this.#ask([snapshot], message, signal, cost) as Promise<FacetAnswer>;
  }

  changes(
    snapshot: Snapshot,
    since: SinceWhen,
    query: ChangesQuery,
    signal: AbortSignal,
    cost: Steps = 0,
  ): Promise<NetChanges> {
    const message: QueryMessage = { kind: 'changes', id: snapshot.id, since, query };
    return this.#ask([snapshot], message, signal, cost) as Promise<NetChanges>;
  }

  compare(earlier: Snapshot, later: Snapshot, signal: AbortSignal): Promise<Delta> {
    const message: QueryMessage = { kind: 'compare', id: later.id, earlier: earlier.id };
    return this.#ask([earlier, later], message, signal, 0) as Promise<Delta>;
  }

  /** Snapshots that the thread has. */
  get holds(): number {
    return this.#known.size;
  }

  /** Lets the thread go; what waits is answered with an error. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    await this.#thread?.end();
    await this.#inTurn(async () => undefined, Number.POSITIVE_INFINITY);
  }

  #forget(id: SnapshotId): void {
    this.#inTurn(async () => {
      if (this.#known.delete(id)) await this.#thread?.call({ kind: 'forget', id });
    }).catch(() => undefined);
  }

  async #ask(
    snapshots: readonly Snapshot[],
    message: QueryMessage,
    signal: AbortSignal,
    cost: Steps,
  ): Promise<QueryResult> {
    signal.throwIfAborted();
    if (this.#queries >= mostQueries) throw new FleetBusy();
    this.#queries++;
    const due = performance.now() + cost * stepMs * yieldsMs;
    const answered = this.#inTurn(() => this.#answer(snapshots, message), due, signal).finally(() => {
      this.#queries--;
    });
    return untilAborted(answered, signal);
  }

  /** Runs one thing after the other, what is due first ahead of others. What is aborted while it waits gives up its place. */
  #inTurn<Result>(
    run: () => Promise<Result>,
    due = performance.now(),
    signal?: AbortSignal,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      let stopListening: (() => void) | undefined;
      const turn: Turn = {
        due,
        run: () => {
          stopListening?.();
          return run().then(resolve, reject);
        },
      };
      this.#waiting.push(turn);
      stopListening =
        signal &&
        onAbort(signal, () => {
          this.#waiting.splice(this.#waiting.indexOf(turn), 1);
          reject(signal.reason);
        });
      this.#next();
    });
  }

  #next(): void {
    const [first] = this.#waiting;
    if (this.#isBusy || first === undefined) return;
    const next = this.#waiting.reduce((earliest, each) => (each.due < earliest.due ? each : earliest), first);
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    this.#isBusy = true;
    void next.run().then(() => {
      this.#isBusy = false;
      this.#next();
    });
  }

  async #answer(snapshots: readonly Snapshot[], message: QueryMessage): Promise<QueryResult> {
    if (this.#isClosed) throw new Error('The fleet has been closed.');
    clearTimeout(this.#idle);
    try {
      return await this.#call(snapshots, message);
    } catch (error) {
      if (this.#isClosed || this.#thread?.hasEnded !== true) throw error;
      // Once more in another thread: this one may have ended for reasons of the system.
      return await this.#call(snapshots, message);
    } finally {
      if (!this.#isClosed) this.#idle = setTimeout(() => this.#rest(), this.#idleMs).unref();
    }
  }

  async #call(snapshots: readonly Snapshot[], message: QueryMessage): Promise<QueryResult> {
    const thread = this.#running();
    for (const snapshot of snapshots) {
      if (!this.#known.has(snapshot.id)) await this.#hand(thread, snapshot);
      // The one that was used last goes last.
      this.#known.delete(snapshot.id);
      this.#known.add(snapshot.id);
    }
    return await thread.call(message);
  }

  async #hand(thread: Thread<QueryMessage, QueryResult>, snapshot: Snapshot): Promise<void> {
    for (const id of this.#known) {
      if (this.#known.size < mostSnapshots) break;
      this.#known.delete(id);
      await thread.call({ kind: 'forget', id });
    }
    await thread.call({ kind: 'hold', snapshot });
    this.#gone.register(snapshot, snapshot.id);
  }

  #running(): Thread<QueryMessage, QueryResult> {
    if (this.#thread === undefined || this.#thread.hasEnded) {
      this.#known.clear();
      this.#thread = new Thread({
        file: 'query-worker',
        from: import.meta.url,
        name: 'A thread of the fleet',
        heapMb,
      });
    }
    return this.#thread;
  }

  #rest(): void {
    void this.#thread?.end();
    this.#thread = undefined;
    this.#known.clear();
  }
}
