import type { UpstreamReport } from '../../src/graphql/upstream-usage.ts';

/** Seconds since the oldest row of an answer was read. @param now wall clock, in epoch milliseconds */
export const ageSecondsOf = ({ asOf }: UpstreamReport, now: number): number =>
  Math.round((now - Date.parse(asOf ?? '')) / 1_000);
