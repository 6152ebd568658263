import { afterEach, describe, expect, it } from 'vitest';
import { askFailing, askPage, bareRows } from '../../support/machine-pages.ts';
import {
  type RunningGateway,
  type RunningGatewayOptions,
  runGateway,
} from '../../support/running-gateway.ts';
import { type SetClock, setClock } from '../../support/set-clock.ts';
import { until } from '../../support/until.ts';

const limited = { kind: 'status', status: 429, headers: { 'retry-after': '600' } } as const;
const rows = bareRows(300);
const ids = rows.map(({ id }) => id);

describe('what a gateway holds', () => {
  let running: RunningGateway;
  let clock: SetClock;
  afterEach(() => running.close());

  const open = async (options: RunningGatewayOptions = {}): Promise<void> => {
    clock = setClock();
    const environment = { UPSTREAM_WINDOW_ROWS: '50', ...options.environment };
    running = await runGateway({ now: clock.now, rows, ...options, environment });
  };
  const calls = (): number => running.emulator.requests().length;

  it('bridges an outage for pages far down the list, too, though the top was renewed before it', async () => {
    await open();
    expect((await askPage(running, { last: 5 })).ids).toEqual(ids.slice(-5));
    clock.advance(61_000);
    const before = calls();
    await askPage(running, { last: 5 });
    await until(() => expect(calls()).toBe(before + 1));
    await until(async () => expect((await askPage(running, { first: 1 })).upstream.cache).toBe('HIT'));

    running.emulator.faults.next(1_000, limited);
    const page = await askPage(running, { last: 5 });
    expect(page.ids).toEqual(ids.slice(-5));
    expect(page.upstream).toMatchObject({ cache: 'STALE', consistency: 'LISTING' });
  });

  it('waits at most half of a request’s time while the gate is shut', async () => {
    await open({ environment: { REQUEST_TIMEOUT_SECONDS: '8' } });
    await askPage(running, { last: 5 });
    clock.advance(61_000);
    await askPage(running, { first: 1 });
    await until(async () => expect((await askPage(running, { first: 1 })).upstream.cache).toBe('HIT'));
    running.emulator.faults.next(1_000, { ...limited, headers: { 'retry-after': '6' } });
    await askPage(running, { last: 5 });
    const before = calls();
    expect((await askPage(running, { last: 5 })).ids).toEqual(ids.slice(-5));
    expect(calls()).toBe(before);
  });

  it('stands in for no more than it holds', async () => {
    await open();
    await askPage(running, { first: 5 });
    running.emulator.faults.next(1_000, limited);
    expect(await askFailing(running, { last: 5 })).toMatchObject({ code: 'QUOTA_EXHAUSTED' });
  });

  it('stays in use for callers it has served, however old it was then', async () => {
    await open({ environment: { CACHE_RENEW_SECONDS: '3000' } });
    await askPage(running, { first: 20 });
    clock.advance(11 * 60_000);
    const first = await askPage(running, { first: 20 });
    expect(first.upstream.cache).toBe('STALE');
    await until(() => expect(calls()).toBe(2));
    await until(async () => expect((await askPage(running, { first: 1 })).upstream.cache).toBe('HIT'));
    const second = await askPage(running, { first: 20, after: first.endCursor });
    expect(second.upstream.consistency).toBe('LISTING');
    expect(second.ids).toEqual(ids.slice(20, 40));
  });

  it('is walked through to its end where nothing may be served past its time', async () => {
    await open({
      environment: { CACHE_FRESH_SECONDS: '0', CACHE_RENEW_SECONDS: '0', CACHE_STALE_SECONDS: '0' },
    });
    const met: string[] = [];
    for (let after: string | null = null, more = true; more; clock.advance(1_000)) {
      const page = await askPage(running, { first: 20, after });
      expect(page.upstream.consistency).toBe('LISTING');
      met.push(...page.ids);
      more = page.hasNextPage;
      after = page.endCursor;
    }
    expect(met).toEqual(ids);
    expect(calls()).toBe(7);
  });

  it('is served in time where the request has little time and upstream stalls', async () => {
    await open({ environment: { REQUEST_TIMEOUT_SECONDS: '4' } });
    await askPage(running);
    clock.advance(301_000);
    running.emulator.faults.next(1, { kind: 'stall', at: 'headers' });
    expect((await askPage(running)).upstream.cache).toBe('STALE');
  });
});

describe('a cursor that leads far behind the end', () => {
  let running: RunningGateway;
  afterEach(() => running.close());

  it('costs one call beyond those of the list, not one a window on the way back', async () => {
    running = await runGateway({ rows, environment: { UPSTREAM_WINDOW_ROWS: '50' } });
    const { endCursor } = await askPage(running, { first: 1 });
    const text = Buffer.from(endCursor ?? '', 'base64url').toString();
    const far = Buffer.from(text.replace('.0.m0', '.1000000000.m0')).toString('base64url');
    expect((await askPage(running, { last: 5, before: far })).ids).toEqual(ids.slice(-5));
    expect(running.emulator.requests().length).toBeLessThanOrEqual(9);
  });
});
