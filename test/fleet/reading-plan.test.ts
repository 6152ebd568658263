import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ticks } from '../../src/machines/ticks.ts';
import { cases } from '../support/cases.ts';
import {
  knownFrom,
  type ReadingRun,
  runPlan,
  type SimulatedMachine,
  type Upstream,
} from './simulated-fleet.ts';

const start: Ticks = BigInt(Date.UTC(2026, 8, 8)) * 10_000n;

/** Plain pseudo-random numbers, from a seed that fast-check gives. */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const orders: Readonly<Record<string, Upstream['order']>> = {
  insertion: (machines) => machines,
  'newest-seen': (machines) =>
    machines.toSorted((a, b) => {
      const at = (machine: SimulatedMachine) =>
        typeof machine.lastSeen === 'bigint' ? machine.lastSeen : -1n;
      return at(a) < at(b) ? 1 : at(a) > at(b) ? -1 : 0;
    }),
  'oldest-seen': (machines) =>
    machines.toSorted((a, b) => {
      const at = (machine: SimulatedMachine) =>
        typeof machine.lastSeen === 'bigint' ? machine.lastSeen : -1n;
      return at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0;
    }),
  unstable: (machines, call) => {
    const random = randomOf(call);
    return machines
      .map((machine) => ({ machine, key: random(2 ** 31) }))
      .sort((a, b) => a.key - b.key)
      .map(({ machine }) => machine);
  },
};

/** A fleet on which things happen. */
class MovingFleet {
  readonly random: (below: number) => number;
  machines: SimulatedMachine[];
  now: Ticks = start;
  throughout: Set<string>;
  everThere: Set<string>;
  #next: number;

  constructor(seed: number, size: number, instants: number, neverSeen = 0) {
    this.random = randomOf(seed);
    this.machines = Array.from({ length: size }, (_, index) => ({
      id: `m${index}`,
      lastSeen:
        this.random(100) < neverSeen ? (this.random(2) === 0 ? 'null' : 'year 1') : this.#instant(instants),
    }));
    this.throughout = new Set(this.machines.map(({ id }) => id));
    this.everThere = new Set(this.throughout);
    this.#next = size;
  }

  #instant(instants: number): Ticks {
    return start - 864_000_000_000n + (BigInt(this.random(instants)) * 864_000_000_000n) / BigInt(instants);
  }

  /** From now on. */
  watch(): void {
    this.throughout = new Set(this.machines.map(({ id }) => id));
    this.everThere = new Set(this.throughout);
  }

  move(events: number): void {
    for (let event = 0; event < events; event += 1) {
      this.now += BigInt(this.random(3) * 1_000_000);
      const kind = this.random(10);
      const at = this.random(Math.max(1, this.machines.length));
      const machine = this.machines[at];
      if (kind === 0 || machine === undefined) {
        const id = `m${this.#next++}`;
        this.machines.push({ id, lastSeen: this.now });
        this.everThere.add(id);
      } else if (kind === 1) {
        this.machines.splice(at, 1);
        this.throughout.delete(machine.id);
      } else {
        this.machines[at] = { ...machine, lastSeen: this.now };
      }
    }
  }
}

function expectWhole(run: ReadingRun, fleet: MovingFleet): void {
  expect(run.end).toEqual({ kind: 'whole', exact: true });
  expect([...fleet.throughout].filter((id) => !run.machines.has(id))).toEqual([]);
  expect([...run.machines.keys()].filter((id) => !fleet.everThere.has(id))).toEqual([]);
}

const upstreamOf = (
  fleet: MovingFleet,
  order: Upstream['order'],
  change: Partial<Upstream> = {},
): Upstream => ({
  machines: () => fleet.machines,
  takesNot: true,
  takesBefore: true,
  order,
  ...change,
});

const fleets = fc
  .record({
    seed: fc.integer({ min: 1, max: 2 ** 31 }),
    size: fc.integer({ min: 0, max: 600 }),
    windowRows: fc.integer({ min: 20, max: 80 }),
    order: fc.constantFrom(...Object.keys(orders)),
    events: fc.integer({ min: 0, max: 12 }),
  })
  .map((fleet) => ({ ...fleet, events: Math.min(fleet.events, fleet.windowRows >> 3) }));

