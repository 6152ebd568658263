import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/emulator/emulator.ts';
import { type Delta, deltaOf } from '../../src/fleet/changes/delta.ts';
import { createFleetEngine, type FleetEngine } from '../../src/fleet/engine.ts';
import type { Snapshot, SnapshotId } from '../../src/fleet/snapshot.ts';
import { type SnapshotExchange, unsharedSnapshots } from '../../src/fleet/snapshot-exchange.ts';
import { readMachine } from '../../src/machines/machine-row.ts';
import { momentOf } from '../../src/machines/moment.ts';
import { packRows } from '../../src/machines/row-block.ts';
import { UpstreamError } from '../../src/upstream/upstream-error.ts';
import {
  type FleetBeforeEmulator,
  type FleetBeforeEmulatorOptions,
  idsOf,
  midnight,
  runFleet,
  smallMachines,
} from '../support/fleet-before-emulator.ts';
import { forAll, goneAnswers, goneButHeld } from '../support/gone-api.ts';
import { inPlaceEngine } from '../support/in-place-engine.ts';

const minute = 60_000;
const hour = 60 * minute;
const rules = { windowRows: 100, maxMachines: 10_000, idsPerCall: 20 };

let running: FleetBeforeEmulator;
afterEach(async () => running?.close());

async function open(change: Partial<FleetBeforeEmulatorOptions> = {}, machines = 950): Promise<void> {
  running = await runFleet({
    ...change,
    emulator: {
      fleet: { kind: 'rows', rows: smallMachines(machines) },
      accept: { not: true },
      ...change.emulator,
    },
    // Without threads, whose start takes a second each; one test has them.
    fleet: { rules, engine: inPlaceEngine, ...change.fleet },
  });
}

const read = (times: number): Promise<void> => running.until(() => running.reports.length >= times);
const calls = (): number => running.emulator.requests().length;
const call = (patienceMs = minute) => ({ signal: new AbortController().signal, patienceMs });

function current(): Snapshot {
  const snapshot = running.fleet.current();
  if (snapshot === undefined) throw new Error('There is no snapshot.');
  return snapshot;
}

/** What an awaited call for the fleet is rejected with, while time goes on. */
async function refusal(ms = minute): Promise<UpstreamError> {
  let error: UpstreamError | undefined;
  running.fleet.ready(call(ms)).catch((reason: UpstreamError) => {
    error = reason;
  });
  await running.until(() => error !== undefined);
  return error as unknown as UpstreamError;
}

