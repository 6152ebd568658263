import { afterEach, describe, expect, it } from 'vitest';
import { askPage, bareRows } from '../../support/machine-pages.ts';
import { type RunningGateway, runGateway } from '../../support/running-gateway.ts';
import { type SetClock, setClock } from '../../support/set-clock.ts';
import { until } from '../../support/until.ts';

const hourMs = 3_600_000;

describe('a wall clock that is set back by an hour', () => {
  let running: RunningGateway;
  let clock: SetClock;
  afterEach(() => running.close());

  const open = async (environment: Readonly<Record<string, string>> = {}): Promise<void> => {
    clock = setClock();
    running = await runGateway({ clock, rows: bareRows(300), environment });
  };
  const machine = async () => (await running.ask('{ machine(id: "m7") { id } }')).extensions.upstream;
  const calls = (): number => running.emulator.requests().length;

  it('makes no rows fresh that are past their time', async () => {
    await open();
    await askPage(running);
    clock.setAhead(-hourMs);
    clock.advance(61_000);
    expect((await askPage(running)).upstream).toMatchObject({ cache: 'STALE' });
    await until(async () => expect((await askPage(running)).upstream.cache).toBe('HIT'));
    expect(calls()).toBe(2);
    clock.advance(hourMs);
    expect((await askPage(running)).upstream).toMatchObject({ cache: 'MISS' });
  });

  it('makes no machine by id fresh that is past its time', async () => {
    await open();
    await machine();
    clock.setAhead(-hourMs);
    clock.advance(301_000);
    expect(await machine()).toMatchObject({ cache: 'MISS', calls: 1 });
  });

  it('ends no walk, and keeps no reading for longer', async () => {
    await open({ UPSTREAM_WINDOW_ROWS: '50' });
    const first = await askPage(running, { first: 20 });
    clock.setAhead(-hourMs);
    const second = await askPage(running, { first: 20, after: first.endCursor });
    expect(second.upstream.consistency).toBe('LISTING');
    clock.advance(hourMs + 1_000);
    const third = await askPage(running, { first: 20, after: second.endCursor });
    expect(third.upstream.consistency).toBe('ANCHORED');
  });

  it('and then ahead leaves fresh rows fresh', async () => {
    await open();
    await askPage(running);
    for (const ms of [-hourMs, 3 * hourMs]) {
      clock.setAhead(ms);
      expect((await askPage(running)).upstream).toMatchObject({ cache: 'HIT', calls: 0 });
    }
  });

  it('shows the time of the call: asOf is by the wall clock', async () => {
    await open();
    const asOf = async (filter: string): Promise<string> =>
      (await running.ask(`{ machines(filter: { osPlatform: { eq: "${filter}" } }) { asOf } }`)).data.machines
        .asOf;
    expect(await asOf('a')).toBe('2026-09-08T00:00:00.000Z');
    clock.setAhead(-hourMs);
    expect(await asOf('b')).toBe('2026-09-07T23:00:00.000Z');
  });
});
