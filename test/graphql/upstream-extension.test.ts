import { afterEach, describe, expect, it } from 'vitest';
import { askPage, bareRows } from '../support/machine-pages.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { type SetClock, setClock } from '../support/set-clock.ts';

describe('extensions.upstream', () => {
  let running: RunningGateway;
  let clock: SetClock;
  afterEach(() => running.close());

  const open = async (environment: Record<string, string> = {}): Promise<void> => {
    clock = setClock();
    running = await runGateway({ clock, rows: bareRows(30), environment });
  };
  const upstreamOf = async (query: string, variables?: unknown) =>
    (await running.ask(query, variables)).extensions.upstream;

  const windows = { source: 'WINDOWS' };
  /** When the first call was sent: the clock stands still but for where a test moves it. */
  const start = new Date(setClock().now()).toISOString();

  it('shows calls, cache, consistency of a page, and when it was read', async () => {
    await open();
    const told = async () => (await askPage(running)).upstream;
    expect(await told()).toEqual({
      ...windows,
      calls: 1,
      cache: 'MISS',
      asOf: start,
      consistency: 'LISTING',
    });
    clock.advance(30_000);
    expect(await told()).toEqual({
      ...windows,
      calls: 0,
      cache: 'HIT',
      asOf: start,
      consistency: 'LISTING',
    });
    clock.advance(60_000);
    expect(await told()).toEqual({
      ...windows,
      calls: 0,
      cache: 'STALE',
      asOf: start,
      consistency: 'LISTING',
    });
  });

  it('says that no machine was asked for', async () => {
    await open();
    const nothing = { calls: 0, source: null, cache: null, asOf: null, consistency: null };
    expect(await upstreamOf('{ __typename }')).toEqual(nothing);
    expect(await upstreamOf('{ machines(filter: { id: { in: [] } }) { totalCount } }')).toEqual(nothing);
  });

  it('shows no consistency of machines by id, as nothing was listed', async () => {
    await open();
    const told = await upstreamOf('{ machine(id: "m1") { id } }');
    expect(told).toEqual({ ...windows, calls: 1, cache: 'MISS', asOf: start, consistency: null });
  });

  it('shows when rows were read by the clock of then, though it was set back since', async () => {
    await open();
    await askPage(running);
    clock.setAhead(-3_600_000);
    clock.advance(30_000);
    expect((await askPage(running)).upstream).toMatchObject({ cache: 'HIT', asOf: start });
  });

  it('shows of an empty page what it shows of any other', async () => {
    await open();
    const told = async () => (await askPage(running, { filter: { osPlatform: { eq: 'none' } } })).upstream;
    expect(await told()).toMatchObject({ calls: 1, cache: 'MISS', asOf: start });
    clock.advance(30_000);
    expect(await told()).toMatchObject({ calls: 0, cache: 'HIT', asOf: start });
  });

  it('is there beside errors, too', async () => {
    await open();
    running.emulator.faults.next(1, { kind: 'status', status: 503 });
    expect(await upstreamOf('{ machines { totalCount } }')).toMatchObject({ calls: 1, cache: null });
    expect(await upstreamOf('{ machines(first: -1) { totalCount } }')).toMatchObject({
      calls: 0,
      cache: null,
    });
  });

  it('counts every try', async () => {
    await open({ UPSTREAM_RETRIES: '2' });
    running.emulator.faults.next(1, { kind: 'status', status: 503 });
    expect(await upstreamOf('{ machines { totalCount } }')).toMatchObject({ calls: 2, cache: 'MISS' });
  });

  it('sums up an operation: all its calls, the cache state of most weight, the oldest rows', async () => {
    await open();
    await askPage(running);
    clock.advance(50_000);
    const both = `{ known: machine(id: "m1") { id } unknown: machine(id: "none") { id }
      all: machines { totalCount } some: machines(filter: { riskScore: { eq: LOW } }) { totalCount } }`;
    expect(await upstreamOf(both)).toEqual({
      ...windows,
      calls: 2,
      cache: 'MISS',
      asOf: start,
      consistency: 'LISTING',
    });
  });
});