describe('the resident fleet', () => {
  it('is read at the start and again after the refresh time, and shows its state', async () => {
    await open({ fleet: { engine: createFleetEngine() } });
    expect(running.fleet.status()).toEqual({ state: 'LOADING' });
    await read(1);
    expect(running.fleet.status()).toMatchObject({ state: 'READY', machines: 950, snapshot: 's1' });
    const readAt = Date.parse(current().readAt);
    await read(2);
    expect(current().id).toBe('s2');
    expect(Date.parse(current().readAt) - readAt).toBeGreaterThanOrEqual(4 * minute);
    expect(Date.parse(current().readAt) - readAt).toBeLessThanOrEqual(6 * minute);
  });

  it('holds machines without lastSeen that no filter of upstream brings', async () => {
    const rows = smallMachines(950).map((row, index) =>
      index % 50 === 7 ? { ...row, lastSeen: null } : row,
    );
    await open({ emulator: { fleet: { kind: 'rows', rows }, accept: {} } });
    await read(2);
    expect(running.fleet.status()).toMatchObject({ machines: 950 });
    expect(idsOf(current())).toEqual(rows.map(({ id }) => id).toSorted());
  });

  it('takes one call for each reading of a fleet that fits one answer', async () => {
    await open({}, 90);
    await read(3);
    expect(calls()).toBe(3);
    expect(running.reports.map((report) => report.calls)).toEqual([1, 1, 1]);
  });

  it('stretches the time between readings so that they keep to their share of the quota', async () => {
    await open({ fleet: { quotaShare: 0.02 } });
    await read(8);
    const times = running.emulator.requests().map(({ time }) => time);
    for (const from of times) {
      expect(times.filter((at) => at >= from && at < from + hour).length).toBeLessThanOrEqual(30);
    }
    expect(running.reports.every(({ outcome }) => outcome === 'published')).toBe(true);
  });

  it('divides its share among replicas that read for themselves', async () => {
    await open({
      fleet: {
        rules,
        quotaShare: 0.1,
        exchange: unsharedSnapshots(5),
      },
    });
    await read(4);
    const times = running.emulator.requests().map(({ time }) => time);
    for (const from of times) {
      expect(times.filter((at) => at >= from && at < from + hour).length).toBeLessThanOrEqual(30);
    }
  });

  it.each<[string, Fault]>([
    ['429', { kind: 'status', status: 429, headers: { 'retry-after': '30' } }],
    ['503', { kind: 'status', status: 503 }],
    ['a broken connection', { kind: 'reset' }],
    ['a body that breaks off', { kind: 'truncate' }],
    ['half a JSON', { kind: 'truncatedJson' }],
  ])('goes on where it stopped after %s', async (_, fault) => {
    await open();
    await read(1);
    const before = calls();
    running.emulator.faults.clear();
    await running.until(() => calls() === before + 4);
    running.emulator.faults.next(1, fault);
    await read(2);
    const [first, second] = running.reports;
    expect(second?.outcome).toBe('published');
    // What was read is not read again: one more call than it takes, for the one that failed.
    expect(second?.calls).toBeLessThanOrEqual((first?.calls ?? 0) / 2 + 4);
    expect(second?.waitedMs).toBeGreaterThan(0);
    expect(current().rows).toBe(950);
  });

  it('restarts where it paused for longer than the refresh time', async () => {
    await open();
    await read(1);
    const before = calls();
    await running.until(() => calls() === before + 4);
    running.emulator.faults.next(1, { kind: 'status', status: 429, headers: { 'retry-after': '1800' } });
    await read(2);
    expect(running.reports[1]?.outcome).toBe('aged');
    await read(3);
    expect(running.reports[2]?.outcome).toBe('published');
    expect(running.wall() - Date.parse(current().readAt)).toBeLessThan(2 * minute);
  });

  it('is served from the last reading through an hour of 429, with its age', async () => {
    await open();
    await read(1);
    const { id, rows } = current();
    running.emulator.faults.next(100_000, { kind: 'status', status: 429, headers: { 'retry-after': '60' } });
    const before = calls();
    const until = running.clock.now() + hour;
    await running.until(() => running.clock.now() >= until);
    expect(current().id).toBe(id);
    expect(current().rows).toBe(rows);
    const { state, ageMs } = running.fleet.status();
    expect(state).toBe('STALE');
    expect(ageMs).toBeGreaterThan(hour);
    // One probe at a time, as the gate lets them through.
    expect(calls() - before).toBeLessThan(70);
    running.emulator.faults.clear();
    await running.until(() => current().id !== id);
    expect(running.fleet.status()).toMatchObject({ state: 'READY', machines: 950 });
  });

  it.each([401, 403])(
    'shows nothing, and says why, where upstream refuses the app registration: %d',
    async (status) => {
      await open();
      await read(1);
      running.emulator.faults.next(2, { kind: 'status', status });
      await read(2);
      expect(running.reports[1]?.outcome).toBe('refused');
      expect(running.fleet.current()).toBeUndefined();
      expect(running.fleet.snapshot('s1' as Snapshot['id'])).toBeUndefined();
      expect(await refusal()).toMatchObject({ status });
      running.emulator.faults.clear();
      await running.until(() => running.fleet.current() !== undefined);
      expect(current().rows).toBe(950);
    },
  );

  it('is read ahead of its time by who asks for younger rows, once for all, within its share and beside readings on time', async () => {
    await open({ fleet: { quotaShare: 0.02, refreshMs: 10 * minute } }, 90);
    await read(1);
    const wait = { ...call(), maxAgeMs: 5_000 };
    let refused = 0;
    let young = 0;
    const ask = (): Promise<void> =>
      running.fleet.ready(wait).then(
        (snapshot) => {
          young += 1;
          expect(running.fleet.ageMs(snapshot)).toBeLessThanOrEqual(10_000);
        },
        (error: UpstreamError) => {
          refused += 1;
          expect(error).toMatchObject({ code: 'QUOTA_EXHAUSTED' });
          // Then it is read on time.
          expect(error.retryAfterSeconds).toBeLessThanOrEqual(610);
        },
      );
    for (let times = 0; times < 40; times++) {
      await running.clock.advance(6_000);
      const asked = Promise.all([ask(), ask(), ask()]);
      const before = young + refused;
      await running.until(() => young + refused === before + 3);
      await asked;
    }
    expect(refused).toBeGreaterThan(0);
    // Of 30 calls an hour, six are for readings on time.
    expect(running.reports.length).toBeGreaterThanOrEqual(20);
    expect(young).toBe(3 * (running.reports.length - 1));
    const end = running.clock.now() + 2 * hour;
    await running.until(() => running.clock.now() >= end);
    const times = running.emulator.requests().map(({ time }) => time);
    times.forEach((from, index) => {
      expect(times.filter((at) => at >= from && at < from + hour).length).toBeLessThanOrEqual(30);
      expect((times[index + 1] ?? from) - from).toBeLessThanOrEqual(11 * minute);
    });
  });

  it('is read again where a reading under way began too early for who asks', async () => {
    await open();
    await read(1);
    const id = current().id;
    const before = calls();
    await running.until(() => calls() === before + 6);
    // It began some seconds ago, and takes a few more.
    let found: Snapshot | undefined;
    running.fleet.ready({ ...call(5 * minute), maxAgeMs: 1_000 }).then((snapshot) => {
      found = snapshot;
    });
    const askedAt = running.wall();
    await running.until(() => found !== undefined);
    expect(found?.id).not.toBe(id);
    expect(Date.parse(found?.readAt ?? '')).toBeGreaterThanOrEqual(askedAt - 1_000);
    expect(running.reports).toHaveLength(3);
  });

  it('is not read for who could not wait for it, and would find it too old', async () => {
    await open();
    await read(1);
    await running.clock.advance(minute);
    const before = calls();
    await expect(running.fleet.ready({ ...call(3_000), maxAgeMs: 1_000 })).rejects.toMatchObject({
      code: 'FLEET_LOADING',
      message: expect.stringContaining('To read the fleet takes about'),
    });
    expect(calls()).toBe(before);
  });

  it('is not read ahead of its time during the back-off from a failure, which is reported with the time to wait', async () => {
    await open();
    await read(1);
    const first = calls();
    await running.until(() => calls() === first + 4);
    running.emulator.faults.next(1, { kind: 'status', status: 429, headers: { 'retry-after': '1800' } });
    await running.until(() => running.reports.some(({ outcome }) => outcome === 'aged'));
    const before = calls();
    await expect(running.fleet.ready({ ...call(), maxAgeMs: 1_000 })).rejects.toMatchObject({
      code: 'FLEET_LOADING',
      retryAfterSeconds: expect.any(Number),
    });
    expect(calls()).toBe(before);
  });

  it('is read ahead of its time once it has rested from such a reading that failed', async () => {
    await open({ fleet: { refreshMs: hour } }, 90);
    await read(1);
    await running.clock.advance(minute);
    running.emulator.faults.next(1, { kind: 'status', status: 400 });
    const ask = async (): Promise<unknown> => {
      let ended: { readonly with: unknown } | undefined;
      const end = (value: unknown): void => {
        ended = { with: value };
      };
      running.fleet.ready({ ...call(), maxAgeMs: 5_000 }).then(end, end);
      await running.until(() => ended !== undefined);
      return ended?.with;
    };
    expect(await ask()).toBeInstanceOf(UpstreamError);
    await running.clock.advance(minute);
    expect(await ask()).toMatchObject({ rows: 90 });
    expect(running.reports.map(({ outcome }) => outcome)).toEqual(['published', 'refused', 'published']);
  });

  it('does not mistake a stray 404 for an empty fleet, but believes an empty list that comes twice', async () => {
    await open({}, 90);
    await read(1);
    running.emulator.faults.next(1, { kind: 'status', status: 404 });
    await read(2);
    expect(current().rows).toBe(90);
    running.emulator.replaceFleet({ kind: 'rows', rows: [] });
    await read(3);
    expect(current().rows).toBe(0);
    // The call is made once more after a while.
    expect(running.reports.map((report) => report.calls)).toEqual([1, 2, 2]);
  });

  describe.each(goneButHeld)('before an API that answers %s to all calls', (name) => {
    const beGone = (): void => running.emulator.faults.next(forAll, goneAnswers[name]);
    const whileHours = async (hours: number): Promise<void> => {
      const end = running.clock.now() + hours * hour;
      await running.until(() => running.clock.now() >= end, 10_000);
    };

    it.each([90, 950])('stays as it was read, %d machines, until it can be read again', async (machines) => {
      await open({}, machines);
      await read(1);
      const { id } = current();
      beGone();
      running.emulator.clearRequests();
      await whileHours(2);
      expect(current()).toMatchObject({ id, rows: machines });
      // A minute lies between two tries.
      expect(calls()).toBeGreaterThan(10);
      expect(calls()).toBeLessThanOrEqual(125);
      running.emulator.faults.clear();
      await read(2);
      expect(running.reports[1]?.outcome).toBe('published');
      expect(current().rows).toBe(machines);
      expect(running.fleet.keptChanges().deltas).toBe(1);
    });

    it('in the middle of a reading, is not read as a smaller fleet', async () => {
      await open();
      await read(1);
      running.emulator.clearRequests();
      await running.until(() => calls() >= 4, 100);
      beGone();
      await whileHours(1);
      running.emulator.faults.clear();
      await read(2);
      await running.until(() => current().id !== 's1');
      expect(current().rows).toBe(950);
    });

    it('stays as another replica has read it, though this one has never had an answer', async () => {
      const published = await inPlaceEngine.build(
        [packRows(['a', 'b'].map((id) => readMachine({ id }, () => undefined)))],
        { id: 'theirs' as SnapshotId, readAt: momentOf(midnight) },
        new AbortController().signal,
      );
      const exchange: SnapshotExchange = {
        ...unsharedSnapshots(1),
        newest: async (known) => (known === undefined ? { snapshot: published, calls: 1 } : undefined),
      };
      await open({ fleet: { exchange } });
      beGone();
      await whileHours(1);
      expect(calls()).toBeGreaterThan(10);
      expect(current()).toMatchObject({ id: 'theirs', rows: 2 });
    });
  });

  it.each(orders())('finds null and the year 1 where upstream takes %s', async (_, accept, way) => {
    await open({ emulator: { fleet: { kind: 'rows', rows: smallMachines(950, { never: 0.02 }) }, accept } });
    await read(2);
    expect(current().rows).toBe(950);
    const found = running.lines.filter(({ msg }) => msg === 'machines without lastSeen were found');
    expect(found.at(-1)).toMatchObject({ way, machines: 19 });
    const refused = running.emulator.requests().filter(({ status }) => status === 400);
    expect(refused.length).toBeLessThanOrEqual(1);
  });

  it('reads a tick that more machines share than fit one answer by $skip, and says so once a reading', async () => {
    const rows = smallMachines(950).map((row, index) =>
      index % 3 === 0 ? { ...row, lastSeen: '2026-09-01T12:00:00.1234567Z' } : row,
    );
    await open({ emulator: { fleet: { kind: 'rows', rows } } });
    await read(2);
    expect(new Set(idsOf(current()))).toEqual(new Set(rows.map(({ id }) => id)));
    const ties = running.lines.filter(({ msg }) =>
      String(msg).startsWith('more machines share one lastSeen'),
    );
    expect(ties.map(({ lastSeen }) => lastSeen)).toEqual(Array(2).fill('2026-09-01T12:00:00.1234567Z'));
  });

  it('reads nothing of a fleet that is too large, and looks again once an hour by one row', async () => {
    await open({ fleet: { rules: { ...rules, maxMachines: 500 } } });
    await read(1);
    expect(running.fleet.status().state).toBe('TOO_LARGE');
    expect(calls()).toBe(2);
    expect(await refusal()).toMatchObject({ code: 'FLEET_REQUIRED' });
    const until = running.clock.now() + 3.5 * hour;
    await running.until(() => running.clock.now() >= until, minute);
    expect(calls()).toBe(5);
    running.emulator.replaceFleet({ kind: 'rows', rows: smallMachines(400) });
    await running.until(() => running.fleet.status().state === 'READY', minute);
    expect(current().rows).toBe(400);
  });

  it('backs off longer from failure to failure, however long a reading takes, and recovers', async () => {
    let isBroken = true;
    const engine: FleetEngine = {
      ...inPlaceEngine,
      build: async (blocks, meta, signal) => {
        const snapshot = await inPlaceEngine.build(blocks, meta, signal);
        if (isBroken) throw new Error('A thread of the fleet has ended.');
        return snapshot;
      },
    };
    await open({ fleet: { engine } });
    await read(4);
    isBroken = false;
    await read(5);
    expect(running.reports.map(({ outcome }) => outcome)).toEqual([...Array(4).fill('failed'), 'published']);
    expect(running.reports[0]?.ms).toBeGreaterThan(10_000);
    const times = running.emulator.requests().map(({ time }) => time);
    const rests = times.map((time, index) => time - (times[index - 1] ?? time)).filter((ms) => ms > 4_000);
    expect(rests.map((ms) => Math.floor(ms / 5_000))).toEqual([1, 2, 4, 8]);
  });

  it('lets a query wait for the first reading', async () => {
    await open();
    let snapshot: Snapshot | undefined;
    void running.fleet.ready(call(10 * minute)).then((ready) => {
      snapshot = ready;
    });
    await running.until(() => snapshot !== undefined);
    expect(snapshot?.rows).toBe(950);
  });

  it('keeps no timer for a query whose caller leaves while it waits', async () => {
    await open();
    const longTimers = () => running.clock.timers().filter((ms) => ms > hour);
    const leaving = new AbortController();
    const left = running.fleet.ready({ patienceMs: 2 * hour, signal: leaving.signal });
    expect(longTimers()).toHaveLength(1);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    expect(longTimers()).toEqual([]);
  });

  it('says when to ask again where the fleet does not come in time, and at once where that is known', async () => {
    await open();
    running.emulator.faults.next(1, { kind: 'status', status: 429, headers: { 'retry-after': '50' } });
    expect(await refusal(4_000)).toMatchObject({ code: 'FLEET_LOADING' });
    await running.until(() => running.lines.some(({ msg }) => msg === 'reading the fleet is paused'));
    const before = running.clock.now();
    await expect(running.fleet.ready(call(20_000))).rejects.toMatchObject({ code: 'FLEET_LOADING' });
    expect(running.clock.now()).toBe(before);
  });

  it('keeps an older snapshot while a walk uses it, and 15 minutes longer', async () => {
    await open();
    await read(1);
    const { id } = current();
    for (let reading = 2; reading <= 6; reading += 1) {
      expect(running.fleet.snapshot(id)?.id).toBe(id);
      await read(reading);
    }
    expect(running.fleet.snapshot(id)?.id).toBe(id);
    await read(11);
    expect(running.fleet.snapshot(id)).toBeUndefined();
  });

  it('lets an older snapshot go that no walk uses, or that takes more memory than is set aside', async () => {
    await open({ fleet: { keepBytes: 0 } });
    await read(1);
    const first = current().id;
    expect(running.fleet.snapshot(first)?.id).toBe(first);
    running.emulator.configure({ churnPerMinute: 60 });
    await read(2);
    expect(running.fleet.snapshot(first)).toBeUndefined();
    expect(running.fleet.current()?.id).not.toBe(first);
  });

  it('publishes nothing under a lease that was lost, and adopts what another replica has read', async () => {
    let lent = true;
    let published: Snapshot | undefined;
    let tell = (): void => undefined;
    const exchange: SnapshotExchange = {
      ...unsharedSnapshots(1),
      lease: async () =>
        lent
          ? { lost: new AbortController().signal, publish: async () => false, release: async () => undefined }
          : undefined,
      newest: async (known) =>
        published === undefined || published.id === known?.id ? undefined : { snapshot: published, calls: 1 },
      onPublished: (listener) => {
        tell = listener;
        return () => undefined;
      },
    };
    await open({ fleet: { exchange } });
    await read(1);
    expect(running.reports[0]?.outcome).toBe('late');
    expect(running.fleet.current()).toBeUndefined();
    lent = false;
    const before = calls();
    published = await inPlaceEngine.build(
      [packRows([readMachine({ id: 'other' }, () => undefined)])],
      { id: 'theirs' as SnapshotId, readAt: momentOf(running.wall()) },
      new AbortController().signal,
    );
    tell();
    await running.until(() => running.fleet.current() !== undefined);
    expect(current().id).toBe('theirs');
    const until = running.clock.now() + hour;
    await running.until(() => running.clock.now() >= until, 10_000);
    expect(calls()).toBe(before);
    expect(running.fleet.status()).toMatchObject({ state: 'STALE', machines: 1 });
  });

  describe('the way back to earlier readings', () => {
    /** What other replicas have published, and the deltas between. */
    const shared = () => {
      const state: { published: Snapshot | undefined; deltas: Delta[]; tell: () => void } = {
        published: undefined,
        deltas: [],
        tell: () => undefined,
      };
      const exchange: SnapshotExchange = {
        ...unsharedSnapshots(1),
        newest: async (known) =>
          state.published === undefined || state.published.id === known?.id
            ? undefined
            : { snapshot: state.published, calls: 1 },
        deltaTo: async (id) => state.deltas.find(({ to }) => to.id === id),
        onPublished: (listener) => {
          state.tell = listener;
          return () => undefined;
        },
      };
      return { state, exchange };
    };
    const theirs = (id: string, machines: readonly string[], readMs = running.wall()): Promise<Snapshot> =>
      inPlaceEngine.build(
        [packRows(machines.map((each) => readMachine({ id: each }, () => undefined)))],
        { id: id as SnapshotId, readAt: momentOf(readMs) },
        new AbortController().signal,
      );
    const since = (id: string) =>
      running.fleet.since(id as SnapshotId, current(), new AbortController().signal);

    it('is there for each reading, and wakes who waits for a newer one', async () => {
      await open({
        emulator: {
          fleet: { kind: 'seeded', size: 90, seed: 1, now: Date.UTC(2026, 8, 8) },
          churnPerMinute: 60,
        },
      });
      await read(1);
      const first = current().id;
      const waiting = running.fleet.newer(first, new AbortController().signal);
      await read(3);
      expect((await waiting).id).not.toBe(first);
      const way = await since(first);
      expect(way?.deltas.map(({ to }) => to.id)).toEqual(['s3', 's2']);
      expect(way?.reading.id).toBe(first);
      expect(running.fleet.keptChanges()).toMatchObject({ deltas: 2 });
    });

    it('is that of another replica, fetched as far back as it is asked for', async () => {
      const { state, exchange } = shared();
      await open({ fleet: { exchange } });
      await read(1);
      await running.clock.advance(1_000);
      const [middle, newest] = [await theirs('t1', ['a', 'b']), await theirs('t2', ['b'])];
      state.deltas = [deltaOf(current(), middle), deltaOf(middle, newest)];
      const own = current().id;
      state.published = newest;
      state.tell();
      await running.until(() => running.fleet.current()?.id === 't2');
      expect((await since('t1'))?.deltas).toHaveLength(1);
      expect((await since(own))?.deltas).toHaveLength(2);
      expect(await since('s99')).toBeUndefined();
    });

    it('is found by comparing, where the other replica published none', async () => {
      const { state, exchange } = shared();
      await open({ fleet: { exchange } });
      await read(1);
      const own = current();
      await running.clock.advance(1_000);
      state.published = await theirs('t1', ['a']);
      state.tell();
      await running.until(() => running.fleet.current()?.id === 't1');
      const way = await since(own.id);
      expect(way?.deltas.map(({ machines }) => machines)).toEqual([own.rows + 1]);
    });

    it('leads over a snapshot that is too old to be shown', async () => {
      const { state, exchange } = shared();
      state.published = await theirs('old', ['a'], midnight - 2 * hour);
      await open({ fleet: { exchange } });
      await read(1);
      expect(current().id).toBe('s1');
      expect((await since('old'))?.deltas).toHaveLength(1);
    });
  });

  it('stops while it waits, reads or is waited for, and leaves no timer', async () => {
    await open();
    const waiting = running.fleet.ready(call()).catch((error: unknown) => error);
    await running.fleet.close();
    expect(await waiting).toMatchObject({ code: 'FLEET_LOADING' });
    const before = calls();
    await running.clock.advance(hour);
    expect(calls()).toBe(before);
  });
});

function orders(): [string, Readonly<Record<string, boolean>>, string][] {
  return [
    ['not (…)', { not: true }, 'not'],
    ['no form for null', {}, 'walk'],
  ];
}
