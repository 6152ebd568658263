import { describe, expect, it } from 'vitest';
import { countdownText, secondsUntil } from '../src/gateway/countdown.ts';

describe('a countdown', () => {
  it('is rounded up, so that it ends when the moment has come', () => {
    expect(secondsUntil(10_000, 4_999)).toBe(6);
    expect(secondsUntil(10_000, 9_999)).toBe(1);
    expect(secondsUntil(10_000, 10_000)).toBe(0);
    expect(secondsUntil(10_000, 12_000)).toBe(0);
  });

  it.each([
    [0, '0:00'],
    [7, '0:07'],
    [65, '1:05'],
    [3_665, '1:01:05'],
  ])('writes %i seconds as %s', (seconds, text) => {
    expect(countdownText(seconds)).toBe(text);
  });
});
