import type { QuotaRules } from './options.ts';

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
