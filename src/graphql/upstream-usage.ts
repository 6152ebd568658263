import type { Consistency } from '../machines/listing.ts';
import type { Moment } from '../machines/moment.ts';
import type { ServedFrom, Usage } from '../machines/source.ts';

/** What answering an operation took: gathered as it happens, shown in `extensions.upstream`. */
export class UpstreamUsage implements Usage {
  readonly #onServed: (from: ServedFrom) => void;
  #calls = 0;
  #cache: WindowsServed | undefined;
  #consistency: Consistency | undefined;
  /** When the oldest row of each source was read. */
  readonly #oldestOf = new Map<RowsSource, Moment>();
  #maxAgeMs = Number.POSITIVE_INFINITY;
  #isOfMoment = false;

  /** @param onServed called for each serving, for the metrics */
  constructor(onServed: (from: ServedFrom) => void) {
    this.#onServed = onServed;
  }

  called(): void {
    this.#calls += 1;
  }

  served(from: ServedFrom, readAt: Moment): void {
    this.#onServed(from);
    const source = from === 'FLEET' ? 'FLEET' : 'WINDOWS';
    if (from !== 'FLEET') {
      const isMoreTelling =
        this.#cache === undefined || servedOrder.indexOf(from) > servedOrder.indexOf(this.#cache);
      if (isMoreTelling) this.#cache = from;
    }
    const known = this.#oldestOf.get(source);
    if (known === undefined || readAt < known) this.#oldestOf.set(source, readAt);
  }

  /** The caller asked for rows of at most this age. @param seconds null counts as not given */
  bounded(seconds: number | null | undefined): void {
    this.#maxAgeMs = Math.min(this.#maxAgeMs, (seconds ?? Number.POSITIVE_INFINITY) * 1_000);
  }

  /** The answer holds what is of its moment, such as the state of the quota. */
  ofMoment(): void {
    this.#isOfMoment = true;
  }

  /**
   * How long all that was served stays fresh, in milliseconds; 0 or less where it is not, or holds no rows.
   * @param spans how long rows of each source are fresh
   * @param now wall clock, in epoch milliseconds
   */
  freshForMs(spans: FreshSpans, now: number): number {
    if (this.#isOfMoment || this.#oldestOf.size === 0) return 0;
    const left = [...this.#oldestOf].map(([source, readAt]) => {
      // Another replica's clock may be ahead.
      const ageMs = Math.max(0, now - Date.parse(readAt));
      return Math.min(spans[source], this.#maxAgeMs) - ageMs;
    });
    return Math.min(...left);
  }

  /** @param consistency undefined where no list was needed */
  placed(consistency: Consistency | undefined): void {
    const all = [this.#consistency, consistency];
    this.#consistency = worstFirst.find((each) => all.includes(each));
  }

  report(): UpstreamReport {
    const [source = null, other] = this.#oldestOf.keys();
    const [asOf = null] = [...this.#oldestOf.values()].sort();
    return {
      calls: this.#calls,
      source: other === undefined ? source : 'BOTH',
      cache: this.#cache ?? null,
      asOf,
      consistency: this.#consistency ?? null,
    };
  }
}

/** `extensions.upstream` of an answer. */
export interface UpstreamReport {
  /** Calls that were sent upstream for this operation, tries and all; those shared with others are counted once. */
  readonly calls: number;
  /** Who answered: the fleet that the gateway holds whole, windows of upstream's own list, or both. */
  readonly source: AnswerSource | null;
  /** Where rows of windows came from, the most telling of them: read just now, past their time, or from the cache. */
  readonly cache: WindowsServed | null;
  /** When the oldest row was read: a moment rather than an age, so that the same rows make the same answer. */
  readonly asOf: Moment | null;
  /** How sure the place of each cursor is, the least sure of them; null where no list was needed. */
  readonly consistency: Consistency | null;
}

/** How long rows are fresh, from when they were read, in milliseconds. */
export type FreshSpans = Readonly<Record<RowsSource, number>>;

type RowsSource = 'FLEET' | 'WINDOWS';
type AnswerSource = RowsSource | 'BOTH';
type WindowsServed = Exclude<ServedFrom, 'FLEET'>;

const servedOrder: readonly WindowsServed[] = ['HIT', 'MISS', 'STALE'];
const worstFirst: readonly Consistency[] = ['BEST_EFFORT', 'ANCHORED', 'LISTING'];
