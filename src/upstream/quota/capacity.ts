import assert from 'node:assert/strict';
import type { QuotaRules, QuotaWindow } from './options.ts';
import type { Lane } from './quota.ts';

/**
 * How a limit L is divided among R replicas: each always owns floor(L/2R) calls, at least one; what is left over is the
 * pool, which Redis gives out.
 */
export interface WindowParts {
  readonly windowMs: number;
  readonly own: number;
  readonly pool: number;
}

/** So that 100 × 0.8 is 80. */
const rounding = 1e-9;

/** @param replicas R; undefined where no pool is shared: then all of the limit is the process' own */
export function partsOf(window: QuotaWindow, rules: QuotaRules, replicas: number | undefined): WindowParts {
  const { windowMs } = window;
  const limit = Math.floor(window.calls * (1 - rules.margin) + rounding);
  assert(limit >= 1, `A window of ${window.calls} calls has none to give.`);
  if (replicas === undefined) return { windowMs, own: limit, pool: 0 };
  const own = Math.max(1, Math.floor(limit / (2 * replicas)));
  const pool = limit - replicas * own;
  assert(pool >= 0, `A window of ${limit} calls has no part for each of ${replicas} replicas.`);
  return { windowMs, own, pool };
}

/** How many calls of `lane` a window may hold, at one instant and over time. Never shrinks by itself. */
export interface Capacity {
  readonly at: (lane: Lane, now: number) => number;
  /** The first instant, `now` or later, at which it is at least `calls`; Infinity where it never is. */
  readonly reachesAt: (lane: Lane, calls: number, now: number) => number;
}

/** @param limits calls of each part of the window that may be spent; each part is rounded by itself */
export function capacityOf(limits: readonly number[], share: Share, rules: QuotaRules): Capacity {
  const kept = { interactive: 1, background: 1 - rules.reserve };
  const at = (lane: Lane, now: number): number => {
    const part = shareAt(share, now, rules);
    const allowed = limits.map((limit) => Math.floor(limit * part + rounding) * kept[lane]);
    return allowed.reduce((sum, calls) => sum + calls, rounding);
  };
  const reachesAt = (lane: Lane, calls: number, now: number): number => {
    if (at(lane, now) >= calls) return now;
    if (at(lane, Number.POSITIVE_INFINITY) < calls) return Number.POSITIVE_INFINITY;
    // It never shrinks, so the instant is found by halving, up to when the share is whole again.
    let [before, instant] = [now, Math.max(now + 1, shareReachesAt(share, 1, rules))];
    while (instant - before > 1) {
      const middle = Math.floor((before + instant) / 2);
      if (at(lane, middle) >= calls) instant = middle;
      else before = middle;
    }
    return instant;
  };
  return { at, reachesAt };
}

/**
 * The part of the quota that we allow ourselves. It halves with each sign that others use the registration, not below
 * a least one, and grows back linearly. A value: what it is at an instant follows from where it began.
 */
export interface Share {
  readonly startedWith: number;
  readonly startedAtMs: number;
  /** How often it was lowered. */
  readonly lowered: number;
}

type ShareRules = Pick<QuotaRules, 'leastShare' | 'shareGrowthPerMinute'>;

export const wholeShare: Share = { startedWith: 1, startedAtMs: 0, lowered: 0 };

export function shareAt(share: Share, now: number, rules: ShareRules): number {
  const minutes = Math.max(0, now - share.startedAtMs) / 60_000;
  return Math.min(1, share.startedWith + minutes * rules.shareGrowthPerMinute);
}

export function lowered(share: Share, now: number, rules: ShareRules): Share {
  return {
    startedWith: Math.max(rules.leastShare, shareAt(share, now, rules) / 2),
    startedAtMs: now,
    lowered: share.lowered + 1,
  };
}

/** The first whole ms at which the share is at least `wanted`. */
export function shareReachesAt(share: Share, wanted: number, rules: ShareRules): number {
  if (wanted > 1) return Number.POSITIVE_INFINITY;
  const grows = Math.max(0, wanted - share.startedWith);
  return share.startedAtMs + Math.ceil((grows / rules.shareGrowthPerMinute) * 60_000);
}
