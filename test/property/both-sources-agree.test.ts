import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawMachine } from '../../src/emulator/emulator.ts';
import { allDevices } from '../../src/machines/device-scope.ts';
import type { Machine } from '../../src/machines/machine.ts';
import { readMachine } from '../../src/machines/machine-row.ts';
import { orderFields } from '../../src/machines/order.ts';
import { arbitraryFilter, arbitraryFleetFilter, arbitraryWholeFleet } from '../support/arbitrary-fleet.ts';
import { cases } from '../support/cases.ts';
import { matches } from '../support/filter-oracle.ts';
import { runFleetGateway } from '../support/fleet-gateway.ts';
import { plainLatest } from '../support/plain-devices.ts';
import { plainOrder } from '../support/plain-machines.ts';
import { type RunningGateway, runGateway, uncached } from '../support/running-gateway.ts';

const wide = { maxNodes: 10_000, maxUrlBytes: 14_000, accept: { not: true } };
const wideEnvironment = { ODATA_MAX_NODES: '10000', ODATA_MAX_URL_BYTES: '14000', ODATA_NOT: 'on' };

const query = `query ($filter: MachineFilter, $orderBy: [MachineOrder!]) {
  machines(first: 1000, filter: $filter, orderBy: $orderBy) { totalCount asOf nodes {
    id computerDnsName firstSeen lastSeen osPlatform osBuild version agentVersion lastIpAddress healthStatus riskScore
    exposureLevel onboardingStatus deviceValue rbacGroupName
  } }
}`;

describe('the two sources', () => {
  const [rows = []] = fc.sample(arbitraryWholeFleet(150), { numRuns: 1, seed: 20_260_908 });
  const machines = rows.flatMap((row) => readMachine(row, () => undefined) ?? []);
  const latest = plainLatest(machines, allDevices);
  const withDevices = rows.map((row) => ({ ...row, latestOfDevice: latest.has(row.id) }));
  let fleet: RunningGateway;
  let windows: RunningGateway;
  beforeAll(async () => {
    fleet = await runFleetGateway({ rows, environment: wideEnvironment });
    windows = await runGateway({ rows, emulator: wide, environment: { ...uncached, ...wideEnvironment } });
  });
  afterAll(() => Promise.all([fleet.close(), windows.close()]));

  const ids = (nodes: readonly { id: string }[]): string[] => nodes.map(({ id }) => id).sort();

  it('give the same machines for every filter that both can answer', { timeout: 120_000 }, async () => {
    fleet.emulator.clearRequests();
    let compared = 0;
    const property = fc.asyncProperty(arbitraryFilter, async (filter) => {
      const [one, other] = await Promise.all([fleet.ask(query, { filter }), windows.ask(query, { filter })]);
      expect(one.errors).toBeUndefined();
      if (other.errors !== undefined) {
        expect(other.errors[0]?.extensions.code).toBe('FLEET_REQUIRED');
        return;
      }
      compared += 1;
      expect(ids(one.data.machines.nodes)).toEqual(ids(other.data.machines.nodes));
      expect(one.data.machines.totalCount).toBe(other.data.machines.totalCount);
    });
    await fc.assert(property, { numRuns: cases(300) });
    expect(compared).toBeGreaterThan(cases(250) - 8);
    expect(fleet.emulator.requests()).toEqual([]);
  });

  it('mean what they say: every filter and order of the fleet, by an evaluation of its own', {
    timeout: 120_000,
  }, async () => {
    const orderBy = fc
      .uniqueArray(fc.constantFrom(...Object.keys(orderFields)), { maxLength: 3 })
      .chain((fields) =>
        fc.tuple(
          ...fields.map((field) => fc.constantFrom('ASC', 'DESC').map((direction) => ({ field, direction }))),
        ),
      );
    const property = fc.asyncProperty(arbitraryFleetFilter, orderBy, async (filter, orders) => {
      const { data, errors } = await fleet.ask(query, { filter, orderBy: orders });
      expect(errors).toBeUndefined();
      const { nodes, totalCount, asOf } = data.machines;
      const isMeant = (row: RawMachine): boolean => matches(filter, row, Date.parse(asOf));
      expect(ids(nodes)).toEqual(ids(withDevices.filter(isMeant) as { id: string }[]));
      expect(totalCount).toBe(nodes.length);
      const sorted = [...(nodes as Machine[])].sort(plainOrder(orders as Parameters<typeof plainOrder>[0]));
      expect(nodes.map(({ id }: { id: string }) => id)).toEqual(sorted.map(({ id }) => id));
    });
    await fc.assert(property, { numRuns: cases(500) });
  });
});
