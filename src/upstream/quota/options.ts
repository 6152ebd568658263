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
  /** Below this fraction of every window, a 429 is taken for somebody else's doing. */
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

/** @throws {RangeError} naming the first rule that makes no sense */
export function checkRules(rules: QuotaRules): QuotaRules {
  const must = (holds: boolean, text: string): void => {
    if (!holds) throw new RangeError(text);
  };
  const fraction = (value: number): boolean => value >= 0 && value < 1;
  must(rules.windows.length > 0, 'A quota needs at least one window.');
  for (const { windowMs, calls } of rules.windows) {
    must(Number.isInteger(windowMs) && windowMs > 0, `A window cannot last ${windowMs} ms.`);
    must(Number.isInteger(calls) && calls > 0, `A window cannot hold ${calls} calls.`);
    must(
      limitOf({ windowMs, calls }, rules) >= 1,
      `A margin of ${rules.margin} leaves none of ${calls} calls.`,
    );
  }
  must(fraction(rules.margin), `A margin is a fraction, not ${rules.margin}.`);
  must(fraction(rules.reserve), `A reserve is a fraction, not ${rules.reserve}.`);
  must(rules.maxCallMs > 0, `A call cannot last ${rules.maxCallMs} ms.`);
  must(rules.maxGateMs > 0, `A gate cannot be shut for ${rules.maxGateMs} ms.`);
  must(rules.leastShare > 0 && rules.leastShare <= 1, `A least share of ${rules.leastShare} ends all calls.`);
  must(rules.shareGrowthPerMinute > 0, 'A lowered share must grow back.');
  return rules;
}

/** The calls of a window that we ever allow ourselves. */
export function limitOf(window: QuotaWindow, { margin }: Pick<QuotaRules, 'margin'>): number {
  return Math.floor(window.calls * (1 - margin) + rounding);
}

/** So that 100 × 0.8 is 80. */
export const rounding = 1e-9;

export function longestWindowMs(rules: QuotaRules): number {
  return Math.max(...rules.windows.map(({ windowMs }) => windowMs));
}
