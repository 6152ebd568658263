import { deepStrictEqual } from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Answering } from '../../src/fleet/answering.ts';
import type { Delta } from '../../src/fleet/changes/delta.ts';
import { createFleetEngine, FleetBusy, type FleetEngine } from '../../src/fleet/engine.ts';
import { QueryThread } from '../../src/fleet/query-thread.ts';
import type { SnapshotId } from '../../src/fleet/snapshot.ts';
import { arraysOf } from '../../src/fleet/snapshot-arrays.ts';
import { allDevices } from '../../src/machines/device-scope.ts';
import { everything } from '../../src/machines/filter.ts';
import type { FleetQuery } from '../../src/machines/fleet-view.ts';
import type { Machine } from '../../src/machines/machine.ts';
import { packRows } from '../../src/machines/row-block.ts';
import { arbitraryMachine } from '../support/arbitrary-machines.ts';
import { bytesTogether, readAt, snapshotOf } from '../support/snapshots.ts';

/** Notes the threads that start, so that a test can end one in the middle of its work. */
function watchThreads(): { readonly started: readonly Worker[]; readonly stop: () => void } {
  const started: Worker[] = [];
  const note = (worker: Worker): void => {
    started.push(worker);
  };
  process.on('worker', note);
  return { started, stop: () => process.off('worker', note) };
}

const machines = fc
  .sample(arbitraryMachine, { numRuns: 2_000, seed: 11 })
  .map((machine, index): Machine => ({ ...machine, id: String(index).padStart(5, '0') }));
const blocksOf = (fleet: readonly Machine[], size = 700) =>
  Array.from({ length: Math.ceil(fleet.length / size) }, (_, index) =>
    packRows([undefined, ...fleet.slice(index * size, (index + 1) * size)]),
  );
const id = 's1' as SnapshotId;
/** A signal that does not go off. */
const never = (): AbortSignal => new AbortController().signal;

let engine: FleetEngine;
let threads: ReturnType<typeof watchThreads>;
beforeEach(() => {
  threads = watchThreads();
  engine = createFleetEngine({ mostStepsInPlace: 0 });
});
afterEach(async () => {
  threads.stop();
  await engine.close();
});

const threadStarted = async (count: number): Promise<void> => {
  while (threads.started.length < count) await new Promise((resolve) => setImmediate(resolve));
};

describe('building in a thread', () => {
  it('gives the snapshot of all blocks, and ends the thread', async () => {
    const snapshot = await engine.build(blocksOf(machines), { id, readAt }, never());
    deepStrictEqual(arraysOf(snapshot.columns), arraysOf(snapshotOf(machines).columns));
    expect(snapshot).toMatchObject({ id, readAt, rows: machines.length });
    expect(threads.started.map(({ threadId }) => threadId)).toEqual([-1]);
  });

  it('accepts a block without rows any number of times', async () => {
    const none = packRows([]);
    for (const blocks of [
      [none, none],
      [none, ...blocksOf(machines), none],
    ]) {
      const { rows } = await engine.build(blocks, { id, readAt }, never());
      expect(rows).toBe(blocks.length === 2 ? 0 : machines.length);
    }
  });

  it('shares the memory of the previous snapshot where nothing changed', async () => {
    const previous = await engine.build(blocksOf(machines), { id, readAt }, never());
    const moved = machines.map((machine, index) => (index % 20 === 0 ? { ...machine, osBuild: 7 } : machine));
    const next = await engine.build(blocksOf(moved), { id: 's2' as SnapshotId, readAt, previous }, never());
    deepStrictEqual(arraysOf(next.columns), arraysOf(snapshotOf(moved).columns));
    expect(bytesTogether([previous, next])).toBeLessThan(previous.bytes * 1.1);
  });

  it('asks for the time of reading when the last block has come', async () => {
    let last = false;
    async function* blocks() {
      yield* blocksOf(machines);
      last = true;
    }
    const snapshot = await engine.build(
      blocks(),
      { id, readAt: () => (last ? readAt : ('' as never)) },
      never(),
    );
    expect(snapshot.readAt).toBe(readAt);
  });

  it('fails when its thread ends, and the next one is built', async () => {
    async function* blocks() {
      yield* blocksOf(machines.slice(0, 100));
      await threads.started[0]?.terminate();
      yield* blocksOf(machines.slice(100));
    }
    await expect(engine.build(blocks(), { id, readAt }, never())).rejects.toThrow('has ended');
    await expect(engine.build(blocksOf(machines), { id, readAt }, never())).resolves.toMatchObject({ id });
  });

  it('stops at the signal while it waits for a block, and ends the source', async () => {
    const controller = new AbortController();
    let isTold = false;
    const hanging = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => controller.abort(new Error('enough'))),
        return: async () => {
          isTold = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    await expect(engine.build(hanging, { id, readAt }, controller.signal)).rejects.toThrow('enough');
    expect(isTold).toBe(true);
    expect(threads.started.map(({ threadId }) => threadId)).toEqual([-1]);
  });

  it('passes on what the source throws', async () => {
    async function* blocks() {
      yield* blocksOf(machines.slice(0, 100));
      throw new Error('upstream broke off');
    }
    await expect(engine.build(blocks(), { id, readAt }, never())).rejects.toThrow('upstream broke off');
    expect(threads.started.map(({ threadId }) => threadId)).toEqual([-1]);
  });
});

