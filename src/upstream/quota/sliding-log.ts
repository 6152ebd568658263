import { firstWhere } from '../../binary-search.ts';

/** One call in the log. */
export interface LogEntry {
  readonly id: string;
  /** When it ended; of a call in flight, when it will be taken as ended. */
  readonly endMs: number;
}

/**
 * The calls that may still count, by their ends.
 *
 * A call counts from its admission until its end plus the window: `endMs + windowMs >= t`. That is what keeps upstream's
 * own sliding window within the limit, whatever the latencies. Upstream counts a call at some instant between admission
 * and end. Take any upstream window of length W and, of its calls, the one that we admitted last, at t. It arrived at t
 * or later, so every other call y of that window arrived at t - W or later, so y ended at t - W or later: y was still
 * counted when we admitted at t, as all of them were admitted before t. Hence the window held no more than the limit.
 * Counting while `endMs + windowMs` *equals* t makes this hold also for clocks that cut to whole milliseconds, and for
 * windows that include both their ends; it costs one millisecond.
 *
 * Kept sorted: n calls cost n entries, an admission one binary search a window and one insertion near the back.
 */
export class SlidingLog {
  #entries: LogEntry[] = [];
  readonly #byId = new Map<string, LogEntry>();

  /** By their ends, the earliest first. */
  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  get(id: string): LogEntry | undefined {
    return this.#byId.get(id);
  }

  /** Adds a call or moves its end. */
  set(entry: LogEntry): void {
    this.delete(entry.id);
    this.#byId.set(entry.id, entry);
    this.#entries.splice(this.#firstEndingAfter(entry.endMs), 0, entry);
  }

  delete(id: string): void {
    const known = this.#byId.get(id);
    if (known === undefined) return;
    this.#byId.delete(id);
    let index = this.#firstEndingAfter(known.endMs) - 1;
    while (this.#entries[index] !== known) index--;
    this.#entries.splice(index, 1);
  }

  /** Forgets the calls that no longer count at `now` in a window of `windowMs`, the longest. */
  trim(now: number, windowMs: number): void {
    const kept = this.#firstEndingAfter(now - windowMs - 1);
    for (const { id } of this.#entries.slice(0, kept)) this.#byId.delete(id);
    this.#entries.splice(0, kept);
  }

  /** How many calls count at `now` in a window. */
  counted(now: number, windowMs: number): number {
    return this.#entries.length - this.#firstEndingAfter(now - windowMs - 1);
  }

  #firstEndingAfter(endMs: number): number {
    const entries = this.#entries;
    return firstWhere(0, entries.length, (index) => (entries[index]?.endMs ?? endMs) > endMs);
  }
}
