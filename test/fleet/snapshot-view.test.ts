import { describe, expect, it } from 'vitest';
import { createFleetEngine, FleetBusy } from '../../src/fleet/engine.ts';
import { snapshotView } from '../../src/fleet/snapshot-view.ts';
import { pageTurns } from '../../src/loop-turns.ts';
import { allDevices } from '../../src/machines/device-scope.ts';
import { everything } from '../../src/machines/filter.ts';
import { readMachine } from '../../src/machines/machine-row.ts';
import type { PageTurn } from '../../src/machines/page-turn.ts';
import { noTurns } from '../support/no-turns.ts';
import { snapshotOf } from '../support/snapshots.ts';

describe('a fleet with more queries than it can answer', () => {
  const busy = () => Promise.reject(new FleetBusy());
  const engine = { ...createFleetEngine(), query: busy, facets: busy };
  const view = snapshotView(snapshotOf([]), { scope: allDevices, engine, turn: noTurns });
  const { signal } = new AbortController();

  it('asks callers to retry in a second, for pages, for facets and for walks', async () => {
    const page = { filter: everything, orders: [], page: { from: 'front', size: 1 } } as const;
    const answers = [
      () => view.query(page, signal),
      () => view.facets([], signal),
      () => view.walk(page, signal),
    ];
    for (const answer of answers) {
      await expect(answer()).rejects.toMatchObject({ code: 'FLEET_LOADING', retryAfterSeconds: 1 });
    }
  });
});

describe('a walk through a snapshot', () => {
  const machines = Array.from({ length: 500 }, (_, index) =>
    readMachine({ id: `m${index}` }, () => undefined),
  );
  const snapshot = snapshotOf(machines.flatMap((each) => each ?? []));
  const query = { filter: everything, orders: [] };

  it('keeps its snapshot for who goes on with it, from its beginning on', async () => {
    let kept = 0;
    const engine = createFleetEngine();
    const onWalk = () => void kept++;
    const view = snapshotView(snapshot, { scope: allDevices, engine, turn: noTurns, onWalk });
    await view.walk(query, new AbortController().signal);
    expect(kept).toBe(1);
  });

  it('ends with its signal, before and between its rows', async () => {
    const view = snapshotView(snapshot, {
      scope: allDevices,
      engine: createFleetEngine(),
      turn: pageTurns(),
    });
    const leaving = new AbortController();
    const rows = await view.walk(query, leaving.signal);
    expect((await rows.next()).done).toBe(false);
    leaving.abort();
    await expect(rows.next()).rejects.toBe(leaving.signal.reason);
    await expect(view.walk(query, leaving.signal)).rejects.toBe(leaving.signal.reason);
  });

  it('takes a turn of the event loop for what it finds and for each of its batches', async () => {
    const turns: unknown[] = [];
    const turn: PageTurn = async (rows) => void turns.push(rows);
    const view = snapshotView(snapshot, { scope: allDevices, engine: createFleetEngine(), turn });
    for await (const _ of await view.walk(query, new AbortController().signal)) await undefined;
    expect(turns).toEqual(Array(1 + 3 + 7).fill('walk'));
  });
});
