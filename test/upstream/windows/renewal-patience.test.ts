import { describe, expect, it } from 'vitest';
import type { MachineSource, ServedFrom, Window } from '../../../src/machines/source.ts';
import { deferred } from '../../support/deferred.ts';
import { plainLists } from '../../support/plain-lists.ts';
import { plainCall, windowOf } from '../../support/plain-source.ts';
import { setClock } from '../../support/set-clock.ts';
import { until } from '../../support/until.ts';

describe('a renewal that takes longer than a caller should wait', () => {
  it('is not awaited where an old answer can be served, and goes on for later callers', async () => {
    const clock = setClock();
    const renewed = deferred<Window>();
    const answers = [Promise.resolve(windowOf(['old'], true, clock.now())), renewed.promise];
    const signals: AbortSignal[] = [];
    const source: MachineSource = {
      window: (_, { signal }) => {
        signals.push(signal);
        return answers[signals.length - 1] ?? Promise.reject(new Error('One call too many.'));
      },
    };
    const grid = { firstRows: 5, rows: 5 };
    const { listings } = plainLists({ source, grid, clock, patienceMs: 20 });
    const read = async () => {
      const from: ServedFrom[] = [];
      const usage = { called: () => undefined, served: (each: ServedFrom) => void from.push(each) };
      const listing = await listings.open(undefined, undefined, plainCall({ usage }));
      const { ids } = await listing.read(0, 1);
      return [ids[0], from[0]];
    };
    expect(await read()).toEqual(['old', 'MISS']);
    clock.advance(600_000);
    expect(await Promise.all([read(), read(), read()])).toEqual(Array(3).fill(['old', 'STALE']));
    expect(await read()).toEqual(['old', 'STALE']);
    expect(signals).toHaveLength(2);
    expect(signals[1]?.aborted).toBe(false);
    renewed.resolve(windowOf(['new'], true, clock.now()));
    await until(async () => expect(await read()).toEqual(['new', 'HIT']));
  });
});
