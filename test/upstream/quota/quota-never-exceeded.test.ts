import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryLedger } from '../../../src/upstream/quota/ledger.ts';
import { defaultRules } from '../../../src/upstream/quota/options.ts';
import type { CallOutcome, Lane } from '../../../src/upstream/quota/quota.ts';
import { createQuota } from '../../../src/upstream/quota/scheduler.ts';
import { cases } from '../../support/cases.ts';
import { simulatedClock } from './simulated-clock.ts';

const outcome: fc.Arbitrary<CallOutcome | 'silent'> = fc.oneof(
  { weight: 10, arbitrary: fc.constant<CallOutcome>({ kind: 'answered' }) },
  { weight: 2, arbitrary: fc.constant<CallOutcome>({ kind: 'failed' }) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 0, max: 300 })
      .map((retryAfterMs): CallOutcome => ({ kind: 'limited', retryAfterMs })),
  },
  { weight: 1, arbitrary: fc.constant<'silent'>('silent') },
);

const call = fc.record({
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 })),
  lane: fc.constantFrom<Lane>('interactive', 'background'),
  turn: fc.constantFrom('a', 'b', 'c'),
  patienceMs: fc.integer({ min: 0, max: 2_000 }),
  /** Of maxCallMs. */
  latency: fc.double({ min: 0, max: 1, noNaN: true }),
  /** When upstream counts it: 0 at its admission, 1 at its end. */
  arrival: fc.double({ min: 0, max: 1, noNaN: true }),
  leavesAfterMs: fc.option(fc.integer({ min: 0, max: 400 }), { freq: 8 }),
  outcome,
});

describe('the quota as upstream counts it', () => {
  it('is never exceeded in any sliding window, and every call is let through or rejected in its time', async () => {
    const windows = [
      { windowMs: 100, calls: 5 },
      { windowMs: 700, calls: 12 },
    ];
    const rules = { ...defaultRules, windows, maxCallMs: 250, shareGrowthPerMinute: 100 };
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 30, maxLength: 80, size: 'max' }), async (calls) => {
        const clock = simulatedClock();
        const quota = createQuota({ clock, ledger: memoryLedger(rules, clock), maxWaitingPerCaller: 20 });
        const arrivals: number[] = [];
        let settled = 0;
        for (const { afterMs, lane, turn, patienceMs, latency, arrival, leavesAfterMs, outcome } of calls) {
          await clock.advance(afterMs);
          const leaving = new AbortController();
          if (leavesAfterMs !== null) clock.setTimer(leavesAfterMs, () => leaving.abort());
          const askedAt = clock.now();
          void quota
            .acquire({ lane, turn, patienceMs, signal: leaving.signal })
            .then(
              (permit) => {
                const latencyMs = Math.floor(latency * rules.maxCallMs);
                arrivals.push(clock.now() + arrival * latencyMs);
                if (outcome !== 'silent') clock.setTimer(latencyMs, () => permit.done(outcome));
              },
              () => undefined,
            )
            .then(() => {
              settled++;
              expect(clock.now()).toBeLessThanOrEqual(askedAt + patienceMs);
            });
        }
        await clock.advance(10_000);
        expect(settled).toBe(calls.length);
        expect(quota.state().waiting).toEqual({ interactive: 0, background: 0 });
        for (const { windowMs, calls: limit } of windows) {
          for (const from of arrivals) {
            const within = arrivals.filter((arrival) => arrival >= from && arrival <= from + windowMs);
            expect(within.length).toBeLessThanOrEqual(limit);
          }
        }
      }),
      { numRuns: cases(60) },
    );
  });
});
