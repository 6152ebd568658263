import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Measure } from '../measures.ts';

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** Times of so many runs, in ms, after a few that are not counted. */
export async function percentiles(rounds: number, run: (round: number) => unknown): Promise<Percentiles> {
  for (let round = 0; round < 10 && round < rounds; round++) await run(rounds + round);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    await run(round);
    times.push(performance.now() - startedAt);
  }
  times.sort((left, right) => left - right);
  const at = (part: number): number => times[Math.min(rounds - 1, Math.floor(rounds * part))] ?? 0;
  return { p50: at(0.5), p95: at(0.95) };
}

/** A figure without a target. */
export const informed = (told: string, what: string, measured: string): Measure => ({
  what: told + what,
  measured,
  target: '',
  reached: true,
});

/** A figure that must not be above its target. */
export const within = (told: string, what: string, value: number, most: number, unit: string): Measure => ({
  what: told + what,
  measured: `${value.toFixed(value < 1 ? 2 : 1)} ${unit}`,
  target: `at most ${most} ${unit}`,
  reached: value <= most,
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Memory of this process, in MB, after garbage was collected. */
export function residentMb(): number {
  collectGarbage();
  return Math.round(process.memoryUsage.rss() / 1_000_000);
}
