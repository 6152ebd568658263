import { describe, expect, it } from 'vitest';
import { readingTimes } from '../src/fleet/reading-times.ts';

const now = Date.parse('2026-09-08T06:00:00Z');
const standing = {
  state: 'READY',
  snapshotAt: '2026-09-08T05:58:00.5Z',
  nextSnapshotAt: '2026-09-08T06:03:00Z',
} as const;

describe('the times of readings', () => {
  it('say when the next one is', () => {
    expect(readingTimes(standing, standing.snapshotAt, now)).toEqual({
      newer: false,
      next: 'next read in 3:00',
      late: false,
    });
    expect(readingTimes(standing, standing.snapshotAt, now + 600_000).next).toBe('next read is due');
    expect(readingTimes({ ...standing, nextSnapshotAt: null }, standing.snapshotAt, now).next).toBeNull();
  });

  it('say when the gateway has newer rows than the page', () => {
    expect(readingTimes(standing, '2026-09-08T05:53:00Z', now).newer).toBe(true);
    expect(readingTimes(standing, null, now).newer).toBe(false);
    expect(readingTimes({ ...standing, snapshotAt: null }, '2026-09-08T05:53:00Z', now).newer).toBe(false);
  });

  it('say when it could not be read again', () => {
    expect(readingTimes({ ...standing, state: 'STALE' }, null, now).late).toBe(true);
  });
});
