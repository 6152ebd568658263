import { afterEach, describe, expect, it } from 'vitest';
import type { RawMachine, RowOrder } from '../../../src/emulator/emulator.ts';
import { askPage, bareRows, type Page, walk } from '../../support/machine-pages.ts';
import {
  type RunningGateway,
  type RunningGatewayOptions,
  runGateway,
} from '../../support/running-gateway.ts';
import { type SetClock, setClock } from '../../support/set-clock.ts';

let running: RunningGateway;
let clock: SetClock;
afterEach(() => running.close());

const open = async (options: RunningGatewayOptions): Promise<void> => {
  clock = setClock();
  running = await runGateway({ now: clock.now, ...options });
};

/** Ids by number. */
const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `m${from + index}`);

describe.each<RowOrder>(['newest-seen', 'unstable', 'insertion'])(
  'a walk over a fleet that moves, in %s order',
  (order) => {
    it('that stays inside one listing meets each machine at most once, and every page but the last is full', async () => {
      await open({
        emulator: { fleet: { kind: 'seeded', size: 2_000, seed: 3 }, order, churnPerMinute: 6_000 },
        environment: { UPSTREAM_WINDOW_ROWS: '400' },
      });
      const there = new Set<string>();
      const pages: Page[] = [];
      for await (const page of walk(running, { first: 100 })) {
        for (const { id } of running.emulator.rows()) there.add(id);
        pages.push(page);
        // A hundred machines report, come or go between two pages.
        clock.advance(1_000);
      }
      const met = pages.flatMap(({ ids }) => ids);
      expect(new Set(met).size).toBe(met.length);
      expect(met.filter((id) => !there.has(id))).toEqual([]);
      expect(pages.slice(0, -1).every(({ ids }) => ids.length === 100)).toBe(true);
      expect(new Set(pages.map(({ upstream }) => upstream.consistency))).toEqual(new Set(['LISTING']));
      expect(pages.at(-1)?.totalCount).toBe(met.length);
      // In another order on every call, each window holds a fifth of the fleet by chance.
      expect(met.length).toBeGreaterThan(order === 'unstable' ? 1_000 : 1_300);
    });
  },
);

describe('a walk whose listing is gone', () => {
  const size = 3_000;
  const dead = 3_601_000;

  /** Reads 250 machines, then lets the listing die and the fleet be another. */
  const interrupted = async (rows: readonly RawMachine[]): Promise<string | null> => {
    await open({ rows: bareRows(size), environment: { UPSTREAM_WINDOW_ROWS: '500' } });
    const { endCursor } = await askPage(running, { first: 250 });
    clock.advance(dead);
    running.emulator.replaceFleet({ kind: 'rows', rows });
    return endCursor;
  };

  it('goes on behind its machine, which is at its old place', async () => {
    const after = await interrupted(bareRows(size));
    const page = await askPage(running, { first: 10, after });
    expect(page.ids).toEqual(numbered(250, 260));
    expect(page.upstream.consistency).toBe('ANCHORED');
  });

  it.each([
    ['forwards', bareRows(size).slice(100)],
    ['back', [...bareRows(100, 'new'), ...bareRows(size)]],
    ['into the window behind', [...bareRows(300, 'new'), ...bareRows(size)]],
  ])('goes on behind its machine, which has moved %s', async (_, rows) => {
    const after = await interrupted(rows);
    const page = await askPage(running, { first: 10, after });
    expect(page.ids).toEqual(numbered(250, 260));
    expect(page.upstream.consistency).toBe('ANCHORED');
  });

  it('goes on from machine to machine without another look', async () => {
    const after = await interrupted(bareRows(size));
    const page = await askPage(running, { first: 10, after });
    const next = await askPage(running, { first: 10, after: page.endCursor });
    expect(next.ids).toEqual(numbered(260, 270));
    expect(next.upstream).toMatchObject({ consistency: 'LISTING', calls: 0 });
  });

  it('goes on at the same offset, and says so, where its machine is gone', async () => {
    const after = await interrupted(bareRows(size).filter(({ id }) => id !== 'm249'));
    const page = await askPage(running, { first: 10, after });
    expect(page.upstream.consistency).toBe('BEST_EFFORT');
    // One row less ahead: the row that slid onto the cursor's own offset may be passed over, and no other.
    expect(page.ids.slice(0, 9)).toEqual(expect.arrayContaining(numbered(251, 259)));
  });

  it('looks for its machine in three calls at most', async () => {
    const after = await interrupted(bareRows(size, 'new'));
    running.emulator.clearRequests();
    const page = await askPage(running, { first: 10, after });
    expect(page.upstream.consistency).toBe('BEST_EFFORT');
    expect(running.emulator.requests().length).toBeLessThanOrEqual(3);
  });

  it('backwards goes on ahead of its machine', async () => {
    await open({ rows: bareRows(size), environment: { UPSTREAM_WINDOW_ROWS: '500' } });
    const { endCursor: before } = await askPage(running, { first: 250 });
    clock.advance(dead);
    running.emulator.replaceFleet({ kind: 'rows', rows: bareRows(size).slice(100) });
    const page = await askPage(running, { last: 10, before });
    expect(page.ids).toEqual(numbered(239, 249));
    expect(page.upstream.consistency).toBe('ANCHORED');
  });
});

describe('a cursor', () => {
  it('of another gateway in front of the same fleet goes on behind its machine', async () => {
    await open({ rows: bareRows(500) });
    const { endCursor: after } = await askPage(running, { first: 20 });
    await running.close();
    await open({ rows: bareRows(500) });
    const page = await askPage(running, { first: 5, after });
    expect(page.ids).toEqual(numbered(20, 25));
    expect(page.upstream.consistency).toBe('ANCHORED');
  });

  it('altered to lead far behind the end leaves the list unchanged for others', async () => {
    await open({ rows: bareRows(120), environment: { UPSTREAM_WINDOW_ROWS: '50' } });
    const { endCursor } = await askPage(running, { first: 10 });
    const text = Buffer.from(endCursor ?? '', 'base64url').toString();
    const altered = Buffer.from(text.replace('.9.m9', '.900000000.m9')).toString('base64url');
    expect(altered).not.toBe(endCursor);
    expect(await askPage(running, { first: 10, after: altered })).toMatchObject({
      ids: [],
      totalCount: null,
    });
    expect(await askPage(running, { last: 3 })).toMatchObject({ ids: numbered(117, 120), totalCount: 120 });
    expect(running.emulator.requests().length).toBeLessThanOrEqual(4);
  });
});
