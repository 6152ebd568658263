import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MachinesById } from '../../../src/machines/catalog.ts';
import type { ListingId } from '../../../src/machines/cursor.ts';
import { readMachine } from '../../../src/machines/machine-row.ts';
import { momentOf } from '../../../src/machines/moment.ts';
import type { Call, MachineSource, Principal, WindowQuery } from '../../../src/machines/source.ts';
import { UpstreamError } from '../../../src/upstream/upstream-error.ts';
import { listOf } from '../../../src/upstream/windows/list.ts';
import { machineKeyOf } from '../../../src/upstream/windows/machine-key.ts';
import type {
  SharedMachine,
  SharedWindow,
  SharedWindows,
} from '../../../src/upstream/windows/shared-windows.ts';
import { type Deferred, deferred } from '../../support/deferred.ts';
import { plainReplica } from '../../support/plain-listings.ts';
import { idsFrom, plainCall, windowOf } from '../../support/plain-source.ts';
import { type SetClock, setClock } from '../../support/set-clock.ts';

/** The ids that a chain of `id eq` names. */
const idsIn = ({ filter }: WindowQuery): readonly string[] =>
  [...(filter ?? '').matchAll(/id eq '([^']*)'/g)].map(([, id = '']) => id);

/** An upstream that has each machine whose id begins with `m`, and keeps what it was asked. */
export interface IdSource extends MachineSource {
  readonly asked: { readonly ids: readonly string[]; readonly call: Call }[];
  /** Answers wait for it where there is one. */
  gate: Deferred<void> | undefined;
  /** Fails calls for which it holds. */
  failsFor: (ids: readonly string[]) => boolean;
}

export function idSource(now: () => number): IdSource {
  const source: IdSource = {
    asked: [],
    gate: undefined,
    failsFor: () => false,
    async window(query, call) {
      const ids = idsIn(query);
      source.asked.push({ ids, call });
      const readAt = now();
      await source.gate?.promise;
      if (source.failsFor(ids)) {
        throw new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'down', status: 503 });
      }
      return windowOf(
        ids.filter((id) => id.startsWith('m')),
        true,
        readAt,
      );
    },
  };
  return source;
}

export const grid = { firstRows: 5, rows: 7 };
const ada = 'ada' as Principal;
const ben = 'ben' as Principal;

/**
 * What holds of windows and machines whether there is somebody to share them with or not.
 * @param open one replica's side, of its own cache
 */
