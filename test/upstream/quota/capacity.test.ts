import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsOf } from '../../../src/upstream/quota/capacity.ts';
import { defaultRules } from '../../../src/upstream/quota/options.ts';

describe('the parts of the quota', () => {
  it('are the limit together, whatever it is and however many replicas there are', () => {
    const replicas = fc.integer({ min: 1, max: 1_000 });
    fc.assert(
      fc.property(replicas, fc.integer({ min: 0, max: 1_000_000 }), (count, more) => {
        const { own, pool } = partsOf({ windowMs: 1, calls: count + more }, defaultRules, count);
        expect(own).toBeGreaterThanOrEqual(1);
        expect(own * count + pool).toBe(count + more);
        expect(pool).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
