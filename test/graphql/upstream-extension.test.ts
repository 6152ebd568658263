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
    running = await runGateway({ now: clock.now, rows: bareRows(30), environment });
  };
  const upstreamOf = async (query: string, variables?: unknown) =>
    (await running.ask(query, variables)).extensions.upstream;

  it('tells calls, cache, age and consistency of a page', async () => {
    await open();
    const told = async () => (await askPage(running)).upstream;
    expect(await told()).toEqual({ calls: 1, cache: 'MISS', ageSeconds: 0, consistency: 'LISTING' });
    clock.advance(30_000);
    expect(await told()).toEqual({ calls: 0, cache: 'HIT', ageSeconds: 30, consistency: 'LISTING' });
    clock.advance(60_000);
    expect(await told()).toEqual({ calls: 0, cache: 'STALE', ageSeconds: 90, consistency: 'LISTING' });
  });

  it('tells that nothing was asked for', async () => {
    await open();
    const nothing = { calls: 0, cache: null, ageSeconds: null, consistency: 'LISTING' };
    expect(await upstreamOf('{ __typename }')).toEqual(nothing);
    expect(await upstreamOf('{ machines(filter: { id: { in: [] } }) { totalCount } }')).toEqual(nothing);
  });

  it('tells of an empty page what it tells of any other', async () => {
    await open();
    const told = async () => (await askPage(running, { filter: { osPlatform: { eq: 'none' } } })).upstream;
    expect(await told()).toMatchObject({ calls: 1, cache: 'MISS', ageSeconds: 0 });
    clock.advance(30_000);
    expect(await told()).toMatchObject({ calls: 0, cache: 'HIT', ageSeconds: 30 });
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

  it('sums up an operation: all its calls, the most telling of its rows, the oldest of them', async () => {
    await open();
    await askPage(running);
    clock.advance(50_000);
    const both = `{ known: machine(id: "m1") { id } unknown: machine(id: "none") { id }
      all: machines { totalCount } some: machines(filter: { riskScore: { eq: LOW } }) { totalCount } }`;
    expect(await upstreamOf(both)).toEqual({
      calls: 2,
      cache: 'MISS',
      ageSeconds: 50,
      consistency: 'LISTING',
    });
  });
});
