import { describe, expect, it } from 'vitest';
import { ago, agoToTheSecond, exactly } from '../src/fleet/moments.ts';

const now = Date.UTC(2026, 8, 8, 12);
const back = (ms: number): string => new Date(now - ms).toISOString();
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

describe('a moment', () => {
  it.each([
    [-hour, 'just now'],
    [0, 'just now'],
    [minute - 1, 'just now'],
    [minute, '1 min ago'],
    [hour - 1, '59 min ago'],
    [hour, '1 h ago'],
    [day - 1, '23 h ago'],
    [day, '1 d ago'],
    [30 * day, '1 mo ago'],
    [364 * day, '12 mo ago'],
    [365 * day, '1 y ago'],
  ])('%i ms back is %s', (ms, text) => {
    expect(ago(back(ms), now)).toBe(text);
  });

  it('is told to the second within the first minute', () => {
    expect(agoToTheSecond(back(4_200), now)).toBe('4 s ago');
    expect(agoToTheSecond(back(-4_200), now)).toBe('0 s ago');
    expect(agoToTheSecond(back(90_000), now)).toBe('1 min ago');
  });

  it('is told exactly in UTC, with all the digits that upstream sends', () => {
    expect(exactly('2026-09-08T06:30:00.1234567Z')).toBe('2026-09-08 06:30:00 UTC');
  });
});
