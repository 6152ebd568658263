import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/upstream/quota/clock.ts';
import type { Ledger, LedgerEvents, LedgerFactory } from '../../../src/upstream/quota/ledger.ts';
import { defaultRules, type QuotaRules } from '../../../src/upstream/quota/options.ts';

/** A ledger to try, and its time. */
export interface LedgerUnderTest {
  readonly factory: (rules: QuotaRules) => LedgerFactory;
  readonly clock: Clock;
  /** Lets time pass: simulated or not. */
  readonly pass: (ms: number) => Promise<void>;
  /** Goes on when the ledger is ready to decide. */
  readonly ready: (ledger: Ledger) => Promise<void>;
}

const rules: QuotaRules = {
  ...defaultRules,
  windows: [
    { windowMs: 200, calls: 5 },
    { windowMs: 600, calls: 10 },
  ],
  maxCallMs: 300,
};

/** What every ledger must do. */
export function describeLedger(name: string, create: () => LedgerUnderTest): void {
  describe(`the ${name} ledger`, () => {
    const open: Ledger[] = [];
    afterEach(async () => {
      await Promise.all(open.splice(0).map((ledger) => ledger.close()));
    });

    const start = async (changes: Partial<QuotaRules> = {}, events: Partial<LedgerEvents> = {}) => {
      const { factory, pass, ready, clock } = create();
      const nothing = (): void => undefined;
      const ledger = factory({ ...rules, ...changes })({
        onChange: nothing,
        onGate: nothing,
        onForeignUse: nothing,
        onLedger: nothing,
        ...events,
      });
      open.push(ledger);
      await ready(ledger);
      /** Admits until refused, at most `most` times; gives the ids. */
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
        for (const id of ids) ledger.end(id, ending);
        await pass(15);
      };
      return { ledger, pass, admitAll, end, clock };
    };

    it('admits as many calls as the tightest window allows', async () => {
      const { admitAll } = await start();
      expect(await admitAll(20)).toHaveLength(5);
    });

    it('gives every call an id of its own', async () => {
      const { admitAll } = await start();
      expect(new Set(await admitAll(5)).size).toBe(5);
    });

    it('says in a refusal how long the window stays full, counted from the ends of the calls', async () => {
      const { admitAll, ledger, end, pass } = await start();
      await end(await admitAll(5));
      await pass(50);
      const refusal = await ledger.admit('interactive');
      expect(refusal).toMatchObject({ kind: 'refused', by: 'window' });
      const waitMs = refusal.kind === 'refused' ? refusal.waitMs : 0;
      expect(waitMs).toBeGreaterThan(60);
      expect(waitMs).toBeLessThanOrEqual(200);
    });

    it('admits again when the ends of calls have left the window', async () => {
      const { admitAll, end, pass } = await start();
      await end(await admitAll(5));
      await pass(220);
      expect(await admitAll(20)).toHaveLength(5);
    });

    it('counts a call in flight however long ago it was admitted', async () => {
      const { admitAll, pass } = await start();
      await admitAll(5);
      await pass(260);
      expect(await admitAll(20)).toHaveLength(0);
    });

    it('takes a call that never tells its end as ended after the bound', async () => {
      const { admitAll, pass } = await start();
      await admitAll(5);
      await pass(300 + 230);
      expect(await admitAll(20)).toHaveLength(5);
    });

    it('keeps to the longer window as well', async () => {
      const { admitAll, end, pass } = await start();
      await end(await admitAll(5));
      await pass(220);
      await end(await admitAll(5));
      await pass(220);
      expect(await admitAll(20)).toHaveLength(0);
      await pass(400);
      expect(await admitAll(20)).not.toHaveLength(0);
    });

    it('leaves a reserve to interactive calls', async () => {
      const { admitAll } = await start();
      expect(await admitAll(20, 'background')).toHaveLength(4);
      expect(await admitAll(20)).toHaveLength(1);
    });

    it('takes back a call that was never sent', async () => {
      const { admitAll, end, pass } = await start();
      await end((await admitAll(5)).slice(0, 2), { kind: 'unsent' });
      await pass(30);
      expect(await admitAll(20)).toHaveLength(2);
    });

    it('shuts the gate for as long as a 429 says, then lets one probe go', async () => {
      const { admitAll, end, pass, ledger } = await start();
      const [call = ''] = await admitAll(1);
      await end([call], { kind: 'limited', retryAfterMs: 150 });
      expect(await ledger.admit('interactive')).toMatchObject({ kind: 'refused', by: 'gate' });
      await pass(160);
      expect(await admitAll(20)).toHaveLength(1);
      expect(await ledger.admit('interactive')).toMatchObject({ kind: 'refused', by: 'gate' });
    });

    it('opens the gate when the probe succeeds', async () => {
      const { admitAll, end, pass } = await start({ foreignBelow: 0 });
      await end(await admitAll(1), { kind: 'limited', retryAfterMs: 20 });
      await pass(30);
      await end(await admitAll(1));
      expect(await admitAll(20)).toHaveLength(3);
    });

    it('shuts it again when the probe is refused, and lets the next probe go when it fails otherwise', async () => {
      const { admitAll, end, pass } = await start({ foreignBelow: 0 });
      await end(await admitAll(1), { kind: 'limited', retryAfterMs: 20 });
      await pass(30);
      await end(await admitAll(1), { kind: 'limited', retryAfterMs: 60 });
      expect(await admitAll(20)).toHaveLength(0);
      await pass(70);
      await end(await admitAll(1), { kind: 'failed' });
      expect(await admitAll(20)).toHaveLength(1);
    });

    it('halves its share once for calls that were refused together while its own log showed room', async () => {
      const told: unknown[] = [];
      const { admitAll, end, ledger } = await start({}, { onForeignUse: (event) => told.push(event) });
      await end(await admitAll(3), { kind: 'limited', retryAfterMs: 20 });
      expect(told).toEqual([{ share: expect.closeTo(0.5, 2), foreignUse: 1 }]);
      const { book, now } = ledger.outlook();
      expect(book.windows(now).map(({ limit }) => limit)).toEqual([2, 5]);
    });

    it('takes a 429 with its own log full as its own doing', async () => {
      const told: unknown[] = [];
      const { admitAll, end } = await start({}, { onForeignUse: (event) => told.push(event) });
      await end((await admitAll(5)).slice(0, 1), { kind: 'limited', retryAfterMs: 20 });
      expect(told).toEqual([]);
    });

    it('tells the gate as it changes', async () => {
      const told: string[] = [];
      const events = { onGate: ({ kind }: { kind: string }) => void told.push(kind) };
      const { admitAll, end, pass } = await start({}, events);
      await end(await admitAll(1), { kind: 'limited', retryAfterMs: 20 });
      await pass(30);
      await end(await admitAll(1));
      expect(told).toEqual(['shut', 'probing', 'open']);
    });

    it('shows what it counts', async () => {
      const { admitAll, ledger } = await start();
      await admitAll(2);
      const { book, now } = ledger.outlook();
      expect(book.windows(now)).toMatchObject([
        { windowMs: 200, limit: 5, used: 2, remaining: 3 },
        { windowMs: 600, limit: 10, used: 2, remaining: 8 },
      ]);
    });
  });
}
