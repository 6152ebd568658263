import { once } from 'node:events';
import { get } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/emulator/emulator.ts';
import { ageSecondsOf } from '../../support/age-of.ts';
import { askFailing, askPage, bareRows, walk } from '../../support/machine-pages.ts';
import {
  type RunningGateway,
  type RunningGatewayOptions,
  runGateway,
} from '../../support/running-gateway.ts';
import { type SetClock, setClock } from '../../support/set-clock.ts';
import { until } from '../../support/until.ts';

const down: Fault = { kind: 'status', status: 503 };
/** Ages by the default settings. */
const age = { fresh: 59_000, stale: 61_000, old: 301_000, dead: 3_601_000 } as const;

describe('a gateway', () => {
  let running: RunningGateway;
  let clock: SetClock;
  afterEach(() => running.close());

  const open = async (options: RunningGatewayOptions = {}): Promise<void> => {
    clock = setClock();
    running = await runGateway({ now: clock.now, ...options });
  };
  const calls = (): number => running.emulator.requests().length;

  it('makes one call for 500 concurrent identical cold queries', async () => {
    await open({ rows: bareRows(120) });
    const pages = await Promise.all(Array.from({ length: 500 }, () => askPage(running, { first: 50 })));
    expect(calls()).toBe(1);
    expect(new Set(pages.map(({ ids }) => ids.join()))).toEqual(
      new Set([
        bareRows(50)
          .map(({ id }) => id)
          .join(),
      ]),
    );
    expect(pages.reduce((sum, { upstream }) => sum + upstream.calls, 0)).toBe(1);
  });

  it('makes no call for a page within cached windows', async () => {
    await open({ rows: bareRows(900) });
    const first = await askPage(running, { first: 300 });
    await askPage(running, { first: 300, after: first.endCursor });
    await askPage(running, { first: 7 });
    await askPage(running, { last: 7 });
    expect(calls()).toBe(1);
  });

  it('walks 25,000 machines by 100 in four calls', async () => {
    await open({ rows: bareRows(25_000) });
    const met: string[] = [];
    for await (const { ids } of walk(running, { first: 100 })) met.push(...ids);
    expect(met).toEqual(bareRows(25_000).map(({ id }) => id));
    expect(calls()).toBe(1 + Math.ceil((25_000 - 1_002) / 10_000));
  });

  it('keeps empty answers, with 200 and with 404', async () => {
    await open({ rows: [], emulator: { emptyListAs404: false } });
    const ubuntu = { osPlatform: { eq: 'Ubuntu' } };
    expect(await askPage(running)).toMatchObject({ ids: [], totalCount: 0 });
    expect(await askPage(running)).toMatchObject({ ids: [], totalCount: 0 });
    running.emulator.configure({ emptyListAs404: true });
    expect(await askPage(running, { filter: ubuntu })).toMatchObject({ ids: [], totalCount: 0 });
    expect(await askPage(running, { filter: ubuntu })).toMatchObject({ ids: [], totalCount: 0 });
    expect(calls()).toBe(2);
  });

  it('keeps no errors', async () => {
    await open();
    running.emulator.faults.next(1, down);
    expect(await askFailing(running)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect((await askPage(running)).ids).toHaveLength(50);
    expect(calls()).toBe(2);
  });

  it('shares a failing call, too', async () => {
    await open({ emulator: { latencyMs: 2_000 } });
    running.emulator.faults.next(1, down);
    const failed = await Promise.all(Array.from({ length: 20 }, () => askFailing(running)));
    expect(new Set(failed.map(({ code }) => code))).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
    expect(calls()).toBe(1);
  });

  it('serves fresh rows as they are', async () => {
    await open();
    await askPage(running);
    clock.advance(age.fresh);
    const { upstream } = await askPage(running);
    expect(upstream).toMatchObject({ cache: 'HIT', calls: 0 });
    expect(ageSecondsOf(upstream, clock.now())).toBe(59);
    expect(calls()).toBe(1);
  });

  it('serves stale rows at once, and refreshes them by one background call for any number of callers', async () => {
    await open({ rows: bareRows(3) });
    await askPage(running);
    running.emulator.replaceFleet({ kind: 'rows', rows: bareRows(3, 'new') });
    running.emulator.configure({ latencyMs: 3_000 });
    clock.advance(age.stale);
    const pages = await Promise.all(Array.from({ length: 20 }, () => askPage(running)));
    for (const { ids, upstream } of pages) {
      expect(ids[0]).toBe('m0');
      expect(upstream).toMatchObject({ cache: 'STALE', calls: 0 });
      expect(ageSecondsOf(upstream, clock.now())).toBe(61);
    }
    await until(async () => expect((await askPage(running)).ids[0]).toBe('new0'));
    expect(calls()).toBe(2);
  });

  it('goes on serving stale rows while their refresh fails', async () => {
    await open();
    await askPage(running);
    clock.advance(age.stale);
    running.emulator.faults.next(1, down);
    expect((await askPage(running)).upstream.cache).toBe('STALE');
    await until(() => expect(running.emulator.requests().at(-1)?.status).toBe(503));
    expect((await askPage(running)).upstream.cache).toBe('STALE');
    clock.advance(5_000);
    await until(async () => expect((await askPage(running)).upstream.cache).toBe('HIT'));
  });

  it.each([
    ['stale', age.stale],
    ['old', age.old],
  ])(
    'asks an upstream that is down seldom for what is %s: 5 s after a failure, then ever later',
    async (_, ms) => {
      await open();
      await askPage(running);
      clock.advance(ms);
      running.emulator.faults.next(1_000, down);
      for (let second = 0; second < 300; second += 5) {
        expect((await askPage(running)).upstream.cache).toBe('STALE');
        clock.advance(5_000);
      }
      // At 0, 5, 15, 35, 75, 135, 195 and 255 s, and what it took before.
      await until(() => expect(calls()).toBeGreaterThan(5));
      expect(calls()).toBeLessThanOrEqual(9);
    },
  );

  it('refreshes old rows first', async () => {
    await open({ rows: bareRows(3) });
    await askPage(running);
    running.emulator.replaceFleet({ kind: 'rows', rows: bareRows(3, 'new') });
    clock.advance(age.old);
    const pages = await Promise.all(Array.from({ length: 50 }, () => askPage(running)));
    for (const { ids, upstream } of pages) {
      expect(ids[0]).toBe('new0');
      expect(ageSecondsOf(upstream, clock.now())).toBe(0);
    }
    expect(pages.map(({ upstream }) => upstream.cache)).toContain('MISS');
    expect(calls()).toBe(2);
  });

  it.each<[string, Fault]>([
    ['answers 503', down],
    ['answers 429', { kind: 'status', status: 429, headers: { 'retry-after': '30' } }],
    ['breaks the connection', { kind: 'reset' }],
    ['breaks off in the body', { kind: 'truncate' }],
    ['sends half a JSON', { kind: 'truncatedJson' }],
    ['sends no JSON', { kind: 'invalidJson' }],
    ['stalls', { kind: 'stall', at: 'headers' }],
  ])('serves what is old where upstream %s', async (_, fault) => {
    await open({ environment: { UPSTREAM_HEADERS_TIMEOUT_SECONDS: '2' } });
    await askPage(running);
    clock.advance(age.old);
    running.emulator.faults.next(1, fault);
    const { ids, upstream } = await askPage(running);
    expect(ids).toHaveLength(50);
    expect(upstream).toMatchObject({ cache: 'STALE', consistency: 'LISTING' });
    expect(ageSecondsOf(upstream, clock.now())).toBe(301);
  });

  it.each<[number, string]>([
    [400, 'UPSTREAM_REJECTED'],
    [401, 'UPSTREAM_UNAUTHORIZED'],
    [403, 'UPSTREAM_FORBIDDEN'],
  ])('does not bridge a rejection: %d of what is old is %s', async (status, code) => {
    await open();
    await askPage(running);
    clock.advance(age.old);
    running.emulator.faults.next(2, { kind: 'status', status });
    expect(await askFailing(running)).toMatchObject({ code });
  });

  it('serves nothing that is dead', async () => {
    await open();
    await askPage(running);
    clock.advance(age.dead);
    running.emulator.faults.next(1, down);
    expect(await askFailing(running)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect((await askPage(running)).upstream.cache).toBe('MISS');
  });

  it('goes on with a call whose first caller has left, for the others', async () => {
    await open({ emulator: { latencyMs: 2_000 } });
    const leaving = get(`${running.gateway.url}/graphql?query={machines{nodes{id}}}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    const left = once(leaving, 'response');
    await until(() => expect(calls()).toBe(1));
    const stayed = askPage(running);
    // Answered behind it, so that by then it has come in.
    await running.ask('{ __typename }');
    leaving.destroy();
    await expect(left).rejects.toThrow();
    expect((await stayed).ids).toHaveLength(50);
    expect(calls()).toBe(1);
  });

  it('answers a caller whose time is up that upstream took too long', async () => {
    await open({ environment: { REQUEST_TIMEOUT_SECONDS: '1' } });
    running.emulator.faults.next(1, { kind: 'stall', at: 'headers' });
    expect(await askFailing(running)).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
  });
});
