import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/machines/moment.ts';

describe('an ISO 8601 duration', () => {
  it.each([
    ['P7D', 7 * 86_400_000],
    ['P2W', 14 * 86_400_000],
    ['PT12H', 43_200_000],
    ['PT1M', 60_000],
    ['PT1S', 1_000],
    ['P1DT6H30M15S', 86_400_000 + 6 * 3_600_000 + 30 * 60_000 + 15_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    'P',
    'PT',
    'P1',
    '7D',
    'p7d',
    'P1M',
    'P1Y',
    'P1DT',
    'P1W2D',
    'PT0S',
    'P-1D',
    'P0.5D',
    'P36526D',
    'P7D ',
  ])('%j is none that is taken', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
