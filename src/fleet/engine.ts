import type { FacetRequest, FleetQuery } from '../machines/fleet-view.ts';
import type { RowBlock } from '../machines/row-block.ts';
import { changesCost, compareCost, facetCost, queryCost, type Steps } from './answer-cost.ts';
import { Answering, type FacetAnswer, type FleetAnswer } from './answering.ts';
import { type BuildMeta, buildInThread } from './build-thread.ts';
import { type Delta, deltaOf } from './changes/delta.ts';
import type { ChangesQuery, NetChanges } from './changes/net-changes.ts';
import type { SinceWhen } from './changes/past.ts';
import { QueryThread } from './query-thread.ts';
import type { Snapshot } from './snapshot.ts';

export type { FacetAnswer, FleetAnswer } from './answering.ts';
export type { BuildMeta } from './build-thread.ts';
export { FleetBusy } from './query-thread.ts';

/** Builds snapshots and answers from them, in threads where it would hold up the event loop. */
export interface FleetEngine {
  /**
   * Builds a snapshot of blocks in a thread of its own. A block is asked for when the last one has been read; its bytes are
   * given away. Of machines with the same id the later one counts.
   * @throws what the blocks throw; the signal's reason; {Error} where the thread ended
   */
  readonly build: (
    blocks: AsyncIterable<RowBlock> | Iterable<RowBlock>,
    meta: BuildMeta,
    signal: AbortSignal,
  ) => Promise<Snapshot>;
  /** @throws {FleetBusy} where too many queries wait; the signal's reason; {Error} where the thread ended twice */
  readonly query: (snapshot: Snapshot, query: FleetQuery, signal: AbortSignal) => Promise<FleetAnswer>;
  /** Counts several facets, each under a filter of its own; one list a request. Throws as `query`. */
  readonly facets: (
    snapshot: Snapshot,
    requests: readonly FacetRequest[],
    signal: AbortSignal,
  ) => Promise<FacetAnswer>;
  /** The way back from `later` to `earlier`. Throws as `query`. */
  readonly compare: (earlier: Snapshot, later: Snapshot, signal: AbortSignal) => Promise<Delta>;
  /** What has changed since an earlier reading, within a scope. Throws as `query`. */
  readonly changes: (
    snapshot: Snapshot,
    since: SinceWhen,
    query: ChangesQuery,
    signal: AbortSignal,
  ) => Promise<NetChanges>;
  readonly close: () => Promise<void>;
}

export interface EngineOptions {
  /** Answers that cost more are given by the thread; some 6 ms if left out. */
  readonly mostStepsInPlace?: Steps;
}

const defaultStepsInPlace: Steps = 3_000_000;
/** Bytes of selections and sorted rows that are kept for answers in place. */
const keptBytes = 16 * 1024 * 1024;

/** Snapshots are compared once a refresh: between them, the thread's memory is better free. */
const comparingIdleMs = 2_000;

export function createFleetEngine({
  mostStepsInPlace = defaultStepsInPlace,
}: EngineOptions = {}): FleetEngine {
  const answering = new Answering(keptBytes);
  const thread = new QueryThread();
  // To go back over a whole day takes seconds, for which queries must not wait.
  const comparing = new QueryThread(comparingIdleMs);
  return {
    build: buildInThread,
    async query(snapshot, query, signal) {
      signal.throwIfAborted();
      const cost = queryCost(snapshot, query);
      return cost > mostStepsInPlace
        ? thread.query(snapshot, query, signal, cost)
        : answering.query(snapshot, query);
    },
    async facets(snapshot, requests, signal) {
      signal.throwIfAborted();
      const cost = facetCost(snapshot, requests);
      return cost > mostStepsInPlace
        ? thread.facets(snapshot, requests, signal, cost)
        : answering.facets(snapshot, requests);
    },
    async compare(earlier, later, signal) {
      signal.throwIfAborted();
      return compareCost(earlier, later) > mostStepsInPlace
        ? comparing.compare(earlier, later, signal)
        : deltaOf(earlier, later);
    },
    async changes(snapshot, since, query, signal) {
      signal.throwIfAborted();
      const cost = changesCost(snapshot, since, query);
      return cost > mostStepsInPlace
        ? comparing.changes(snapshot, since, query, signal, cost)
        : answering.changes(snapshot, since, query);
    },
    close: async () => {
      await Promise.all([thread.close(), comparing.close()]);
    },
  };
}
