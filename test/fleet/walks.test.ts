import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FleetPresence } from '../../src/emulator/emulator.ts';
import { createFleetViews } from '../../src/fleet/fleet-views.ts';
import type { Catalog, CatalogArguments } from '../../src/machines/catalog.ts';
import { noTicks, ticksOf } from '../../src/machines/ticks.ts';
import {
  type FleetBeforeEmulator,
  idsOf,
  runFleet,
  smallMachines,
} from '../support/fleet-before-emulator.ts';
import { noTurns } from '../support/no-turns.ts';
import { callOf, catalogOver } from '../support/plain-fleet.ts';

const machines = 20_000;
const pageSize = 100;
/** At this pace a walk takes ten minutes, in which the fleet is read twice more. */
const pageMs = 3_000;

/** One walk to its end, page by page. */
interface Walk {
  readonly args: CatalogArguments;
  readonly direction: 'first' | 'last';
  readonly ids: string[];
  /** Order of the machines on the pages, as it was met. */
  readonly seen: string[];
  cursor: string | undefined;
  hasEnded: boolean;
}

const walk = (direction: Walk['direction'], args: CatalogArguments = {}): Walk => ({
  args,
  direction,
  ids: [],
  seen: [],
  cursor: undefined,
  hasEnded: false,
});

describe('walks by 100 over 20,000 machines with 600 changes a minute', () => {
  let running: FleetBeforeEmulator;
  let presence: FleetPresence;
  let held: readonly string[];
  const asked: string[] = [];
  const walks = {
    forwards: walk('first'),
    backwards: walk('last'),
    'by LAST_SEEN': walk('first', { orderBy: [{ field: 'LAST_SEEN', direction: 'DESC' }] }),
    'backwards by LAST_SEEN': walk('last', { orderBy: [{ field: 'LAST_SEEN' }] }),
  };

  beforeAll(async () => {
    running = await runFleet({
      emulator: {
        fleet: { kind: 'rows', rows: smallMachines(machines) },
        churnPerMinute: 600,
        accept: { not: true },
      },
    });
    presence = running.emulator.watch();
    const { fleet, engine, clock } = running;
    await running.until(() => fleet.current() !== undefined);
    const snapshot = fleet.current();
    held = snapshot === undefined ? [] : idsOf(snapshot);
    const views = createFleetViews({
      fleet,
      engine,
      turn: noTurns,
      freshMs: 900_000,
      monotonic: clock.now,
    });
    const catalog = catalogOver(views, asked);
    const startedAt = clock.now();
    for (let page = 1; Object.values(walks).some(({ hasEnded }) => !hasEnded); page++) {
      for (const each of Object.values(walks)) if (!each.hasEnded) await takePage(each, catalog);
      const next = page * pageMs + startedAt;
      await running.until(() => running.clock.now() >= next, pageMs);
    }
  }, 240_000);
  afterAll(() => running.close());

  async function takePage(each: Walk, catalog: Catalog): Promise<void> {
    const { args, direction, cursor } = each;
    const span =
      direction === 'first' ? { first: pageSize, after: cursor } : { last: pageSize, before: cursor };
    const call = { ...callOf(), deadline: running.clock.now() + 10_000 };
    const page = await catalog.page({ ...args, ...span }, call);
    for (const node of page.nodes()) {
      each.ids.push(node?.id ?? '');
      each.seen.push(node?.lastSeen ?? '');
    }
    expect(page.consistency).toBe('LISTING');
    expect(page.totalCount).toBe(held.length);
    each.hasEnded = direction === 'first' ? !page.hasNextPage : !page.hasPreviousPage;
    each.cursor = page.cursorOf(direction === 'first' ? page.size - 1 : 0);
  }

  it.each(Object.entries(walks))('%s: nothing lost, nothing twice', (_, { ids }) => {
    expect(ids).toHaveLength(held.length);
    expect(new Set(ids)).toEqual(new Set(held));
    const met = new Set(ids);
    expect([...presence.throughout()].filter((id) => !met.has(id))).toEqual([]);
  });

  it('come in the requested order', () => {
    const instants = walks['by LAST_SEEN'].seen.map((text) => ticksOf(text) ?? noTicks);
    const isLater = (at: bigint, index: number): boolean => index > 0 && at > (instants[index - 1] ?? at);
    expect(instants.filter(isLater)).toEqual([]);
  });

  it('outlast the readings meanwhile, and ask nothing of upstream', () => {
    expect(running.reports.length).toBeGreaterThanOrEqual(3);
    expect(asked).toEqual([]);
  });
});
