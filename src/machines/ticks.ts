import type { Moment } from './moment.ts';

/**
 * Moments as upstream counts them: ticks of 100 ns, here since 1970. A moment whose fraction has no trailing zeros and
 * its ticks convert to each other exactly.
 */
export type Ticks = bigint;

/** Stands for no moment in an array of ticks; before every instant. */
export const noTicks: Ticks = -(2n ** 63n);

const ticksPerMs = 10_000n;
const ticksPerSecond = 10_000_000;
const form = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?Z$/;

/** @returns undefined where the text is no moment in UTC */
export function ticksOf(moment: string): Ticks | undefined {
  const match = form.exec(moment);
  if (match === null) return undefined;
  const [, whole, fraction = ''] = match;
  const epochMs = Date.parse(`${whole}Z`);
  if (Number.isNaN(epochMs)) return undefined;
  return BigInt(epochMs) * ticksPerMs + BigInt(fraction.padEnd(7, '0'));
}

export function momentOfTicks(ticks: Ticks): Moment {
  return momentOfHalves(Number(ticks >> 32n), Number(ticks & 0xffffffffn));
}

/**
 * Halves of 32 bits are numbers: arithmetic on them is many times faster than on big integers, and exact, as 2^32 is
 * 429 seconds and 4,967,296 ticks.
 * @param high with its sign
 * @param low without one
 */
export function momentOfHalves(high: number, low: number): Moment {
  const rest = high * 4_967_296 + low;
  const seconds = high * 429 + Math.floor(rest / ticksPerSecond);
  const fraction = rest - Math.floor(rest / ticksPerSecond) * ticksPerSecond;
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  if (fraction === 0) return `${whole}Z` as Moment;
  const digits = String(fraction).padStart(7, '0');
  return `${whole}.${digits.endsWith('0') ? digits.replace(/0+$/, '') : digits}Z` as Moment;
}

/** The moment a time ago, of milliseconds since 1970. */
export function ticksOfMs(epochMs: number): Ticks {
  return BigInt(Math.trunc(epochMs)) * ticksPerMs;
}

/** The same moment without trailing zeros in its fraction. */
export function canonicalMoment(moment: Moment): Moment {
  const hasTrailingZero = moment.at(-2) === '0' && moment.includes('.');
  if (!hasTrailingZero) return moment;
  return moment.replace(/\.?0*Z$/, 'Z') as Moment;
}
