import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsOf } from '../../../src/upstream/quota/capacity.ts';
import { defaultRules } from '../../../src/upstream/quota/options.ts';
import { fenceOf, isStep, offsetOf } from '../../../src/upstream/quota/redis-time.ts';

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

describe('the difference of two clocks', () => {
  it('is bounded on both sides by the times of sending, of Redis and of receiving', () => {
    const instant = fc.integer({ min: 0, max: 1_000 });
    fc.assert(
      fc.property(instant, instant, fc.double({ min: -500, max: 500, noNaN: true }), (there, back, ahead) => {
        const sent = 10_000.5;
        const offset = offsetOf(
          Math.floor(sent),
          Math.floor(sent + there + ahead),
          Math.floor(sent + there + back),
        );
        expect(offset.low).toBeLessThanOrEqual(ahead);
        expect(offset.high).toBeGreaterThanOrEqual(ahead);
      }),
    );
  });

  it('shows a clock that was set, either way', () => {
    const known = offsetOf(0, 1_000, 10);
    expect(isStep(known, offsetOf(20, 1_021, 22))).toBe(false);
    expect(isStep(known, offsetOf(20, 1_500, 22))).toBe(true);
    expect(isStep(known, offsetOf(20, 500, 22))).toBe(true);
  });

  it('may change as clocks drift apart while nothing is heard', () => {
    const known = offsetOf(0, 1_000, 10);
    expect(isStep(known, offsetOf(3_600_000, 3_601_300, 3_600_010))).toBe(false);
    expect(isStep(known, offsetOf(3_600_000, 3_603_000, 3_600_010))).toBe(true);
  });

  it('bounds when a command may run: not before it was sent, nor after its deadline', () => {
    const known = offsetOf(0, 1_000, 0);
    const { notBefore, notAfter } = fenceOf(known, 100, 250);
    expect(notBefore).toBeGreaterThan(1_000);
    expect(notBefore).toBeLessThanOrEqual(1_100);
    expect(notAfter).toBeGreaterThanOrEqual(1_350);
    expect(notAfter).toBeLessThan(1_450);
    expect(fenceOf(undefined, 100, 250).notBefore).toBe(0);
  });
});
