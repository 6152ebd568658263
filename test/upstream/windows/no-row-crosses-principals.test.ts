import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListingId } from '../../../src/machines/cursor.ts';
import type { ODataFilter } from '../../../src/machines/odata.ts';
import { unpackRows } from '../../../src/machines/row-block.ts';
import type { MachineSource, Principal } from '../../../src/machines/source.ts';
import { cases } from '../../support/cases.ts';
import { deferred } from '../../support/deferred.ts';
import { plainLists } from '../../support/plain-lists.ts';
import { idsFrom, plainCall, plainSource, windowOf } from '../../support/plain-source.ts';
import { setClock } from '../../support/set-clock.ts';

const filters = [undefined, "riskScore eq 'High'", "osPlatform eq 'Ubuntu'"] as (ODataFilter | undefined)[];
const principals = ['app', 'ada', 'ben'] as Principal[];

const step = fc.record({
  principal: fc.constantFrom(...principals),
  filter: fc.constantFrom(...filters),
  offset: fc.nat(40),
  rows: fc.integer({ min: 1, max: 12 }),
  /** Whose earlier listing to ask for, be it one's own or another's. */
  earlier: fc.option(fc.nat(20)),
  waitMs: fc.constantFrom(0, 0, 30_000, 120_000, 4_000_000),
});

describe('interleaved principals', () => {
  it('never get rows of each other, from no window and no listing', async () => {
    const ids = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { maxLength: 12 });
    const grid = { firstRows: 5, rows: 7 };
    await fc.assert(
      fc.asyncProperty(ids, async (rounds) => {
        const clock = setClock();
        const source = plainSource(
          ({ principal }, { filter }) => idsFrom(33, `${principal}|${filter ?? ''}|`),
          clock.now,
        );
        // Room for a few windows only, so that some are read again.
        const { listings } = plainLists({ source, grid, clock, maxBytes: 20_000 });
        const seen: ListingId[] = [];
        for (const round of rounds) {
          clock.advance(round[0]?.waitMs ?? 0);
          await Promise.all(
            round.map(async ({ principal, filter, offset, rows, earlier }) => {
              const wanted = earlier === null ? undefined : seen[earlier];
              const listing = await listings.open(filter, wanted, plainCall({ principal }));
              seen.push(listing.id);
              const found = await listing.read(offset, rows);
              const expected = idsFrom(33, `${principal}|${filter ?? ''}|`).slice(offset, offset + rows);
              const got = found.source.read(found.from, found.from + found.ids.length).map((row) => row?.id);
              expect(got).toEqual(expected.slice(0, got.length));
              expect(got.length > 0 || expected.length === 0).toBe(true);
            }),
          );
        }
      }),
      { numRuns: cases(150) },
    );
  });

  it('share no call, though they ask for the same at the same time', async () => {
    const asked: Principal[] = [];
    const answered = deferred();
    const source: MachineSource = {
      window: async (_, { principal }) => {
        asked.push(principal);
        await answered.promise;
        return windowOf([`of ${principal}`], true);
      },
    };
    const { listings } = plainLists({ source, grid: { firstRows: 5, rows: 7 }, clock: setClock() });
    const reading = principals.map(async (principal) => {
      const listing = await listings.open(undefined, undefined, plainCall({ principal }));
      return (await listing.read(0, 5)).ids;
    });
    answered.resolve();
    expect(await Promise.all(reading)).toEqual([['of app'], ['of ada'], ['of ben']]);
    expect(asked.toSorted()).toEqual(['ada', 'app', 'ben']);
  });
});

describe('a machine by id', () => {
  const clock = setClock();
  const calls: Principal[] = [];
  const source: MachineSource = {
    window: async ({ filter }, { principal }) => {
      calls.push(principal);
      // Only ada may see m1.
      return windowOf(
        principal === 'ada' && (filter ?? 'm1').includes('m1') ? ['m1'] : [],
        true,
        clock.now(),
      );
    },
  };
  const { listings, byIds } = plainLists({ source, grid: { firstRows: 5, rows: 7 }, clock });
  const load = async (principal: string) => {
    const [found] = await byIds.load(['m1'], plainCall({ principal: principal as Principal }));
    return found instanceof Error ? found : (found?.id ?? null);
  };

  it('is found in the windows and answers of its own principal alone, also that there is none', async () => {
    const listing = await listings.open(undefined, undefined, plainCall({ principal: 'ada' as Principal }));
    expect(unpackRows(windowOf(['m1']).block, 0, 1)[0]?.id).toBe((await listing.read(0, 1)).ids[0]);
    expect(await load('ben')).toBeNull();
    expect(await load('ada')).toBe('m1');
    expect(await load('ben')).toBeNull();
    expect(calls).toEqual(['ada', 'ben']);
  });
});
