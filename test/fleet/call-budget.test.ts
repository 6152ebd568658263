import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallBudget } from '../../src/fleet/call-budget.ts';
import { cases } from '../support/cases.ts';
import { simulatedClock } from '../upstream/quota/simulated-clock.ts';

const hourMs = 3_600_000;

describe('the budget of reading the fleet', () => {
  it('lets a reading be made ahead of its time only where no reading on time is held up by it', async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 12 }),
      fc.array(fc.integer({ min: 0, max: 900_000 }), { maxLength: 40 }),
      async (readings, calls, pauses) => {
        // Even intervals hold readings up by themselves where the last of an hour does not fit whole.
        const limit = readings * calls;
        const clock = simulatedClock();
        const budget = new CallBudget(clock, 1, () => limit);
        const everyMs = Math.max(300_000, Math.ceil(budget.intervalMs(calls)));
        const read = (): void => {
          for (let call = 0; call < calls; call += 1) {
            expect(budget.waitMs()).toBe(0);
            budget.called();
          }
        };
        let dueAt = clock.now();
        const onTime = async (until: number): Promise<void> => {
          for (; dueAt <= until; dueAt += everyMs) {
            await clock.advance(Math.max(0, Math.ceil(dueAt - clock.now())));
            read();
          }
          await clock.advance(Math.max(0, until - clock.now()));
        };
        await onTime(clock.now());
        for (const pauseMs of pauses) {
          await onTime(clock.now() + pauseMs);
          if (!budget.hasRoomAhead(calls, everyMs)) continue;
          read();
          dueAt = clock.now() + everyMs;
        }
        await onTime(clock.now() + 2 * hourMs);
      },
    );
    await fc.assert(property, { numRuns: cases(400) });
  });

  it('counts what others have read, from when they read it', () => {
    const clock = simulatedClock();
    const budget = new CallBudget(clock, 1, () => 10);
    budget.calledByOther(6, hourMs - 1_000);
    budget.called();
    budget.calledByOther(3, 0);
    expect(budget.waitMs()).toBe(1_000);
    expect(budget.hasRoomAhead(1, hourMs)).toBe(false);
  });
});
