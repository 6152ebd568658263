import { describe, expect, it } from 'vitest';
import type { MachineSource, Window, WindowQuery } from '../../../src/machines/source.ts';
import { readWindow } from '../../../src/upstream/windows/read-window.ts';
import { idsFrom, plainCall, windowOf } from '../../support/plain-source.ts';

const ids = idsFrom(25);
const now = (): number => 0;

/** Brings at most `cap` rows a call, and says that there is more as long as there is. */
function capped(cap: number): { readonly source: MachineSource; readonly queries: WindowQuery[] } {
  const queries: WindowQuery[] = [];
  const window = async (query: WindowQuery): Promise<Window> => {
    queries.push(query);
    const end = query.skip + Math.min(cap, query.top);
    return windowOf(ids.slice(query.skip, end), end >= ids.length, queries.length);
  };
  return { source: { window }, queries };
}

const asked = (queries: readonly WindowQuery[]) => queries.map(({ skip, top }) => [skip, top]);

describe('a window', () => {
  it('is one call', async () => {
    const { source, queries } = capped(100);
    const window = await readWindow(source, { filter: undefined, skip: 5, top: 10 }, plainCall(), now);
    expect(window.block.ids).toEqual(ids.slice(5, 15));
    expect(asked(queries)).toEqual([[5, 10]]);
  });

  it('that ends the list is one call, however few its rows', async () => {
    const { source, queries } = capped(100);
    const window = await readWindow(source, { filter: undefined, skip: 20, top: 10 }, plainCall(), now);
    expect([window.block.ids, window.ended]).toEqual([ids.slice(20), true]);
    expect(queries).toHaveLength(1);
  });

  it('goes on where upstream brings fewer rows than requested and says that there are more', async () => {
    const { source, queries } = capped(4);
    const window = await readWindow(source, { filter: undefined, skip: 5, top: 10 }, plainCall(), now);
    expect(window.block.ids).toEqual(ids.slice(5, 15));
    expect(asked(queries)).toEqual([
      [5, 10],
      [9, 6],
      [13, 2],
    ]);
  });

  it('of several calls is as old as the first', async () => {
    const { source } = capped(4);
    let ms = 0;
    const query = { filter: undefined, skip: 0, top: 10 };
    const { readAt, sentAt } = await readWindow(source, query, plainCall(), () => {
      ms += 1;
      return ms;
    });
    expect([Date.parse(readAt), sentAt]).toEqual([1, 1]);
  });

  it('is as old as the try that brought it, not as the wait for the quota ahead of it', async () => {
    let ms = 0;
    const source: MachineSource = {
      window: async (_, { usage }) => {
        for (const waitMs of [60_000, 5_000]) {
          ms += waitMs;
          usage.called();
        }
        ms += 300;
        return windowOf(ids);
      },
    };
    let calls = 0;
    const called = (): void => {
      calls += 1;
    };
    const usage = { called, served: () => undefined };
    const query = { filter: undefined, skip: 0, top: 25 };
    const { sentAt } = await readWindow(source, query, plainCall({ usage }), () => ms);
    expect([sentAt, calls]).toEqual([65_000, 2]);
  });

  it('stops with the call that upstream ends the list by', async () => {
    const { source, queries } = capped(4);
    const window = await readWindow(source, { filter: undefined, skip: 20, top: 10 }, plainCall(), now);
    expect([window.block.ids, window.ended]).toEqual([ids.slice(20), true]);
    expect(queries).toHaveLength(2);
  });
});
