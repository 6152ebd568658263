import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/emulator/emulator.ts';
import { askPage, bareRows } from '../../support/machine-pages.ts';
import { type RunningGateway, runGateway } from '../../support/running-gateway.ts';
import { type SetClock, setClock } from '../../support/set-clock.ts';

const notFound: Fault = { kind: 'status', status: 404 };
const oldMs = 301_000;

describe('a list with machines that comes empty', () => {
  let running: RunningGateway;
  let clock: SetClock;
  afterEach(() => running.close());

  const open = async (size: number): Promise<void> => {
    clock = setClock();
    running = await runGateway({ clock, rows: bareRows(size) });
    await askPage(running, { first: 5 });
  };
  const calls = (): number => running.emulator.requests().length;
  /** Asks when a refresh comes first, and counts what it took. */
  const refreshed = async (): Promise<readonly [machines: number, calls: number]> => {
    clock.advance(oldMs);
    const before = calls();
    const { ids } = await askPage(running, { first: 5 });
    return [ids.length, calls() - before];
  };

  it('is repeated after one stray 404, and keeps its machines', async () => {
    await open(30);
    running.emulator.faults.next(1, notFound);
    expect(await refreshed()).toEqual([5, 2]);
    expect(await refreshed()).toEqual([5, 1]);
  });

  it('twice is empty, which costs one call more once', async () => {
    await open(30);
    running.emulator.replaceFleet({ kind: 'rows', rows: [] });
    expect(await refreshed()).toEqual([0, 2]);
    clock.advance(3_600_000);
    expect(await refreshed()).toEqual([0, 1]);
  });

  it('is believed at once where it had no machines before', async () => {
    await open(0);
    expect(calls()).toBe(1);
    expect(await refreshed()).toEqual([0, 1]);
  });
});
