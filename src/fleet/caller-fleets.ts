import { LRUCache } from 'lru-cache';
import { changesNeed, FleetRequired } from '../machines/fleet-required.ts';
import type { FleetStanding, FleetStatus, FleetView, FleetViews } from '../machines/fleet-view.ts';
import type { PageTurn } from '../machines/page-turn.ts';
import type { Call, MachineSource, Principal, ServedFrom } from '../machines/source.ts';
import type { FleetEngine } from './engine.ts';
import type { Snapshot, SnapshotId } from './snapshot.ts';
import { snapshotView } from './snapshot-view.ts';

/**
 * The lists of callers on whose behalf upstream is called, each read whole in one call where it fits one, and only when a
 * query needs it whole. Rows read for one principal never serve another.
 */
export interface CallerFleetsOptions {
  readonly source: MachineSource;
  readonly engine: FleetEngine;
  readonly refresher: CallerRefresher;
  /** Awaited before the machines of a page are assembled. */
  readonly turn: PageTurn;
  /** Rows that one call brings. */
  readonly callRows: number;
  /** Bound on all snapshots together, in bytes. */
  readonly maxBytes: number;
  /** Clock that never goes back, in milliseconds. */
  readonly monotonic: () => number;
  readonly newId: () => SnapshotId;
}

/** Decides by age whether a known list is served, and whether it is read again. */
export interface CallerRefresher {
  readonly serve: (
    key: string,
    known: CallerList | undefined,
    call: Call,
    fetch: (call: Call) => Promise<CallerList>,
  ) => Promise<{ readonly value: CallerList; readonly from: ServedFrom }>;
  /** Whether a list may be served to a call. */
  readonly mayServe: (list: Pick<CallerList, 'sentAt'>, call: Call) => boolean;
  readonly freshnessOf: (list: Pick<CallerList, 'sentAt'>) => 'fresh' | 'stale' | 'old' | 'dead';
  /** @throws {UpstreamError} after upstream rejected the principal, for the back-off */
  readonly throwRefusal: (key: string) => void;
}

/** A principal's list after one call: all of it, or nothing, since there is more. */
export interface CallerList {
  readonly snapshot: Snapshot | undefined;
  /** When the call was sent, by the clock that never goes back. */
  readonly sentAt: number;
  /** The one before it, for walks that began there. */
  readonly previous: Omit<CallerList, 'previous'> | undefined;
}

/** Bytes of a list beside its snapshot. */
const listBytes = 1_000;

export function createCallerFleets(options: CallerFleetsOptions): FleetViews {
  return new CallerFleets(options);
}

class CallerFleets implements FleetViews {
  readonly #options: CallerFleetsOptions;
  readonly #lists: LRUCache<Principal, CallerList>;

  constructor(options: CallerFleetsOptions) {
    this.#options = options;
    this.#lists = new LRUCache({
      maxSize: options.maxBytes,
      sizeCalculation: ({ snapshot, previous }) =>
        listBytes + (snapshot?.bytes ?? 0) + (previous?.snapshot?.bytes ?? 0),
    });
  }

  standing = (call: Call): FleetStanding => {
    const list = this.#freshList(call);
    if (list === undefined) return { kind: 'loading' };
    if (list.snapshot === undefined) return { kind: 'unavailable', why: this.#tooLong() };
    const isYoung = this.#options.refresher.mayServe(list, call);
    return { kind: 'ready', view: this.#viewOf(list.snapshot, call), isFresh: true, isYoung };
  };

  ready = async (call: Call): Promise<FleetView> => {
    const { refresher } = this.#options;
    const known = this.#lists.get(call.principal);
    const { value } = await refresher.serve(keyOf(call), known, call, (shared) => this.#read(shared));
    if (value.snapshot !== undefined) return this.#viewOf(value.snapshot, call);
    throw new FleetRequired({ problem: 'This query needs your whole list.' }, this.#tooLong());
  };

  readonly noChanges = askedInYourName;

  /** A list is read again when its caller asks, so that there is no newer one to wait for. */
  newer = (): Promise<FleetView> => Promise.reject(new FleetRequired(changesNeed, askedInYourName));

  earlier = (id: SnapshotId, call: Call): FleetView | undefined => {
    const { refresher } = this.#options;
    const list = this.#lists.get(call.principal);
    refresher.throwRefusal(keyOf(call));
    const found = [list, list?.previous].find((each) => each?.snapshot?.id === id);
    // A caller's rights may change: lists are read again in time, even in walks.
    const isYoung = found !== undefined && ['fresh', 'stale'].includes(refresher.freshnessOf(found));
    return isYoung && refresher.mayServe(found, call) && found.snapshot !== undefined
      ? this.#viewOf(found.snapshot, call)
      : undefined;
  };

  status = (call: Call): FleetStatus => {
    const list = this.#freshList(call);
    if (list === undefined) return { state: 'LOADING', nextSnapshotAt: undefined, view: undefined };
    const view = list.snapshot && this.#viewOf(list.snapshot, call);
    return { state: view === undefined ? 'TOO_LARGE' : 'READY', nextSnapshotAt: undefined, view };
  };

  /** A principal's list where it need not be read again, and upstream has not rejected the principal since. */
  #freshList(call: Call): CallerList | undefined {
    const { refresher } = this.#options;
    const list = this.#lists.get(call.principal);
    if (list === undefined || refresher.freshnessOf(list) !== 'fresh') return undefined;
    refresher.throwRefusal(keyOf(call));
    return list;
  }

  /** One upstream call. */
  async #read(call: Call): Promise<CallerList> {
    const { source, engine, callRows, monotonic, newId } = this.#options;
    const sentAt = monotonic();
    const { block, ended, readAt } = await source.window({ filter: undefined, skip: 0, top: callRows }, call);
    const known = this.#lists.get(call.principal);
    const previous = known && { snapshot: known.snapshot, sentAt: known.sentAt };
    const snapshot = ended
      ? await engine.build([block], { id: newId(), readAt, previous: known?.snapshot }, call.signal)
      : undefined;
    const list: CallerList = { snapshot, sentAt, previous };
    this.#lists.set(call.principal, list);
    return list;
  }

  #viewOf(snapshot: Snapshot, { scope }: Call): FleetView {
    const { engine, turn } = this.#options;
    return snapshotView(snapshot, { scope, engine, turn });
  }

  #tooLong(): string {
    return (
      `You see ${this.#options.callRows} machines or more, and with UPSTREAM_IDENTITY=caller the gateway keeps only ` +
      'lists that fit one call. Ask only for what upstream can answer.'
    );
  }
}

const askedInYourName =
  'The gateway asks upstream in your name (UPSTREAM_IDENTITY=caller) and holds no fleet of all machines. Compare lists of your own.';

const keyOf = ({ principal }: Call): string => `list ${principal}`;