describe('a plan of reading', () => {
  it('brings every machine that exists throughout, and none that never was, whatever moves between the calls', () => {
    fc.assert(
      fc.property(fleets, ({ seed, size, windowRows, order, events }) => {
        const fleet = new MovingFleet(seed, size, 1_000_000, 1);
        const upstream = upstreamOf(fleet, orders[order] ?? orders.insertion ?? ((all) => all));
        const now = () => fleet.now;
        let run = runPlan(upstream, { windowRows, now }, () => fleet.move(events));
        expectWhole(run, fleet);
        for (let reading = 0; reading < 3; reading += 1) {
          const asOf = fleet.now;
          fleet.move(events * 10);
          fleet.watch();
          run = runPlan(
            upstream,
            { windowRows, now, fleet: knownFrom(run, asOf), knowledge: run.knowledge },
            () => fleet.move(events),
          );
          expectWhole(run, fleet);
          // Splits and doubts cost some; nothing is asked without end.
          expect(run.calls.length).toBeLessThanOrEqual((4 * fleet.machines.length) / windowRows + 20);
        }
      }),
      { numRuns: cases(80) },
    );
  });

  it('takes one call for a fleet that fits one answer', () => {
    const fleet = new MovingFleet(1, 99, 1_000_000, 10);
    const run = runPlan(
      upstreamOf(fleet, (all) => all),
      { windowRows: 100 },
    );
    expectWhole(run, fleet);
    expect(run.calls).toHaveLength(1);
  });

  it('reads a fleet that stands still in rows / 10,000 + 3 calls once its limits are known', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 31 }),
        fc.integer({ min: 301, max: 3_150 }),
        (seed, size) => {
          const fleet = new MovingFleet(seed, size, 10_000_000);
          const upstream = upstreamOf(fleet, (all) => all);
          const first = runPlan(upstream, { windowRows: 300, now: () => start });
          const run = runPlan(upstream, {
            windowRows: 300,
            now: () => start,
            fleet: knownFrom(first, start),
            knowledge: first.knowledge,
          });
          expectWhole(run, fleet);
          expect(run.calls.length).toBeLessThanOrEqual(Math.ceil(size / 300) + 3);
          // The first reading walks once besides, to see how the fleet is spread.
          expect(first.calls.length).toBeLessThanOrEqual(2 * Math.ceil(size / 300) + 10);
        },
      ),
      { numRuns: cases(40) },
    );
  });

  it('splits what came back full even where nothing is known of the fleet', () => {
    fc.assert(
      fc.property(fleets, ({ seed, size, windowRows, order, events }) => {
        const fleet = new MovingFleet(seed, size + 80, 50, 0);
        const upstream = upstreamOf(fleet, orders[order] ?? ((all) => all));
        const blind = {
          rows: size + 80 + windowRows,
          distribution: { ticks: new BigInt64Array(0), rows: new Float64Array(0) },
          asOf: start,
          neverSeen: [],
        };
        const run = runPlan(upstream, { windowRows, now: () => fleet.now, fleet: blind }, () =>
          fleet.move(events),
        );
        expect(run.end.kind).toBe('whole');
        if (run.end.kind === 'whole' && run.end.exact) expectWhole(run, fleet);
      }),
      { numRuns: cases(60) },
    );
  });

  it('gives up, rather than reading without end, where machines report faster than they are read', () => {
    const fleet = new MovingFleet(1, 900, 1_000_000);
    const upstream = upstreamOf(fleet, (all) => all);
    const run = runPlan(upstream, { windowRows: 20, now: () => fleet.now }, () => fleet.move(40));
    expect(run.end.kind).toBe('outrun');
    expect(run.calls.length).toBeLessThan(1_000);
  });

  it('walks through a tick that more machines share than fit one answer, says so, and ends', () => {
    const fleet = new MovingFleet(7, 0, 1);
    const tie = start - 50n;
    fleet.machines = Array.from({ length: 1_000 }, (_, index) => ({
      id: `m${index}`,
      lastSeen: index < 350 ? tie : tie + BigInt(index % 7 === 0 ? 1 : -1) * BigInt(1 + index),
    }));
    fleet.watch();
    const run = runPlan(
      upstreamOf(fleet, (all) => all),
      { windowRows: 100, now: () => start },
    );
    expect(run.end).toEqual({ kind: 'whole', exact: false });
    expect(run.machines.size).toBe(1_000);
    expect(run.findings).toContainEqual({ kind: 'tie', at: tie, machines: 350 });
    const ties = run.calls.filter(({ filter }) => filter?.includes(' le '));
    expect(ties.map(({ skip }) => skip)).toEqual([0, 100, 200, 300]);
  });

  it.each([
    { takesNot: true, takesBefore: true, way: 'not' },
    { takesNot: false, takesBefore: true, nullIsOld: true, way: 'before' },
    { takesNot: false, takesBefore: true, nullIsOld: false, way: 'walk' },
    { takesNot: false, takesBefore: false, way: 'walk' },
  ] as const)('finds null and the year 1 by $way (%j)', ({ way, ...forms }) => {
    const fleet = new MovingFleet(11, 950, 1_000_000, 5);
    const upstream = upstreamOf(fleet, (all) => all, forms);
    let run = runPlan(upstream, { windowRows: 100, now: () => start });
    const never = fleet.machines.filter(({ lastSeen }) => typeof lastSeen === 'string');
    expect(never.length).toBeGreaterThan(20);
    expect(run.findings.at(-1)).toEqual({ kind: 'way', way, machines: never.length });
    expect(run.machines.size).toBe(950);
    run = runPlan(upstream, {
      windowRows: 100,
      now: () => start,
      fleet: knownFrom(run, start),
      knowledge: run.knowledge,
    });
    expect(run.machines.size).toBe(950);
    // What was rejected or disproved once is not tried again.
    const tried = run.calls.filter(
      ({ filter }) => filter?.includes('0002') && !filter.includes('lastSeen ge'),
    );
    expect(tried.length).toBeLessThanOrEqual(way === 'before' ? 1 : 0);
    if (way !== 'not') expect(run.calls.some(({ filter }) => filter?.startsWith('not'))).toBe(false);
  });

  it('notices when a form stops bringing them', () => {
    const fleet = new MovingFleet(11, 950, 1_000_000, 5);
    const upstream = upstreamOf(fleet, (all) => all);
    const first = runPlan(upstream, { windowRows: 100, now: () => start });
    const deaf: Upstream = { ...upstream, takesNot: false, takesBefore: true };
    const next = {
      windowRows: 100,
      now: () => start,
      fleet: knownFrom(first, start),
      knowledge: first.knowledge,
    };
    const run = runPlan(deaf, next);
    expect(run.knowledge.forms).toEqual({ not: 'refused', before: 'disproved' });
    expect(run.machines.size).toBe(950);
  });

  it('believes an empty answer in place of known machines only when it comes twice', () => {
    const fleet = new MovingFleet(3, 90, 1_000_000);
    const upstream = upstreamOf(fleet, (all) => all);
    const first = runPlan(upstream, { windowRows: 100 });
    const { machines } = fleet;
    const known = { windowRows: 100, fleet: knownFrom(first, start), knowledge: first.knowledge };
    const stray = runPlan(upstream, known, (call) => {
      fleet.machines = call === 0 ? [] : machines;
    });
    expect(stray.machines.size).toBe(90);
    expect(stray.calls).toHaveLength(2);
    fleet.machines = [];
    expect(runPlan(upstream, known).machines.size).toBe(0);
  });

  it('asks for a part again only once it has looked whether the whole list is there', () => {
    const fleet = new MovingFleet(3, 300, 1_000_000);
    const upstream = upstreamOf(fleet, (all) => all);
    const first = runPlan(upstream, { windowRows: 100 });
    const known = { windowRows: 100, fleet: knownFrom(first, start), knowledge: first.knowledge };
    const { machines } = fleet;
    // The plain page, the machines without lastSeen, and then the first range.
    const stray = runPlan(upstream, known, (call) => {
      fleet.machines = call === 2 ? [] : machines;
    });
    expectWhole(stray, fleet);
    const [, , range, look, again] = stray.calls;
    expect(range?.filter).toBeDefined();
    expect(look).toMatchObject({ filter: undefined, skip: 0, top: 1 });
    expect(again).toEqual(range);
  });

  it('doubts what ends a walk or a tick that many machines share once, behind a full answer', () => {
    const upstream = upstreamOf(new MovingFleet(3, 200, 1_000_000), (all) => all);
    const stray: Upstream = { ...upstream, order: (all, call) => (call === 3 ? [] : all) };
    const walk = runPlan(stray, { windowRows: 100 });
    expect(walk.machines.size).toBe(200);
    const plain = walk.calls.filter(({ filter, top }) => filter === undefined && top > 1);
    expect(plain.map(({ skip }) => skip)).toEqual([0, 100, 100, 200, 200]);
    const at = start - 1_000_000n;
    const tied: Upstream = {
      ...upstream,
      machines: () => Array.from({ length: 200 }, (_, index) => ({ id: `t${index}`, lastSeen: at })),
    };
    const tie = runPlan(tied, { windowRows: 100 });
    expect(tie.machines.size).toBe(200);
    const behind = tie.calls.filter(({ filter, skip }) => filter !== undefined && skip === 200);
    expect(behind).toHaveLength(2);
  });

  it('finds by one row that a fleet is too large, and looks again by that row alone', () => {
    const fleet = new MovingFleet(3, 900, 1_000_000);
    const upstream = upstreamOf(fleet, (all) => all);
    const run = runPlan(upstream, { windowRows: 100, maxMachines: 500 });
    expect(run.end).toEqual({ kind: 'too large' });
    expect(run.calls.map(({ skip, top }) => [skip, top])).toEqual([
      [0, 100],
      [500, 1],
    ]);
    const again = runPlan(upstream, { windowRows: 100, maxMachines: 500, wasTooLarge: true });
    expect(again.calls.map(({ skip, top }) => [skip, top])).toEqual([[500, 1]]);
    fleet.machines = fleet.machines.slice(0, 400);
    fleet.watch();
    expectWhole(runPlan(upstream, { windowRows: 100, maxMachines: 500, wasTooLarge: true }), fleet);
  });

  it('publishes nothing where upstream does not heed the ranges', () => {
    const fleet = new MovingFleet(3, 900, 1_000_000);
    const upstream: Upstream = { ...upstreamOf(fleet, (all) => all), machines: () => fleet.machines };
    const known = knownFrom(runPlan(upstream, { windowRows: 100 }), start);
    // Shows 900 in plain pages, and 400 by filters.
    let plain = true;
    const lying: Upstream = {
      ...upstream,
      machines: () => {
        const all = plain ? fleet.machines : fleet.machines.filter((_, index) => index % 9 > 4);
        plain = false;
        return all;
      },
    };
    const run = runPlan(lying, { windowRows: 100, now: () => start, fleet: known });
    expect(run.end).toMatchObject({ kind: 'inconsistent' });
  });
});
