import { describe, expect, it, type TestContext } from 'vitest';
import type { Timers } from '../../../src/timers.ts';
import type { LedgerEvents } from '../../../src/upstream/quota/book.ts';
import type { Ledger, LedgerFactory } from '../../../src/upstream/quota/ledger.ts';
import { defaultRules, type QuotaRules } from '../../../src/upstream/quota/options.ts';

/** A ledger to try, and its time. */
export interface LedgerUnderTest {
  readonly factory: (rules: QuotaRules) => LedgerFactory;
  readonly clock: Timers;
  /** Lets time pass: simulated or not. */
  readonly pass: (ms: number) => Promise<void>;
  /** Goes on when the ledger is ready to decide. */
  readonly ready: (ledger: Ledger) => Promise<void>;
  /** How much longer all times are than those that are written here: in real time, other things take some of it. */
  readonly timesLonger: number;
}

type OnTestFinished = TestContext['onTestFinished'];

const rulesOf = (timesLonger: number): QuotaRules => ({
  ...defaultRules,
  windows: [
    { windowMs: 200 * timesLonger, calls: 20 },
    { windowMs: 600 * timesLonger, calls: 40 },
  ],
  maxCallMs: 300 * timesLonger,
});

/** What every ledger must do. The tests mostly wait, so they run side by side. */
export function describeLedger(name: string, create: () => LedgerUnderTest): void {
  describe.concurrent(`the ${name} ledger`, () => {
    const start = async (
      onTestFinished: OnTestFinished,
      changes: Partial<QuotaRules> = {},
      events: Partial<LedgerEvents> = {},
    ) => {
      const { factory, pass: passReally, ready, clock, timesLonger } = create();
      const nothing = (): void => undefined;
      const ledger = factory({ ...rulesOf(timesLonger), ...changes })({
        onChange: nothing,
        onGate: nothing,
        onForeignUse: nothing,
        onLedger: nothing,
        ...events,
      });
      onTestFinished(() => ledger.close());
      await ready(ledger);
      const pass = (ms: number): Promise<void> => passReally(ms * timesLonger);
      /** Admits until rejected, at most `most` times; gives the ids. */
      const admitAll = async (most: number, lane: 'interactive' | 'background' = 'interactive') => {
        const ids: string[] = [];
        for (let call = 0; call < most; call++) {
          const admission = await ledger.admit(lane);
          if (admission.kind === 'refused') break;
          ids.push(admission.id);
        }
        return ids;
      };
      /** Ends calls and waits until the ledger has noted it. */
      const end = async (
        ids: readonly string[],
        ending: Parameters<Ledger['end']>[1] = { kind: 'answered' },
      ) => {
        const longer =
          ending.kind === 'limited' && ending.retryAfterMs !== undefined
            ? { ...ending, retryAfterMs: ending.retryAfterMs * timesLonger }
            : ending;
        for (const id of ids) ledger.end(id, longer);
        await pass(15);
      };
      return { ledger, pass, admitAll, end, clock, timesLonger };
    };

    it('admits as many calls as the tightest window allows', async ({ onTestFinished }) => {
      const { admitAll } = await start(onTestFinished);
      expect(await admitAll(80)).toHaveLength(20);
    });

    it('gives every call an id of its own', async ({ onTestFinished }) => {
      const { admitAll } = await start(onTestFinished);
      expect(new Set(await admitAll(20)).size).toBe(20);
    });

    it('says in a rejection how long the window stays full, counted from the ends of the calls', async ({
      onTestFinished,
    }) => {
      const { admitAll, ledger, end, pass, timesLonger } = await start(onTestFinished);
      await end(await admitAll(20));
      await pass(50);
      const refusal = await ledger.admit('interactive');
      expect(refusal).toMatchObject({ kind: 'refused', by: 'window' });
      const waitMs = refusal.kind === 'refused' ? refusal.waitMs : 0;
      expect(waitMs).toBeGreaterThan(60 * timesLonger);
      expect(waitMs).toBeLessThanOrEqual(200 * timesLonger);
    });

    it('admits again when the ends of calls have left the window', async ({ onTestFinished }) => {
      const { admitAll, end, pass } = await start(onTestFinished);
      await end(await admitAll(20));
      await pass(220);
      expect(await admitAll(80)).toHaveLength(20);
    });

    it('counts a call in flight however long ago it was admitted', async ({ onTestFinished }) => {
      const { admitAll, pass } = await start(onTestFinished);
      await admitAll(20);
      await pass(260);
      expect(await admitAll(80)).toHaveLength(0);
    });

    it('counts a call whose end is never reported as ended after the bound', async ({ onTestFinished }) => {
      const { admitAll, pass } = await start(onTestFinished);
      await admitAll(20);
      // A ledger elsewhere adds the time in which it answers.
      await pass(300 + 250 + 230);
      expect(await admitAll(80)).toHaveLength(20);
    });

    it('keeps to the longer window as well', async ({ onTestFinished }) => {
      const { admitAll, end, pass } = await start(onTestFinished);
      await end(await admitAll(20));
      await pass(220);
      await end(await admitAll(20));
      await pass(220);
      expect(await admitAll(80)).toHaveLength(0);
      await pass(400);
      expect(await admitAll(80)).not.toHaveLength(0);
    });

    it('leaves a reserve to interactive calls', async ({ onTestFinished }) => {
      const { admitAll } = await start(onTestFinished);
      expect(await admitAll(80, 'background')).toHaveLength(16);
      expect(await admitAll(80)).toHaveLength(4);
    });

    it('takes back a call that was never sent', async ({ onTestFinished }) => {
      const { admitAll, end, pass } = await start(onTestFinished);
      await end((await admitAll(20)).slice(8, 12), { kind: 'unsent' });
      await pass(30);
      expect(await admitAll(80)).toHaveLength(4);
    });

    it('shuts the gate for as long as a 429 says, then lets one probe go', async ({ onTestFinished }) => {
      const { admitAll, end, pass, ledger } = await start(onTestFinished);
      const [call = ''] = await admitAll(1);
      await end([call], { kind: 'limited', retryAfterMs: 150 });
      expect(await ledger.admit('interactive')).toMatchObject({ kind: 'refused', by: 'gate' });
      await pass(160);
      expect(await admitAll(80)).toHaveLength(1);
      expect(await ledger.admit('interactive')).toMatchObject({ kind: 'refused', by: 'gate' });
    });

    it('opens the gate when the probe succeeds', async ({ onTestFinished }) => {
      const { admitAll, end, pass } = await start(onTestFinished, { foreignBelow: 0 });
      await end(await admitAll(1), { kind: 'limited', retryAfterMs: 20 });
      await pass(30);
      await end(await admitAll(1));
      expect(await admitAll(80)).toHaveLength(18);
    });

    it('shuts it again when the probe is rejected, and lets the next probe go when it fails otherwise', async ({
      onTestFinished,
    }) => {
      const { admitAll, end, pass } = await start(onTestFinished, { foreignBelow: 0 });
      await end(await admitAll(1), { kind: 'limited', retryAfterMs: 20 });
      await pass(30);
      await end(await admitAll(1), { kind: 'limited', retryAfterMs: 60 });
      expect(await admitAll(80)).toHaveLength(0);
      await pass(70);
      await end(await admitAll(1), { kind: 'failed' });
      expect(await admitAll(80)).toHaveLength(1);
    });

    it('halves its share once for calls that were rejected together while its own log showed room', async ({
      onTestFinished,
    }) => {
      const told: unknown[] = [];
      const { admitAll, end, ledger } = await start(
        onTestFinished,
        {},
        { onForeignUse: (event) => told.push(event) },
      );
      await end(await admitAll(3), { kind: 'limited', retryAfterMs: 20 });
      expect(told).toEqual([{ share: expect.closeTo(0.5, 2), foreignUse: 1 }]);
      const { book, now } = ledger.outlook();
      expect(book.windows(now).map(({ limit }) => limit)).toEqual([10, 20]);
    });

    it('attributes a 429 to its own calls where its own log is full', async ({ onTestFinished }) => {
      const told: unknown[] = [];
      const { admitAll, end } = await start(
        onTestFinished,
        {},
        { onForeignUse: (event) => told.push(event) },
      );
      await end((await admitAll(20)).slice(0, 1), { kind: 'limited', retryAfterMs: 20 });
      expect(told).toEqual([]);
    });

    it('reports each change of the gate', async ({ onTestFinished }) => {
      const told: string[] = [];
      const events = { onGate: ({ kind }: { kind: string }) => void told.push(kind) };
      const { admitAll, end, pass } = await start(onTestFinished, {}, events);
      await end(await admitAll(1), { kind: 'limited', retryAfterMs: 20 });
      await pass(30);
      await end(await admitAll(1));
      expect(told).toEqual(['shut', 'probing', 'open']);
    });

    it('shows what it counts', async ({ onTestFinished }) => {
      const { admitAll, ledger, timesLonger } = await start(onTestFinished);
      await admitAll(2);
      const { book, now } = ledger.outlook();
      expect(book.windows(now)).toMatchObject([
        { windowMs: 200 * timesLonger, limit: 20, used: 2, remaining: 18 },
        { windowMs: 600 * timesLonger, limit: 40, used: 2, remaining: 38 },
      ]);
    });
  });
}