describe('answering in a thread', () => {
  const snapshot = snapshotOf(machines);
  const query: FleetQuery = {
    filter: {
      kind: 'condition',
      property: 'computerDnsName',
      test: { operator: 'contains', text: 'WEB', ignoreCase: true },
      negated: false,
    },
    orders: [{ field: 'RISK_SCORE', direction: 'DESC' }],
    page: { from: 'front', size: 20 },
  };
  const facets = [
    { facet: 'riskScore' as const, filter: query.filter },
    { facet: 'rbacGroup' as const, filter: { kind: 'everything' as const }, limit: 2 },
  ];
  const inPlace = new Answering(1_000_000);

  it('answers small queries in place', async () => {
    const answers = await Promise.all([
      engine.query(snapshot, query, never()),
      engine.facets(snapshot, facets, never()),
      engine.query(snapshot, query, never()),
    ]);
    const expected = inPlace.query(snapshot, query);
    expect(expected.rows).toHaveLength(20);
    expect(answers).toEqual([expected, inPlace.facets(snapshot, facets), expected]);
    expect(threads.started).toHaveLength(1);
  });

  it('needs no thread for what costs little', async () => {
    const small = createFleetEngine();
    expect(await small.query(snapshot, query, never())).toEqual(inPlace.query(snapshot, query));
    expect(threads.started).toHaveLength(0);
    await small.close();
  });

  it('tries the query whose thread ends once again with another thread', async () => {
    const first = engine.query(snapshot, query, never());
    const second = engine.query(snapshot, query, never());
    await threadStarted(1);
    await threads.started[0]?.terminate();
    expect(await Promise.all([first, second])).toEqual(Array(2).fill(inPlace.query(snapshot, query)));
    expect(threads.started).toHaveLength(2);
  });

  it('fails the query whose second thread ends too, and answers the next ones with another thread', async () => {
    const first = engine.query(snapshot, query, never());
    const second = engine.query(snapshot, query, never());
    const failed = expect(first).rejects.toThrow('has ended');
    for (const each of [1, 2]) {
      await threadStarted(each);
      await threads.started[each - 1]?.terminate();
    }
    await failed;
    await expect(second).resolves.toEqual(inPlace.query(snapshot, query));
    expect(threads.started).toHaveLength(3);
  });

  it('leaves a query whose signal goes off, and answers the others', async () => {
    const controller = new AbortController();
    const running = engine.query(snapshot, query, controller.signal);
    const waiting = engine.query(snapshot, query, controller.signal);
    const other = engine.query(snapshot, query, never());
    controller.abort(new Error('gone'));
    await expect(running).rejects.toThrow('gone');
    await expect(waiting).rejects.toThrow('gone');
    await expect(other).resolves.toMatchObject({ totalCount: inPlace.query(snapshot, query).totalCount });
    await expect(engine.query(snapshot, query, controller.signal)).rejects.toThrow('gone');
  });

  it('rejects queries beyond its queue, and accepts them again later', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 300 }, () => engine.query(snapshot, query, never())),
    );
    const refused = outcomes.filter((each) => each.status === 'rejected');
    expect(refused).toHaveLength(300 - 256);
    expect(refused.every(({ reason }) => reason instanceof FleetBusy)).toBe(true);
    await expect(engine.query(snapshot, query, never())).resolves.toBeDefined();
  });

  it('gives the places of queries that are aborted while they wait to others', async () => {
    const running = engine.query(snapshot, query, never());
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const left = Array.from({ length: 255 }, () => engine.query(snapshot, query, controller.signal));
    controller.abort(new Error('gone'));
    await Promise.allSettled(left);
    await expect(engine.query(snapshot, query, never())).resolves.toBeDefined();
    await expect(running).resolves.toBeDefined();
  });

  it('answers small queries ahead of waiting costly ones, and those in the end', async () => {
    const thread = new QueryThread();
    const answered: string[] = [];
    const ask = async (name: string, cost: number): Promise<void> => {
      await thread.query(snapshot, query, never(), cost);
      answered.push(name);
    };
    const second = 500_000_000;
    await Promise.all([
      ask('first', second),
      ask('costly', second),
      ask('costlier', 2 * second),
      ask('small', 1_000),
      ask('smaller', 0),
    ]);
    expect(answered).toEqual(['first', 'smaller', 'small', 'costly', 'costlier']);
    await thread.close();
  });

  it('answers from more snapshots than its thread keeps', async () => {
    const thread = new QueryThread();
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < 10; index++) {
        const other = { ...snapshot, id: `other${index}` as SnapshotId };
        await expect(thread.query(other, query, never())).resolves.toBeDefined();
        expect(thread.holds).toBeLessThanOrEqual(4);
      }
    }
    await thread.close();
  });

  it('drops a snapshot from its thread when it is no longer in use', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const thread = new QueryThread();
    await thread.query({ ...snapshot, id: 'brief' as SnapshotId }, query, never());
    expect(thread.holds).toBe(1);
    while (thread.holds > 0) {
      collectGarbage();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect(thread.query(snapshot, query, never())).resolves.toBeDefined();
    await thread.close();
  });

  it('fails what waits when it is closed', async () => {
    const asked = engine.query(snapshot, query, never());
    const failed = expect(asked).rejects.toThrow();
    await engine.close();
    await failed;
    await expect(engine.query(snapshot, query, never())).rejects.toThrow('closed');
  });
});

describe('comparing in a thread', () => {
  const readings = ['s1', 's2', 's3', 's4', 's5', 's6'].map((each, turn) =>
    snapshotOf(
      machines
        .slice(turn * 5)
        .map((machine, index) => (index % 40 === turn ? { ...machine, osBuild: turn } : machine)),
      each,
    ),
  );

  it('computes changes as in place, over more readings than the thread holds at a time', async () => {
    const inPlace = createFleetEngine({ mostStepsInPlace: Number.POSITIVE_INFINITY });
    const deltas: Delta[] = [];
    for (const [index, later] of readings.entries()) {
      const earlier = readings[index - 1];
      if (earlier === undefined) continue;
      const delta = await engine.compare(earlier, later, never());
      expect(delta).toEqual(await inPlace.compare(earlier, later, never()));
      deltas.unshift(delta);
      const since = { reading: (deltas.at(-1) as Delta).from, deltas };
      const net = await engine.changes(later, since, { filter: everything, among: allDevices }, never());
      expect(net).toEqual(
        await inPlace.changes(later, since, { filter: everything, among: allDevices }, never()),
      );
      expect(net.kinds.length).toBeGreaterThan(50);
    }
    expect(threads.started).toHaveLength(1);
    await inPlace.close();
  });
});
