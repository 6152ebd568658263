import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Book } from '../../../src/upstream/quota/book.ts';
import { defaultRules, type QuotaRules } from '../../../src/upstream/quota/options.ts';
import type { Lane } from '../../../src/upstream/quota/quota.ts';
import { cases } from '../../support/cases.ts';

/** The rule said again, slowly: may a further call of the lane go at `t`, with these parts of the quota open? */
function mayGo(t: number, ends: readonly number[], lane: Lane, book: Book, parts: readonly Part[]): boolean {
  const { rules } = book;
  return book.parts.every((window) => {
    const counted = ends.filter((endMs) => endMs + window.windowMs >= t).length;
    const minutes = Math.max(0, t - book.share.startedAtMs) / 60_000;
    const share = Math.min(1, book.share.startedWith + minutes * rules.shareGrowthPerMinute);
    const kept = lane === 'background' ? 1 - rules.reserve : 1;
    const allowed = parts.reduce((sum, part) => sum + Math.floor(window[part] * share + 1e-9) * kept, 0);
    return counted + 1 <= allowed + 1e-9;
  });
}
type Part = 'own' | 'pool';

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
  entries: fc.array(fc.record({ age: fc.integer({ min: -40, max: 70 }), isOwn: fc.boolean() }), {
    maxLength: 14,
  }),
  lanes: fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 4 })),
  share: fc.constantFrom(1, 0.5, 0.25),
  replicas: fc.constantFrom(undefined, 1, 2, 3),
});

const first = (
  book: Book,
  parts: readonly Part[],
  lanes: readonly Lane[],
  notBefore: number,
): readonly number[] => {
  const ends = parts.flatMap((part) => book[part].entries.map(({ endMs }) => Math.min(now, endMs)));
  let t = notBefore;
  return lanes.map((lane) => {
    while (t < now + 1_000 && !mayGo(t, ends, lane, book, parts)) t++;
    if (t >= now + 1_000) return Number.POSITIVE_INFINITY;
    ends.push(t);
    return t;
  });
};

const made = (scenes: typeof scene extends fc.Arbitrary<infer T> ? T : never): [Book, Lane[]] => {
  const { windows, entries, lanes, share, replicas } = scenes;
  const [interactive, background] = lanes;
  // The share grows by a tenth every 10 ms.
  const rules: QuotaRules = { ...defaultRules, windows, shareGrowthPerMinute: 600 };
  const book = new Book(rules, replicas);
  book.share = { startedWith: share, startedAtMs: now - 3, lowered: 0 };
  for (const [index, { age, isOwn }] of entries.entries()) {
    book[isOwn || replicas === undefined ? 'own' : 'pool'].set({ id: `${index}`, endMs: now - age });
  }
  return [
    book,
    [...Array<Lane>(interactive).fill('interactive'), ...Array<Lane>(background).fill('background')],
  ];
};

/** What can never go is not followed by anything that is compared. */
const comparable = (starts: readonly number[]): readonly number[] => {
  const never = starts.indexOf(Number.POSITIVE_INFINITY);
  return never < 0 ? starts : starts.slice(0, never + 1);
};

describe('the projection', () => {
  it('names for each further call the first instant at which the rule lets it go', () => {
    fc.assert(
      fc.property(scene, (given) => {
        const [book, lanes] = made(given);
        const expected = comparable(first(book, ['own'], lanes, now));
        expect(book.starts(lanes, now).slice(0, expected.length)).toEqual(expected);
      }),
      { numRuns: cases(1_000) },
    );
  });

  it('takes the own part or both, whichever lets a call go sooner', () => {
    fc.assert(
      fc.property(scene, fc.constantFrom(0, now + 20), fc.constantFrom(0, now + 30), (given, own, pool) => {
        const [book, lanes] = made(given);
        book.ownFrom = own;
        book.poolFrom = pool;
        const alone = first(book, ['own'], lanes, Math.max(now, own));
        const shared: readonly Part[] = own > Math.max(now, pool) ? ['pool'] : ['own', 'pool'];
        const together = first(book, shared, lanes, Math.max(now, pool));
        const expected = comparable(alone.map((start, index) => Math.min(start, together[index] ?? start)));
        expect(book.starts(lanes, now).slice(0, expected.length)).toEqual(expected);
      }),
      { numRuns: cases(1_000) },
    );
  });
});
