/**
 * What an answer's age allows. In this order as it grows:
 * - `fresh`: served as it is.
 * - `stale`: served at once, while one call in the background renews it.
 * - `old`: renewed first; served only where that fails.
 * - `dead`: not served.
 */
export type Freshness = 'fresh' | 'stale' | 'old' | 'dead';

/** Ages in milliseconds, each from the time the rows were read upstream, and each at least the one before. */
export interface FreshnessLimits {
  readonly freshMs: number;
  readonly renewMs: number;
  readonly staleMs: number;
}

export function freshnessOf(ageMs: number, limits: FreshnessLimits): Freshness {
  if (ageMs < limits.freshMs) return 'fresh';
  if (ageMs < limits.renewMs) return 'stale';
  return ageMs < limits.staleMs ? 'old' : 'dead';
}
