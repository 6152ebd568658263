import { countdownText, secondsUntil } from '../gateway/countdown.ts';
import type { FleetStanding } from '../gateway/use-standing.ts';

/** What is said of the fleet beside the age of the rows. */
export interface ReadingTimes {
  /** The gateway has read the fleet again since the rows on the page were read. */
  readonly newer: boolean;
  /** `next read in 4:12`, `next read is due`; null where none is to come. */
  readonly next: string | null;
  /** It could not be read again in time. */
  readonly late: boolean;
}

/**
 * @param asOf when the oldest row on the page was read
 * @param now epoch milliseconds
 */
export function readingTimes(standing: FleetStanding, asOf: string | null, now: number): ReadingTimes {
  const { state, snapshotAt, nextSnapshotAt } = standing;
  const seconds = nextSnapshotAt === null ? null : secondsUntil(Date.parse(nextSnapshotAt), now);
  return {
    newer: asOf !== null && snapshotAt !== null && Date.parse(snapshotAt) > Date.parse(asOf),
    next:
      seconds === null ? null : seconds === 0 ? 'next read is due' : `next read in ${countdownText(seconds)}`,
    late: state === 'STALE',
  };
}
