import type { Capacity } from './capacity.ts';
import type { Lane } from './quota.ts';
import type { LogEntry } from './sliding-log.ts';

export interface ProjectedWindow {
  readonly windowMs: number;
  readonly capacity: Capacity;
}

export interface Outlook {
  readonly now: number;
  /** No call goes before this: the gate, or a part of the quota that is not open yet. */
  readonly notBefore: number;
  /** By their ends. */
  readonly entries: readonly LogEntry[];
  readonly windows: readonly ProjectedWindow[];
}

/**
 * When the next calls can go, one after another in the order of `lanes`: the i-th goes at the first instant, not before
 * the one ahead of it, at which every window has room. Exact for calls that end as they begin; as calls take their time,
 * and others may go first, it is the earliest instant possible. A call that could not go before its patience ends is
 * therefore rejected rightly.
 *
 * Each window keeps a pointer to the first call that still counts. It only moves on, so a projection costs one step a
 * further call and one a call of the log, whatever the number of calls asked for.
 */
export function projectStarts(outlook: Outlook, lanes: readonly Lane[]): number[] {
  const { now, entries } = outlook;
  const starts: number[] = [];
  const pointers = outlook.windows.map((window) => ({ ...window, first: 0 }));
  /** When the entry at `index` ends at the earliest; calls in flight may end any moment. Further calls come behind. */
  const endAt = (index: number): number => {
    const entry = entries[index];
    return entry === undefined
      ? (starts[index - entries.length] ?? Number.POSITIVE_INFINITY)
      : Math.min(entry.endMs, now);
  };

  let start = Math.max(now, outlook.notBefore);
  for (const lane of lanes) {
    for (const pointer of pointers) {
      const { capacity, windowMs } = pointer;
      for (;;) {
        const calls = entries.length + starts.length - pointer.first + 1;
        if (calls <= capacity.at(lane, start)) break;
        const leavesAt = endAt(pointer.first) + windowMs + 1;
        const growsAt = capacity.reachesAt(lane, calls, start);
        if (growsAt <= leavesAt) {
          start = growsAt;
          break;
        }
        start = Math.max(start, leavesAt);
        pointer.first++;
      }
    }
    starts.push(start);
  }
  return starts;
}
