import { describe, expect, it, onTestFinished } from 'vitest';
import type { FleetPresence, RecordedRequest, RowOrder } from '../../src/emulator/emulator.ts';
import { idsOf, runFleet, smallMachines } from '../support/fleet-before-emulator.ts';
import { inPlaceEngine } from '../support/in-place-engine.ts';

const orders: readonly RowOrder[] = ['insertion', 'newest-seen', 'oldest-seen', 'unstable'];

interface Size {
  readonly machines: number;
  /** Rows of one call. */
  readonly windowRows: number;
  readonly changesPerMinute: number;
  readonly readings: number;
}

/** Most calls within any stretch of this length. */
function busiest(requests: readonly RecordedRequest[], spanMs: number): number {
  const times = requests.map(({ time }) => time);
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + spanMs).length));
}

/** That a fleet which changes while it is read, in every order of rows, is read without a gap. */
export function everyMachineIsInEverySnapshot({
  machines,
  windowRows,
  changesPerMinute,
  readings,
}: Size): void {
  const size = machines.toLocaleString('en');
  describe(`the fleet of ${size} machines with ${changesPerMinute} changes a minute, in every order of rows`, () => {
    it('holds each machine that exists throughout a reading exactly once, invents none, and keeps to its calls', {
      timeout: 600_000,
    }, async () => {
      let reading = '';
      let presence: FleetPresence | undefined;
      const rowsAtStart: number[] = [];
      const fleetRuns = await runFleet({
        emulator: {
          fleet: { kind: 'rows', rows: smallMachines(machines) },
          churnPerMinute: changesPerMinute,
          accept: { not: true },
        },
        // Without threads, whose start takes longer than a build.
        fleet: { engine: inPlaceEngine, rules: { windowRows, maxMachines: 1_000_000, idsPerCall: 20 } },
        callTakesMs: 3_000,
        onCall: (requestId) => {
          if (requestId === reading) return;
          reading = requestId;
          const { emulator } = fleetRuns;
          emulator.configure({ order: orders[rowsAtStart.length % orders.length] });
          presence?.end();
          presence = emulator.watch();
          rowsAtStart.push(presence.everThere().size);
        },
      });
      onTestFinished(fleetRuns.close);
      const { fleet, reports, emulator, until } = fleetRuns;
      for (let done = 1; done <= readings; done += 1) {
        await until(() => reports.length >= done);
        const snapshot = fleet.current();
        if (snapshot === undefined || presence === undefined) throw new Error('There is no snapshot.');
        const ids = idsOf(snapshot);
        const held = new Set(ids);
        expect(held.size).toBe(ids.length);
        expect([...presence.throughout()].filter((id) => !held.has(id))).toEqual([]);
        const everThere = presence.everThere();
        expect(ids.filter((id) => !everThere.has(id))).toEqual([]);
      }
      expect(reports.map(({ outcome }) => outcome)).toEqual(Array(readings).fill('published'));
      // The first reading walks once besides, to see how the fleet is spread.
      const [first, ...others] = reports.map(({ calls }) => calls);
      expect(first).toBeLessThanOrEqual(2 * Math.ceil(machines / windowRows) + 5);
      for (const [index, calls] of others.entries()) {
        expect(calls).toBeLessThanOrEqual(Math.ceil((rowsAtStart[index + 1] ?? 0) / windowRows) + 3);
      }
      const requests = emulator.requests();
      expect(requests.filter(({ status }) => status !== 200)).toEqual([]);
      expect(busiest(requests, 60_000)).toBeLessThanOrEqual(80);
      expect(busiest(requests, 3_600_000)).toBeLessThanOrEqual(750);
    });
  });
}
