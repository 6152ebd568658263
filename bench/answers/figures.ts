import type { Measure } from '../measures.ts';

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** A number of three digits or more. */
export const digits = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(2);

export const informed = (what: string, measured: string): Measure => ({
  what,
  measured,
  target: '',
  reached: true,
});

export const atMost = (what: string, value: number, most: number, unit: string): Measure => ({
  what,
  measured: `${digits(value)} ${unit}`,
  target: `at most ${digits(most)} ${unit}`,
  reached: value <= most,
});

export const atLeast = (what: string, value: number, least: number, unit: string): Measure => ({
  what,
  measured: `${digits(value)} ${unit}`,
  target: `at least ${digits(least)} ${unit}`,
  reached: value >= least,
});
