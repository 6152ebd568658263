import { afterEach, describe, expect, it } from 'vitest';
import { runFleetGateway } from '../support/fleet-gateway.ts';
import { bareRows } from '../support/machine-pages.ts';
import { readMetric } from '../support/read-metric.ts';
import { type Reply, type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { type SetClock, setClock } from '../support/set-clock.ts';
import { type SimulatedClock, simulatedClock } from '../upstream/quota/simulated-clock.ts';

const midnight = Date.UTC(2026, 8, 8);
/** However slow the machine is. */
const patient = { RECEIVE_TIMEOUT_SECONDS: '300' } as const;
const down = { kind: 'status', status: 503 } as const;

let running: RunningGateway;
afterEach(() => running.close());

const calls = (): number => running.emulator.requests().length;
const list = (maxAgeSeconds: number, more = ''): string =>
  `{ machines(maxAgeSeconds: ${maxAgeSeconds}${more}) { asOf nodes { id } pageInfo { endCursor } } }`;
const byId = (id: string, maxAgeSeconds: number): string =>
  `{ machine(id: "${id}", maxAgeSeconds: ${maxAgeSeconds}) { id } }`;
const idsOf = ({ data }: Reply): string[] => data.machines.nodes.map(({ id }: { id: string }) => id);
const many = (query: string, callers: number): Promise<Reply[]> =>
  Promise.all(Array.from({ length: callers }, () => running.ask(query)));
const errorOf = ({ errors }: Reply) => errors?.[0]?.extensions;

describe('maxAgeSeconds out of windows', () => {
  let clock: SetClock;
  const open = async (rows = bareRows(3), environment: Record<string, string> = {}): Promise<void> => {
    clock = setClock();
    running = await runGateway({ clock, rows, environment: { ...patient, ...environment } });
  };

  it('takes two calls a minute for 500 callers of one list, none of whom gets older rows', async () => {
    await open();
    for (const [second, callers] of [
      [0, 5],
      [15, 5],
      [30, 5],
      [31, 500],
      [46, 5],
      [61, 5],
    ] as const) {
      clock.advance(midnight + second * 1_000 - clock.now());
      for (const reply of await many(list(30), callers)) {
        expect(reply.errors).toBeUndefined();
        expect(Date.parse(reply.data.machines.asOf)).toBeGreaterThanOrEqual(clock.now() - 30_000);
      }
    }
    expect(calls()).toBe(2);
  });

  it('has older rows read again for who asks, and serves them to all others meanwhile', async () => {
    await open();
    expect(idsOf(await running.ask(list(60)))).toEqual(['m0', 'm1', 'm2']);
    running.emulator.replaceFleet({ kind: 'rows', rows: bareRows(1, 'new') });
    clock.advance(20_000);
    expect(idsOf(await running.ask('{ machines { nodes { id } } }'))).toEqual(['m0', 'm1', 'm2']);
    expect(idsOf(await running.ask(list(20)))).toEqual(['m0', 'm1', 'm2']);
    expect(calls()).toBe(1);
    expect(idsOf(await running.ask(list(19)))).toEqual(['new0']);
    expect(calls()).toBe(2);
  });

  it('is kept by a prepared operation, whose rows grow too old', async () => {
    await open();
    const prepared = () => readMetric(running.gateway.url, 'graphql_prepared_answers_total');
    for (let times = 0; times < 3; times++) await running.ask(list(30));
    expect(await prepared()).toBe(2);
    running.emulator.replaceFleet({ kind: 'rows', rows: bareRows(1, 'new') });
    clock.advance(31_000);
    expect(idsOf(await running.ask(list(30)))).toEqual(['new0']);
    expect(await prepared()).toBe(2);
    expect(idsOf(await running.ask(list(30)))).toEqual(['new0']);
    expect(await prepared()).toBe(3);
    expect(calls()).toBe(2);
  });

  it('is no 304 for rows that grew too old', async () => {
    await open();
    const get = (tag: string) =>
      fetch(`${running.gateway.url}/graphql?query=${encodeURIComponent(list(30))}`, {
        headers: { 'if-none-match': tag },
      });
    await get('');
    const tag = (await get('')).headers.get('etag') ?? '';
    clock.advance(30_000);
    expect((await get(tag)).status).toBe(304);
    running.emulator.replaceFleet({ kind: 'rows', rows: bareRows(1, 'new') });
    clock.advance(1_000);
    expect((await get(tag)).status).toBe(200);
  });

  it.each([
    ['answers 503', down, 'UPSTREAM_UNAVAILABLE'],
    [
      'answers 429',
      { kind: 'status', status: 429, headers: { 'retry-after': '40' } } as const,
      'QUOTA_EXHAUSTED',
    ],
    ['breaks the connection', { kind: 'reset' } as const, 'UPSTREAM_UNAVAILABLE'],
  ])('is an error with the time to wait where upstream %s, never older rows', async (_, fault, code) => {
    await open();
    await running.ask(list(30));
    clock.advance(31_000);
    running.emulator.faults.next(100, fault);
    for (let second = 0; second < 5; second += 1) {
      const reply = await running.ask(list(30));
      expect(reply.data).toBeNull();
      expect(errorOf(reply)).toMatchObject({ code, retryAfterSeconds: expect.any(Number) });
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      clock.advance(999);
    }
    // While the list backs off, nobody costs a call.
    expect(calls()).toBe(2);
    expect(idsOf(await running.ask('{ machines { nodes { id } } }'))).toHaveLength(3);
  });

  it('is an error where the quota is short', async () => {
    await open(bareRows(3), { QUOTA_PER_MINUTE: '2', QUOTA_WAIT_SECONDS: '0', QUOTA_RESERVE: '0' });
    let refused: Reply | undefined;
    for (let times = 0; times < 4 && refused === undefined; times++) {
      const reply = await running.ask(list(1));
      if (reply.errors !== undefined) refused = reply;
      clock.advance(2_000);
    }
    expect(refused && errorOf(refused)).toMatchObject({
      code: 'QUOTA_EXHAUSTED',
      retryAfterSeconds: expect.any(Number),
    });
  });

  it('goes on in a younger reading where that of a cursor is too old, and finds its place there', async () => {
    await open(bareRows(6));
    const first = await running.ask(list(30, ', first: 2'));
    const after = `, first: 2, after: "${first.data.machines.pageInfo.endCursor}"`;
    clock.advance(20_000);
    const second = await running.ask(list(30, after));
    expect(second.extensions.upstream).toMatchObject({ calls: 0, consistency: 'LISTING' });
    expect(idsOf(second)).toEqual(['m2', 'm3']);
    running.emulator.replaceFleet({ kind: 'rows', rows: [{ id: 'new' }, ...bareRows(6)] });
    clock.advance(11_000);
    const third = await running.ask(list(30, after));
    expect(third.extensions.upstream).toMatchObject({ calls: 1, consistency: 'ANCHORED' });
    expect(idsOf(third)).toEqual(['m2', 'm3']);
    expect(Date.parse(third.data.machines.asOf)).toBe(clock.now());
    // Without it the walk stays where it began.
    const kept = await running.ask(`{ machines(${after.slice(2)}) { nodes { id } } }`);
    expect(kept.extensions.upstream).toMatchObject({ calls: 0, consistency: 'LISTING' });
  });

  it.each([0, -1, -2_147_483_648])('is rejected below one second, before any call: %d', async (seconds) => {
    await open();
    for (const query of [list(seconds), byId('m1', seconds)]) {
      const reply = await running.ask(query);
      expect(errorOf(reply)).toEqual({ code: 'BAD_USER_INPUT', inputPath: 'maxAgeSeconds' });
      expect(reply.errors?.[0]?.message).toContain(`maxAgeSeconds: is ${seconds}; it must be 1 or more.`);
    }
    expect(calls()).toBe(0);
  });

  it('counts as not given where it is null', async () => {
    await open();
    await running.ask(
      '{ machines(maxAgeSeconds: null) { nodes { id } } machine(id: "m1", maxAgeSeconds: null) { id } }',
    );
    clock.advance(40_000);
    const { extensions } = await running.ask('{ machines(maxAgeSeconds: null) { nodes { id } } }');
    expect(extensions.upstream).toMatchObject({ calls: 0, cache: 'HIT' });
  });

  it('takes two calls a minute for 500 callers of one machine', async () => {
    await open();
    for (const [second, callers] of [
      [0, 5],
      [30, 5],
      [31, 500],
      [61, 5],
    ] as const) {
      clock.advance(midnight + second * 1_000 - clock.now());
      for (const { data } of await many(byId('m1', 30), callers))
        expect(data).toEqual({ machine: { id: 'm1' } });
    }
    expect(calls()).toBe(2);
  });

  it('lets machines of different ages share a call', async () => {
    await open();
    const { data, extensions } = await running.ask(
      '{ a: machine(id: "m0", maxAgeSeconds: 5) { id } b: machine(id: "m1", maxAgeSeconds: 9) { id } c: machine(id: "m2") { id } }',
    );
    expect(data).toEqual({ a: { id: 'm0' }, b: { id: 'm1' }, c: { id: 'm2' } });
    expect(extensions.upstream.calls).toBe(1);
    expect(calls()).toBe(1);
  });

  it('takes what a window has read since for a machine', async () => {
    await open();
    await running.ask(byId('m1', 30));
    clock.advance(31_000);
    await running.ask(list(30));
    expect((await running.ask(byId('m1', 30))).extensions.upstream.calls).toBe(0);
    expect(calls()).toBe(2);
  });

  it('is an error for a machine that cannot be read again', async () => {
    await open();
    await running.ask(byId('m1', 30));
    clock.advance(31_000);
    running.emulator.faults.next(100, down);
    for (const _ of [1, 2, 3]) {
      const reply = await running.ask(byId('m1', 30));
      expect(errorOf(reply)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryAfterSeconds: 5 });
    }
    expect(calls()).toBe(2);
  });
});

