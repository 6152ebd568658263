import type { Consistency } from '../machines/listing.ts';
import type { Moment } from '../machines/moment.ts';
import type { ServedFrom, Usage } from '../machines/source.ts';

/** What answering an operation took: gathered as it happens, told in `extensions.upstream`. */
export class UpstreamUsage implements Usage {
  readonly #onServed: (from: ServedFrom) => void;
  #calls = 0;
  #cache: ServedFrom | undefined;
  #oldest: Moment | undefined;
  #consistency: Consistency = 'LISTING';

  /** @param onServed told of each serving, for the metrics */
  constructor(onServed: (from: ServedFrom) => void) {
    this.#onServed = onServed;
  }

  called(): void {
    this.#calls += 1;
  }

  served(from: ServedFrom, readAt: Moment): void {
    this.#onServed(from);
    if (this.#cache === undefined || servedOrder.indexOf(from) > servedOrder.indexOf(this.#cache)) {
      this.#cache = from;
    }
    if (this.#oldest === undefined || Date.parse(readAt) < Date.parse(this.#oldest)) this.#oldest = readAt;
  }

  placed(consistency: Consistency): void {
    if (consistencyOrder.indexOf(consistency) > consistencyOrder.indexOf(this.#consistency)) {
      this.#consistency = consistency;
    }
  }

  /** @param now epoch milliseconds */
  report(now: number): UpstreamReport {
    return {
      calls: this.#calls,
      cache: this.#cache ?? null,
      ageSeconds:
        this.#oldest === undefined ? null : Math.max(0, Math.round((now - Date.parse(this.#oldest)) / 1_000)),
      consistency: this.#consistency,
    };
  }
}

/** `extensions.upstream` of an answer. */
export interface UpstreamReport {
  /** Calls that were sent upstream for this operation, tries and all; those shared with others are counted once. */
  readonly calls: number;
  /** Where rows came from, the most telling of them: read just now, past their time, or from the cache. */
  readonly cache: ServedFrom | null;
  /** Age of the oldest row. */
  readonly ageSeconds: number | null;
  readonly consistency: Consistency;
}

const servedOrder: readonly ServedFrom[] = ['HIT', 'MISS', 'STALE'];
const consistencyOrder: readonly Consistency[] = ['LISTING', 'ANCHORED', 'BEST_EFFORT'];