export function describeSharedWindows(
  name: string,
  open: () => Promise<SharedWindows> | SharedWindows,
): void {
  describe(`windows and machines shared by ${name}`, () => {
    let shared: SharedWindows;
    beforeEach(async () => {
      shared = await open();
    });
    afterEach(() => shared.close());

    const list = listOf(ada, undefined);
    const reading = { id: 'abc' as ListingId, openedAt: momentOf(1) };
    const window: SharedWindow = { ...windowOf(['m1', 'm2'], true, 7), hidden: [1] };
    const signal = new AbortController().signal;

    it('are as they were kept, or are not there, and are there where it was said so', async () => {
      const isKept = await shared.keep(list.key, reading, 0, window);
      expect(isKept).toBe(shared.state() === 'whole');
      expect(await shared.keep(list.key, reading, 1, window)).toBe(isKept);
      expect(await shared.window(list.key, reading.id, 0)).toEqual(isKept ? window : undefined);
      expect(await shared.window(list.key, reading.id, 1)).toEqual(isKept ? window : undefined);
      expect(await shared.newest(list.key)).toEqual(isKept ? reading : undefined);
      expect(await shared.reading(list.key, reading.id)).toEqual(isKept ? reading : undefined);
    });

    it('are kept once: not a second time, and not of a reading that is not there', async () => {
      await shared.keep(list.key, reading, 0, window);
      await shared.keep(list.key, reading, 1, window);
      expect(await shared.keep(list.key, reading, 1, { ...window, hidden: [] })).toBe(false);
      expect(await shared.keep(list.key, { ...reading, id: 'abd' as ListingId }, 1, window)).toBe(false);
      expect((await shared.window(list.key, reading.id, 1))?.hidden ?? [1]).toEqual([1]);
    });

    it('belong to one list, one reading and one principal', async () => {
      await shared.keep(list.key, reading, 0, window);
      const other = listOf(ben, undefined);
      expect(await shared.newest(other.key)).toBeUndefined();
      expect(await shared.reading(other.key, reading.id)).toBeUndefined();
      expect(await shared.window(other.key, reading.id, 0)).toBeUndefined();
      expect(await shared.window(list.key, 'abd' as ListingId, 0)).toBeUndefined();
      expect(await shared.window(list.key, reading.id, 1)).toBeUndefined();
    });

    it('are machines as they were kept, also that there is none', async () => {
      const machine = readMachine({ id: 'm1', riskScore: 'High' }, () => undefined) ?? null;
      const kept = new Map<ReturnType<typeof machineKeyOf>, SharedMachine>([
        [machineKeyOf(ada, 'm1'), { machine, readAt: momentOf(5) }],
        [machineKeyOf(ada, 'none'), { machine: null, readAt: momentOf(6) }],
      ]);
      await shared.keepMachines(kept);
      const keys = [machineKeyOf(ada, 'none'), machineKeyOf(ben, 'm1'), machineKeyOf(ada, 'm1')];
      const found = await shared.machines(keys);
      for (const [key, answer] of found) expect(answer).toEqual(kept.get(key));
      expect(found.size).toBe(shared.state() === undefined ? 0 : 2);
    });

    it('work each to its end, or to its error', async () => {
      const none = async (): Promise<undefined> => undefined;
      expect(await shared.once('one', signal, none, async () => 1)).toBe(1);
      const failing = shared.once('two', signal, none, async () => Promise.reject(new RangeError('no')));
      await expect(failing).rejects.toThrow(RangeError);
      const each = await shared.onceEach(
        ['a', 'b', 'c'],
        signal,
        async () => new Map(),
        async (names) => new Map(names.map((each) => [each, each.toUpperCase()])),
      );
      expect(Object.fromEntries(each)).toEqual({ a: 'A', b: 'B', c: 'C' });
    });

    describe('for machines by id', () => {
      let clock: SetClock;
      let source: IdSource;
      let byIds: MachinesById;
      let served: string[];
      beforeEach(() => {
        clock = setClock();
        source = idSource(clock.now);
        ({ byIds } = plainReplica({ source, grid, now: clock.now, shared }));
        served = [];
      });
      const load = async (ids: readonly string[], change: Partial<Call> = {}) => {
        const usage = { called: () => undefined, served: (from: string) => void served.push(from) };
        const found = await byIds.load(ids, plainCall({ usage, ...change }));
        return found.map((each) => (each instanceof Error ? each : (each?.id ?? null)));
      };
      const sizes = (): readonly number[] => source.asked.map(({ ids }) => ids.length);
      const asked = (): readonly string[] => source.asked.flatMap(({ ids }) => ids);

      it('1,000 ids are 50 calls cold, and none warm', async () => {
        const ids = idsFrom(1_000);
        expect(await load(ids)).toEqual(ids);
        expect(sizes()).toEqual(Array(50).fill(20));
        expect(await load(ids)).toEqual(ids);
        expect(source.asked).toHaveLength(50);
        expect(new Set(served.slice(1_000))).toEqual(new Set(['HIT']));
      });

      it('those that are not held share calls, however they lie among those that are', async () => {
        await load(idsFrom(200).filter((_, index) => index % 10 !== 0));
        source.asked.length = 0;
        await load(idsFrom(200));
        expect(sizes()).toEqual([20]);
      });

      it('operations at the same time ask once for an id that several of them want', async () => {
        source.gate = deferred();
        const sets = [idsFrom(30), idsFrom(45).slice(15), idsFrom(30), ['m44', 'm3', 'none']];
        const loading = sets.map((ids) => load(ids));
        await vi.waitFor(() => expect(asked()).toHaveLength(46));
        source.gate.resolve();
        expect(await Promise.all(loading)).toEqual([...sets.slice(0, 3), ['m44', 'm3', null]]);
        expect(asked().toSorted()).toEqual([...idsFrom(45), 'none'].toSorted());
        expect(sizes()).toEqual([20, 10, 15, 1]);
      });

      it('one who leaves does not end a call that another waits for; the last one does', async () => {
        source.gate = deferred();
        const leaving = [new AbortController(), new AbortController()] as const;
        const first = load(['m1', 'm2'], { signal: leaving[0].signal });
        await vi.waitFor(() => expect(source.asked).toHaveLength(1));
        const second = load(['m2', 'm3'], { signal: leaving[1].signal });
        await vi.waitFor(() => expect(source.asked).toHaveLength(2));
        const signals = source.asked.map(({ call }) => call.signal.aborted);
        leaving[0].abort();
        expect((await first).every((each) => each instanceof Error)).toBe(true);
        expect(signals).toEqual([false, false]);
        expect(source.asked[0]?.call.signal.aborted).toBe(false);
        leaving[1].abort();
        await second;
        expect(source.asked.map(({ call }) => call.signal.aborted)).toEqual([true, true]);
        // Who comes now is not left waiting for what has been given up.
        source.gate.resolve();
        source.gate = undefined;
        expect(await load(['m1', 'm2', 'm3'])).toEqual(['m1', 'm2', 'm3']);
      });

      it('what is stale is served as it is, and renewed by one call behind it', async () => {
        await load(idsFrom(15));
        clock.advance(61_000);
        source.gate = deferred();
        expect(await load(idsFrom(10))).toEqual(idsFrom(10));
        expect(await load(idsFrom(10))).toEqual(idsFrom(10));
        expect(new Set(served.slice(15))).toEqual(new Set(['STALE']));
        await vi.waitFor(() => expect(source.asked).toHaveLength(2));
        expect(source.asked[1]?.call.lane).toBe('background');
        source.gate.resolve();
        await vi.waitFor(async () => {
          served = [];
          await load(idsFrom(10));
          expect(new Set(served)).toEqual(new Set(['HIT']));
        });
        expect(sizes()).toEqual([15, 10]);
      });

      it('what is stale rides along with what must be asked for, rather than take a call of its own', async () => {
        await load(idsFrom(10));
        clock.advance(61_000);
        expect(await load(idsFrom(20))).toEqual(idsFrom(20));
        expect(sizes()).toEqual([10, 20]);
        expect(new Set(served.slice(10))).toEqual(new Set(['MISS']));
      });

      it('what is old is renewed first, rests after a failure, and bridges it', async () => {
        await load(['m1']);
        clock.advance(301_000);
        source.failsFor = () => true;
        expect(await load(['m1'])).toEqual(['m1']);
        expect(await load(['m1'])).toEqual(['m1']);
        expect(source.asked).toHaveLength(2);
        source.failsFor = () => false;
        clock.advance(5_000);
        await load(['m1']);
        expect(served).toEqual(['MISS', 'STALE', 'STALE', 'MISS']);
      });

      it('what is dead is not served', async () => {
        await load(['m1']);
        clock.advance(3_601_000);
        source.failsFor = () => true;
        expect(await load(['m1'])).toEqual([expect.any(UpstreamError)]);
      });

      it('a call that fails fails its own ids only, and errors are not kept', async () => {
        source.failsFor = (ids) => ids.includes('m25');
        const found = await load(idsFrom(45));
        expect(found.map((each) => each instanceof Error)).toEqual(
          idsFrom(45).map((_, index) => index >= 20 && index < 40),
        );
        source.failsFor = () => false;
        expect(await load(idsFrom(45))).toEqual(idsFrom(45));
        expect(sizes()).toEqual([20, 20, 5, 20]);
      });

      it('principals share neither answers nor calls', async () => {
        await Promise.all([load(['m1'], { principal: ada }), load(['m1'], { principal: ben })]);
        expect(source.asked.map(({ call }) => call.principal).toSorted()).toEqual([ada, ben]);
      });
    });
  });
}
