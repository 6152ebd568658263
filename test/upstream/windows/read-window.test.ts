import { describe, expect, it } from 'vitest';
import type { MachineSource, Window, WindowQuery } from '../../../src/machines/source.ts';
import { readWindow } from '../../../src/upstream/windows/read-window.ts';
import { idsFrom, plainCall, windowOf } from '../../support/plain-source.ts';

const ids = idsFrom(25);

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
    const window = await readWindow(source, undefined, 5, 10, plainCall());
    expect(window.block.ids).toEqual(ids.slice(5, 15));
    expect(asked(queries)).toEqual([[5, 10]]);
  });

  it('that ends the list is one call, however few its rows', async () => {
    const { source, queries } = capped(100);
    const window = await readWindow(source, undefined, 20, 10, plainCall());
    expect([window.block.ids, window.ended]).toEqual([ids.slice(20), true]);
    expect(queries).toHaveLength(1);
  });

  it('goes on where upstream brings less than asked for and says that there is more', async () => {
    const { source, queries } = capped(4);
    const window = await readWindow(source, undefined, 5, 10, plainCall());
    expect(window.block.ids).toEqual(ids.slice(5, 15));
    expect(asked(queries)).toEqual([
      [5, 10],
      [9, 6],
      [13, 2],
    ]);
  });

  it('of several calls is as old as the first', async () => {
    const { source } = capped(4);
    const { readAt } = await readWindow(source, undefined, 0, 10, plainCall());
    expect(Date.parse(readAt)).toBe(1);
  });

  it('stops with the call that upstream ends the list by', async () => {
    const { source, queries } = capped(4);
    const window = await readWindow(source, undefined, 20, 10, plainCall());
    expect([window.block.ids, window.ended]).toEqual([ids.slice(20), true]);
    expect(queries).toHaveLength(2);
  });
});
