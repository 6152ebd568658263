import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/emulator/emulator.ts';
import { ageSecondsOf } from '../../support/age-of.ts';
import { askPage, bareRows } from '../../support/machine-pages.ts';
import {
  type RunningGateway,
  type RunningGatewayOptions,
  runGateway,
} from '../../support/running-gateway.ts';
import { type SetClock, setClock } from '../../support/set-clock.ts';
import { until } from '../../support/until.ts';

const minute = 60_000;
/** Ages by the default settings. */
const age = { stale: 61_000, old: 301_000 } as const;
const down: Fault = { kind: 'status', status: 503 };

describe('a machine by its id', () => {
  let running: RunningGateway;
  let clock: SetClock;
  afterEach(() => running.close());

  const open = async (options: RunningGatewayOptions = {}): Promise<void> => {
    clock = setClock();
    running = await runGateway({ now: clock.now, rows: bareRows(30), ...options });
  };
  const calls = (): number => running.emulator.requests().length;
  const ask = async (id: string) => {
    const { data, errors, extensions } = await running.ask('query ($id: ID!) { machine(id: $id) { id } }', {
      id,
    });
    return {
      machine: data?.machine ?? null,
      code: errors?.[0]?.extensions.code,
      upstream: extensions.upstream,
    };
  };

  it('that a fresh window shows needs no call', async () => {
    await open();
    await askPage(running);
    expect(await ask('m7')).toMatchObject({ machine: { id: 'm7' }, upstream: { calls: 0, cache: 'HIT' } });
    expect(calls()).toBe(1);
  });

  it('needs no call the second time, even where there is none', async () => {
    await open();
    for (const id of ['m7', 'none', 'm7', 'none']) {
      expect((await ask(id)).machine).toEqual(id === 'none' ? null : { id });
    }
    expect(calls()).toBe(2);
  });

  it('is one call, however many ask at the same time', async () => {
    await open({ emulator: { latencyMs: 2_000 } });
    const found = await Promise.all(Array.from({ length: 20 }, () => ask('m7')));
    expect(found.map(({ machine }) => machine?.id)).toEqual(Array(20).fill('m7'));
    expect(calls()).toBe(1);
  });

  it('is served stale at once, and renewed by one call in the background, however many ask', async () => {
    await open();
    await ask('m7');
    running.emulator.replaceFleet({ kind: 'rows', rows: [] });
    running.emulator.configure({ latencyMs: 3_000 });
    clock.advance(age.stale);
    for (const { machine, upstream } of await Promise.all(Array.from({ length: 20 }, () => ask('m7')))) {
      expect(machine).toEqual({ id: 'm7' });
      expect(upstream).toMatchObject({ calls: 0, cache: 'STALE' });
      expect(ageSecondsOf(upstream, clock.now())).toBe(61);
    }
    await until(async () => expect((await ask('m7')).machine).toBeNull());
    expect(calls()).toBe(2);
  });

  it('goes on being served stale while its refresh fails, and is refreshed 5 s later', async () => {
    await open();
    await ask('m7');
    clock.advance(age.stale);
    running.emulator.faults.next(1, down);
    expect((await ask('m7')).upstream.cache).toBe('STALE');
    await until(() => expect(running.emulator.requests().at(-1)?.status).toBe(503));
    expect((await ask('m7')).upstream.cache).toBe('STALE');
    expect(calls()).toBe(2);
    clock.advance(5_000);
    await until(async () => expect((await ask('m7')).upstream.cache).toBe('HIT'));
    expect(calls()).toBe(3);
  });

  it.each([
    ['stale', age.stale],
    ['old', age.old],
  ])(
    'that is %s is asked for seldom where upstream is down: 5 s after a failure, then ever later',
    async (_, ms) => {
      await open();
      await ask('m7');
      clock.advance(ms);
      running.emulator.faults.next(1_000, down);
      for (let second = 0; second < 300; second += 5) {
        expect((await ask('m7')).upstream.cache).toBe('STALE');
        clock.advance(5_000);
      }
      // At 0, 5, 15, 35, 75, 135, 195 and 255 s, and what it took before.
      await until(() => expect(calls()).toBeGreaterThan(5));
      expect(calls()).toBeLessThanOrEqual(9);
    },
  );

  it('is refreshed first once it is old, by one call for all callers', async () => {
    await open();
    await ask('m7');
    clock.advance(age.old);
    running.emulator.replaceFleet({ kind: 'rows', rows: [] });
    const found = await Promise.all(Array.from({ length: 50 }, () => ask('m7')));
    expect(found.map(({ machine }) => machine)).toEqual(Array(50).fill(null));
    expect(found[0]?.upstream.cache).toBe('MISS');
    expect(calls()).toBe(2);
  });

  it('that is old is served after the patience, while its refresh goes on', async () => {
    await open({ environment: { REQUEST_TIMEOUT_SECONDS: '5' } });
    await ask('m7');
    clock.advance(age.old);
    running.emulator.replaceFleet({ kind: 'rows', rows: [] });
    // The patience is 3 s, but at most half of the caller's time.
    running.emulator.configure({ latencyMs: 4_500 });
    expect(await ask('m7')).toMatchObject({ machine: { id: 'm7' }, upstream: { cache: 'STALE' } });
    await until(async () => expect((await ask('m7')).upstream.cache).toBe('HIT'));
    expect(calls()).toBe(2);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['an earlier answer', () => ask('m7')],
    ['a window', () => askPage(running)],
  ])('is served from %s past its time where upstream is down', async (_, before) => {
    await open();
    await before();
    clock.advance(30 * minute);
    running.emulator.faults.next(2, down);
    const { machine, upstream } = await ask('m7');
    expect([machine, upstream.cache]).toEqual([{ id: 'm7' }, 'STALE']);
    expect(ageSecondsOf(upstream, clock.now())).toBe(1_800);
    clock.advance(31 * minute);
    expect(await ask('m7')).toMatchObject({ machine: null, code: 'UPSTREAM_UNAVAILABLE' });
  });

  it('that is old is not served where upstream rejects us', async () => {
    await open();
    await ask('m7');
    clock.advance(age.old);
    running.emulator.faults.next(2, { kind: 'status', status: 403 });
    expect(await ask('m7')).toMatchObject({ machine: null, code: 'UPSTREAM_FORBIDDEN' });
  });
});