describe('maxAgeSeconds out of the fleet', () => {
  let clock: SimulatedClock;
  const open = async (environment: Record<string, string> = {}): Promise<void> => {
    clock = simulatedClock();
    running = await runFleetGateway({
      clock: { wall: () => midnight + clock.now(), monotonic: clock.now },
      quotaClock: clock,
      environment: { ...patient, ...environment },
    });
  };
  const ageMs = ({ data }: Reply): number => midnight + clock.now() - Date.parse(data.machines.asOf);

  it('has the fleet read once for 500 callers, and not at all while it is young enough', async () => {
    await open();
    const began = clock.now();
    for (const [second, callers] of [
      [20, 5],
      [30, 5],
      [31, 500],
      [60, 5],
    ] as const) {
      await clock.advance(began + second * 1_000 - clock.now());
      for (const reply of await many(list(30, ', orderBy: [{ field: ID }]'), callers)) {
        expect(reply.errors).toBeUndefined();
        expect(ageMs(reply)).toBeLessThanOrEqual(30_000);
        expect(reply.extensions.upstream).toMatchObject({ source: 'FLEET', calls: 0 });
      }
    }
    // One call reads a fleet of 100.
    expect(calls()).toBe(1);
  });

  it('puts off the next reading on time', async () => {
    await open({ FLEET_REFRESH_SECONDS: '300' });
    await clock.advance(200_000);
    await running.ask(list(30));
    expect(calls()).toBe(1);
    await clock.advance(299_000);
    expect(calls()).toBe(1);
  });

  it('keeps to the share of the quota, leaves its readings on time their room, and then is an error', async () => {
    await open({ QUOTA_PER_HOUR: '40', FLEET_QUOTA_SHARE: '0.25', FLEET_REFRESH_SECONDS: '900' });
    const codes: unknown[] = [];
    for (let times = 0; times < 12; times++) {
      await clock.advance(10_000);
      const reply = await running.ask(list(5));
      codes.push(errorOf(reply)?.code ?? 'OK');
      if (reply.errors === undefined) expect(ageMs(reply)).toBeLessThanOrEqual(5_000);
      else expect(errorOf(reply)?.retryAfterSeconds).toBeGreaterThan(700);
    }
    // Of ten calls an hour, one was made at the start, and four are for the readings on time.
    const early = codes.filter((code) => code === 'OK').length;
    expect(codes).toEqual([...Array(early).fill('OK'), ...Array(12 - early).fill('QUOTA_EXHAUSTED')]);
    expect(early).toBeGreaterThanOrEqual(4);
    expect(calls()).toBe(early);
    expect((await running.ask('{ machines { totalCount } }')).errors).toBeUndefined();
  });

  it('is an error with the time to wait where upstream fails, and asks it no more for that', async () => {
    await open();
    await clock.advance(60_000);
    running.emulator.faults.next(1_000, down);
    let replies: readonly Reply[] | undefined;
    many(list(30), 5).then((all) => {
      replies = all;
    });
    await expect.poll(() => calls()).toBeGreaterThan(0);
    while (replies === undefined) {
      // Time passes no faster than requests come in.
      await running.ask('{ __typename }');
      await clock.advance(1_000);
    }
    for (const reply of replies) {
      expect(errorOf(reply)).toMatchObject({ code: 'FLEET_LOADING', retryAfterSeconds: expect.any(Number) });
    }
    // Upstream is tried again as ever, with growing pauses, however many wait.
    expect(calls()).toBeLessThanOrEqual(8);
    expect((await running.ask('{ machines { totalCount } }')).data.machines.totalCount).toBe(100);
  });

  it('goes on in a younger snapshot where that of a cursor is too old, by its order', async () => {
    await open();
    const all = idsOf(
      await running.ask('{ machines(first: 100, orderBy: [{ field: ID }]) { nodes { id } } }'),
    );
    const order = ', first: 2, orderBy: [{ field: ID }]';
    const first = await running.ask(list(3_600, order));
    await clock.advance(60_000);
    const after = `${order}, after: "${first.data.machines.pageInfo.endCursor}"`;
    const kept = await running.ask(list(60, after));
    expect(kept.extensions.upstream.consistency).toBe('LISTING');
    const next = await running.ask(list(59, after));
    expect(next.extensions.upstream.consistency).toBe('ANCHORED');
    expect([idsOf(kept), idsOf(next)]).toEqual([all.slice(2, 4), all.slice(2, 4)]);
    expect(calls()).toBe(1);
  });

  it('has a single machine read by its id, and leaves the fleet as it is', async () => {
    await open();
    const [id = ''] = idsOf(await running.ask('{ machines(first: 1) { nodes { id } } }'));
    expect((await running.ask(byId(id, 30))).extensions.upstream).toMatchObject({
      source: 'FLEET',
      calls: 0,
    });
    await clock.advance(31_000);
    for (const { data } of await many(byId(id, 30), 50)) expect(data).toEqual({ machine: { id } });
    expect(running.emulator.requests().map(({ options }) => '$filter' in options)).toEqual([true]);
    expect((await running.ask(`{ machine(id: "${id}") { id } }`)).extensions.upstream.source).toBe('FLEET');
  });
});
