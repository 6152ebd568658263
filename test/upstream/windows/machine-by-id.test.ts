import { afterEach, describe, expect, it } from 'vitest';
import { askPage, bareRows } from '../../support/machine-pages.ts';
import {
  type RunningGateway,
  type RunningGatewayOptions,
  runGateway,
} from '../../support/running-gateway.ts';
import { type SetClock, setClock } from '../../support/set-clock.ts';

const minute = 60_000;

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

  it('that was asked for before needs no call, also where there is none', async () => {
    await open();
    for (const id of ['m7', 'none', 'm7', 'none']) {
      expect((await ask(id)).machine).toEqual(id === 'none' ? null : { id });
    }
    expect(calls()).toBe(2);
  });

  it('is one call, however many ask at the same time', async () => {
    await open({ emulator: { latencyMs: 100 } });
    const found = await Promise.all(Array.from({ length: 50 }, () => ask('m7')));
    expect(found.map(({ machine }) => machine?.id)).toEqual(Array(50).fill('m7'));
    expect(calls()).toBe(1);
  });

  it('is asked for anew once its answer is no longer fresh', async () => {
    await open();
    await ask('m7');
    clock.advance(2 * minute);
    running.emulator.replaceFleet({ kind: 'rows', rows: [] });
    expect(await ask('m7')).toMatchObject({ machine: null, upstream: { calls: 1, cache: 'MISS' } });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['an earlier answer', () => ask('m7')],
    ['a window', () => askPage(running)],
  ])('is served from %s past its time where upstream is down', async (_, before) => {
    await open();
    await before();
    clock.advance(30 * minute);
    running.emulator.faults.next(2, { kind: 'status', status: 503 });
    expect(await ask('m7')).toMatchObject({
      machine: { id: 'm7' },
      upstream: { cache: 'STALE', ageSeconds: 1_800 },
    });
    clock.advance(31 * minute);
    expect(await ask('m7')).toMatchObject({ machine: null, code: 'UPSTREAM_UNAVAILABLE' });
  });

  it('is not served past its time where upstream refuses us', async () => {
    await open();
    await ask('m7');
    clock.advance(2 * minute);
    running.emulator.faults.next(1, { kind: 'status', status: 403 });
    expect(await ask('m7')).toMatchObject({ machine: null, code: 'UPSTREAM_FORBIDDEN' });
  });
});
