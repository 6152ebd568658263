import { describe, expect, it } from 'vitest';
import { snapshotView } from '../src/fleet/snapshot-view.ts';
import { LoopTurns, pageTurns } from '../src/loop-turns.ts';
import { allDevices } from '../src/machines/device-scope.ts';
import { everything } from '../src/machines/filter.ts';
import { readMachine } from '../src/machines/machine-row.ts';
import type { PageTurn } from '../src/machines/page-turn.ts';
import { inPlaceEngine } from './support/in-place-engine.ts';
import { plainLists } from './support/plain-lists.ts';
import { idsFrom, plainCall, plainSource } from './support/plain-source.ts';
import { setClock } from './support/set-clock.ts';
import { snapshotOf } from './support/snapshots.ts';

const ids = idsFrom(3_000);
const signal = new AbortController().signal;

type ReadRows = (rows: number) => Promise<unknown>;

/** Rows out of windows, and out of the fleet. */
const sources: Readonly<Record<string, (turn: PageTurn) => Promise<ReadRows>>> = {
  windows: async (turn) => {
    const source = plainSource(() => ids);
    const lists = plainLists({ source, grid: { firstRows: 5_000, rows: 5_000 }, clock: setClock(), turn });
    const listing = await lists.listings.open(undefined, undefined, plainCall());
    return (rows) => listing.read(0, rows);
  },
  'the fleet': async (turn) => {
    const snapshot = snapshotOf(ids.flatMap((id) => readMachine({ id }, () => undefined) ?? []));
    const view = snapshotView(snapshot, { scope: allDevices, engine: inPlaceEngine, turn });
    return (size) => view.query({ filter: everything, orders: [], page: { from: 'front', size } }, signal);
  },
};

/** In which turn of the event loop each was there. */
async function turnsOf(read: ReadRows, sizes: readonly number[]): Promise<readonly number[]> {
  let turn = 0;
  let running = true;
  const count = (): void => {
    turn += 1;
    if (running) setImmediate(count);
  };
  setImmediate(count);
  const found = await Promise.all(
    sizes.map(async (rows) => {
      await read(rows);
      return turn;
    }),
  );
  running = false;
  return found;
}

describe.each(Object.entries(sources))('simultaneous pages, out of %s', (_, open) => {
  it('are made in a turn of the event loop each where they are large, in their order', async () => {
    const turns = await turnsOf(await open(pageTurns()), [1_000, 1_000, 1_000, 1_000, 1_000]);
    expect(new Set(turns).size).toBe(5);
    expect(turns).toEqual([...turns].sort((a, b) => a - b));
  });

  it('are made at once where they are small, whatever large ones wait', async () => {
    const turns = await turnsOf(await open(pageTurns()), [1_000, 1_000, 1_000, 50, 100]);
    expect(turns.slice(3)).toEqual([0, 0]);
  });

  it('have their rows unpacked in their turn, not while they wait for it', async () => {
    let begin = (): void => undefined;
    const turned = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const read = await open(() => turned);
    let isThere = false;
    const page = read(1_000).then(() => {
      isThere = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isThere).toBe(false);
    begin();
    await page;
  });
});

describe('parts of walks', () => {
  it('are made in a turn of the event loop each', async () => {
    const turn = pageTurns();
    const turns = await turnsOf(() => turn('walk', signal), [1, 1, 1]);
    expect(new Set(turns).size).toBe(3);
  });
});

describe('a turn of a page', () => {
  it('does not keep a caller who leaves', async () => {
    const turn = pageTurns();
    const leaving = new AbortController();
    void turn(1_000, signal);
    const waiting = turn(1_000, leaving.signal);
    leaving.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
  });
});

describe('turns of the event loop', () => {
  it('leave the loop to others in between, for as long as the last one took', async () => {
    const turns = new LoopTurns();
    const begun: number[] = [];
    let rounds = 0;
    let running = true;
    const count = (): void => {
      rounds += 1;
      if (running) setImmediate(count);
    };
    setImmediate(count);
    const roundsBefore: number[] = [];
    await Promise.all(
      [1, 2, 3].map(async () => {
        await turns.next();
        roundsBefore.push(rounds);
        begun.push(performance.now());
        while (performance.now() < (begun.at(-1) ?? 0) + 20);
      }),
    );
    running = false;
    const [first = 0, second = 0, third = 0] = begun;
    expect(second - first).toBeGreaterThanOrEqual(39);
    expect(third - second).toBeGreaterThanOrEqual(39);
    const [one = 0, two = 0, three = 0] = roundsBefore;
    expect(two - one).toBeGreaterThan(10);
    expect(three - two).toBeGreaterThan(10);
  });
});
