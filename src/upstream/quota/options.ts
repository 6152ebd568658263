/** One sliding window of the quota: at most `calls` within any `windowMs`. */
export interface QuotaWindow {
  readonly windowMs: number;
  readonly calls: number;
}

/** The rules of the quota, the same for every ledger. Periods are options so that all can be shortened together. */
export interface QuotaRules {
  readonly windows: readonly QuotaWindow[];
  /** Fraction of each window that is left unused, for what clocks and foreign tools take. */
  readonly margin: number;
  /** Fraction of each window that background calls leave to interactive ones. */
  readonly reserve: number;
  /** A call that has not reported its end by then is taken as ended. Calls must not take longer. */
  readonly maxCallMs: number;
  /** Longest time that upstream can shut the gate for; a quota is free again after its longest window. */
  readonly maxGateMs: number;
  /** Below this fraction of every window, a 429 is attributed to another program. */
  readonly foreignBelow: number;
  /** The share is not lowered below this. */
  readonly leastShare: number;
  /** How fast a lowered share grows back, per minute. */
  readonly shareGrowthPerMinute: number;
}

/** The documented quota: 100 calls a minute, 1,500 an hour. */
const documentedWindows: readonly QuotaWindow[] = [
  { windowMs: 60_000, calls: 100 },
  { windowMs: 3_600_000, calls: 1_500 },
];

export const defaultRules: QuotaRules = {
  windows: documentedWindows,
  margin: 0,
  reserve: 0.2,
  maxCallMs: 120_000,
  maxGateMs: 3_600_000,
  foreignBelow: 0.9,
  leastShare: 0.1,
  shareGrowthPerMinute: 0.1,
};

export function longestWindowMs(rules: QuotaRules): number {
  return Math.max(...rules.windows.map(({ windowMs }) => windowMs));
}
