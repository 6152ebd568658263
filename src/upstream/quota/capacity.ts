import { limitOf, type QuotaRules, type QuotaWindow, rounding } from './options.ts';
import type { Lane } from './quota.ts';
import { type Share, shareAt, shareReachesAt } from './share.ts';

/**
 * How much of the quota may be given out here. In one process: all of it. In Redis: as many parts of `of` as there are
 * replicas present. On a replica's own share of a quota whose pool `present` replicas shared when it was left: see
 * redis-ledger.ts; calls of the share then weigh `present` times as much as those of the pool.
 */
export interface Part {
  readonly present: number;
  readonly of: number;
  readonly onShare: boolean;
}

export const wholePart: Part = { present: 1, of: 1, onShare: false };

/** What a further call weighs. */
export function callWeight(part: Part): number {
  return part.onShare ? part.present : 1;
}

/** The weight that the calls of `lane` may fill up of a window, at one instant and over time. Never shrinks by itself. */
export interface Capacity {
  readonly at: (lane: Lane, now: number) => number;
  /** The first instant, `now` or later, at which it is at least `weight`; Infinity where it never is. */
  readonly reachesAt: (lane: Lane, weight: number, now: number) => number;
}

export function capacityOf(window: QuotaWindow, share: Share, part: Part, rules: QuotaRules): Capacity {
  const limit = limitOf(window, rules);
  const kept = { interactive: 1, background: 1 - rules.reserve };
  const at = (lane: Lane, now: number): number => {
    const allowed = Math.floor(limit * shareAt(share, now, rules) + rounding);
    // A share's calls may weigh more than 1, so that half a call's weight is room for others' and not to be cut.
    const parts = (allowed * part.present) / part.of;
    return (part.onShare ? parts : Math.floor(parts + rounding)) * kept[lane] + rounding;
  };
  const reachesAt = (lane: Lane, weight: number, now: number): number => {
    if (at(lane, now) >= weight) return now;
    if (at(lane, Number.POSITIVE_INFINITY) < weight) return Number.POSITIVE_INFINITY;
    const allowed = Math.ceil((weight / kept[lane]) * (part.of / part.present) - 2 * rounding);
    let instant = Math.max(now, shareReachesAt(share, Math.min(1, allowed / limit), rules) - 1);
    while (at(lane, instant) < weight) instant++;
    return instant;
  };
  return { at, reachesAt };
}
