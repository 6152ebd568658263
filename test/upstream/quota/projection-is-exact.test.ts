import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Book } from '../../../src/upstream/quota/book.ts';
import { defaultRules, type QuotaRules } from '../../../src/upstream/quota/options.ts';
import type { Lane } from '../../../src/upstream/quota/quota.ts';

/** The rule said again, slowly: may a further call of the lane go at `t`? */
interface Counted {
  readonly endMs: number;
  readonly weight: number;
}
function mayGo(t: number, calls: readonly Counted[], lane: Lane, book: Book): boolean {
  const { rules, part } = book;
  const own = part.onShare ? part.present : 1;
  return rules.windows.every(({ windowMs, calls: limit }) => {
    const counted = calls
      .filter(({ endMs }) => endMs + windowMs >= t)
      .reduce((sum, { weight }) => sum + weight, 0);
    const minutes = Math.max(0, t - book.share.startedAtMs) / 60_000;
    const share = Math.min(1, book.share.startedWith + minutes * rules.shareGrowthPerMinute);
    const parts = (Math.floor(limit * share + 1e-9) * part.present) / part.of;
    const allowed = part.onShare ? parts : Math.floor(parts + 1e-9);
    return counted + own <= allowed * (lane === 'background' ? 1 - rules.reserve : 1) + 1e-9;
  });
}

const now = 10_000;
const scene = fc.record({
  windows: fc.uniqueArray(
    fc.record({ windowMs: fc.integer({ min: 5, max: 60 }), calls: fc.integer({ min: 3, max: 9 }) }),
    {
      minLength: 1,
      maxLength: 3,
      selector: ({ windowMs }) => windowMs,
    },
  ),
  entries: fc.array(fc.record({ age: fc.integer({ min: -40, max: 70 }), onShare: fc.boolean() }), {
    maxLength: 14,
  }),
  lanes: fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 4 })),
  share: fc.constantFrom(1, 0.5, 0.25),
  part: fc.constantFrom(
    { present: 1, of: 1, onShare: false },
    { present: 2, of: 3, onShare: false },
    { present: 2, of: 3, onShare: true },
    { present: 1, of: 2, onShare: true },
  ),
});

describe('the projection', () => {
  it('names for each further call the first instant at which the rule lets it go', () => {
    fc.assert(
      fc.property(scene, ({ windows, entries, lanes: [interactive, background], share, part }) => {
        // The share grows by a tenth every 10 ms.
        const rules: QuotaRules = { ...defaultRules, windows, shareGrowthPerMinute: 600 };
        const book = new Book(rules);
        book.part = part;
        book.share = { startedWith: share, startedAtMs: now - 3, lowered: 0 };
        for (const [index, { age, onShare }] of entries.entries()) {
          book.log.set({ id: `${index}`, endMs: now - age, onShare });
        }
        const own = part.onShare ? part.present : 1;
        const calls: Counted[] = entries.map(({ age, onShare }) => ({
          endMs: Math.min(now, now - age),
          weight: onShare ? own : 1,
        }));
        const lanes: Lane[] = [
          ...Array<Lane>(interactive).fill('interactive'),
          ...Array<Lane>(background).fill('background'),
        ];
        let t = now;
        const expected = lanes.map((lane) => {
          while (t < now + 1_000 && !mayGo(t, calls, lane, book)) t++;
          if (t === now + 1_000) return Number.POSITIVE_INFINITY;
          calls.push({ endMs: t, weight: own });
          return t;
        });
        // What can never go is not followed by anything that is compared.
        const never = expected.indexOf(Number.POSITIVE_INFINITY);
        const compared = never < 0 ? expected : expected.slice(0, never + 1);
        expect(book.starts(lanes, now).slice(0, compared.length)).toEqual(compared);
      }),
      { numRuns: 1_000 },
    );
  });
});
