import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowered, shareAt, shareReachesAt, wholeShare } from '../../../src/upstream/quota/capacity.ts';
import { ended, isNews, limited, openGate, passableAt, passed } from '../../../src/upstream/quota/gate.ts';

const rules = { leastShare: 0.1, shareGrowthPerMinute: 0.1 };

describe('the gate', () => {
  const shut = limited(openGate, 'a', 1_000, 500);

  it('lets everything through while it is open', () => {
    expect(passableAt(openGate, 5)).toBe(5);
    expect(passed(openGate, 'a', 5, 100)).toBe(openGate);
  });

  it('is shut for as long as upstream said', () => {
    expect(passableAt(shut, 1_200)).toBe(1_500);
  });

  it('is lengthened, never shortened, by calls that were out when it was shut', () => {
    expect(passableAt(limited(shut, 'b', 1_010, 100), 1_100)).toBe(1_500);
    expect(passableAt(limited(shut, 'b', 1_010, 900), 1_100)).toBe(1_910);
  });

  it('counts as news the 429 that shuts it and that of a probe, not those of calls out together', () => {
    const probing = passed(shut, 'p', 1_500, 100);
    expect([isNews(openGate, 'a'), isNews(shut, 'b'), isNews(probing, 'p'), isNews(probing, 'b')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('is not opened by calls other than the probe', () => {
    const probing = passed(shut, 'p', 1_500, 100);
    expect(ended(probing, 'late', 1_510, 'answered')).toBe(probing);
    expect(ended(probing, 'p', 1_510, 'answered')).toEqual(openGate);
  });

  it('lets another probe go when the first is never heard of again', () => {
    expect(passableAt(passed(shut, 'p', 1_500, 100), 1_550)).toBe(1_600);
  });
});

describe('the share', () => {
  it('halves, and not below the least', () => {
    let share = wholeShare;
    const seen = [];
    for (let time = 0; time < 6; time++) {
      share = lowered(share, 0, rules);
      seen.push(shareAt(share, 0, rules));
    }
    expect(seen).toEqual([0.5, 0.25, 0.125, 0.1, 0.1, 0.1]);
    expect(share.lowered).toBe(6);
  });

  it('grows back linearly, up to the whole', () => {
    const share = lowered(wholeShare, 0, rules);
    const minutes = [0, 1, 2.5, 5, 100];
    expect(minutes.map((minute) => shareAt(share, minute * 60_000, rules))).toEqual(
      [0.5, 0.6, 0.75, 1, 1].map((value) => expect.closeTo(value, 9)),
    );
  });

  it('says when it will have grown to a value, to the millisecond', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 9 }),
        (wanted, times) => {
          let share = wholeShare;
          for (let time = 0; time < times; time++) share = lowered(share, 1_000, rules);
          const at = shareReachesAt(share, wanted, rules);
          expect(shareAt(share, at, rules)).toBeGreaterThan(wanted - 1e-9);
          if (at > share.startedAtMs) expect(shareAt(share, at - 2, rules)).toBeLessThan(wanted);
        },
      ),
    );
  });
});
