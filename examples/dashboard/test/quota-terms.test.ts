import { describe, expect, it } from 'vitest';
import { fill, windowName } from '../src/quota/quota-terms.ts';

describe('the quota', () => {
  it('names its windows', () => {
    expect([60, 3_600, 10].map(windowName)).toEqual(['minute', 'hour', '10 s']);
  });

  it('is scarce from a quarter down', () => {
    expect([100, 26, 25, 1, 0].map((left) => fill(left, 100))).toEqual([
      'ample',
      'ample',
      'scarce',
      'scarce',
      'empty',
    ]);
  });
});
