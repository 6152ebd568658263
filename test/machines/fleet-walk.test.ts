import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowSourceOf } from '../../src/fleet/machine-at.ts';
import { walkSnapshot } from '../../src/fleet/snapshot-walk.ts';
import type { WalkArguments } from '../../src/machines/catalog.ts';
import { edgesOf } from '../../src/machines/connection.ts';
import { allDevices } from '../../src/machines/device-scope.ts';
import { everything } from '../../src/machines/filter.ts';
import type { WalkedMachines } from '../../src/machines/fleet-walk.ts';
import type { Machine } from '../../src/machines/machine.ts';
import { machinesOf } from '../../src/machines/row-span.ts';
import type { Call } from '../../src/machines/source.ts';
import { arbitraryMachine, arbitraryMachines, arbitraryOrders } from '../support/arbitrary-machines.ts';
import { cases } from '../support/cases.ts';
import { inPlaceEngine } from '../support/in-place-engine.ts';
import { callOf, type PlainFleet, plainFleet } from '../support/plain-fleet.ts';
import { plainOrder } from '../support/plain-machines.ts';
import { machinesById, snapshotOf } from '../support/snapshots.ts';

/** An order names each field once. */
const orderBy = arbitraryOrders.map((orders) => [
  ...new Map(orders.map((order) => [order.field, order])).values(),
]);
/** Sees all, one device group, two, or none. */
const groups = fc.constantFrom<readonly number[] | undefined>(undefined, [0], [0, 140], []);

interface Row {
  readonly id: string;
  readonly cursor: string;
}

const rowsOf = ({ machines, cursorOf }: WalkedMachines): Row[] =>
  machines.map(({ id }, index) => ({ id, cursor: cursorOf(index) }));

async function walk({ catalog }: PlainFleet, args: WalkArguments, call: Call): Promise<Row[]> {
  const rows: Row[] = [];
  const found = await catalog.walk(args, call);
  for await (const batch of await found.begin()) rows.push(...rowsOf(batch));
  return rows;
}

const [sample] = fc.sample(arbitraryMachine, { numRuns: 1, seed: 1 });
if (sample === undefined) throw new Error('There must be a machine.');
const machine = (number: number, parts: Partial<Machine> = {}): Machine => ({
  ...sample,
  id: `m${String(number).padStart(4, '0')}`,
  ...parts,
});
const idsOf = (rows: readonly Row[]): string[] => rows.map(({ id }) => id);

describe('a walk to the end of a list', () => {
  it('has the rows and cursors of a connection, also from any of these cursors on', async () => {
    const property = fc.asyncProperty(
      arbitraryMachines,
      orderBy,
      groups,
      async (machines, orders, groupIds) => {
        const fleet = plainFleet(machines);
        const call = callOf(groupIds);
        const page = await fleet.catalog.page({ orderBy: orders, first: 1_000 }, call);
        const expected = edgesOf(page).map(({ cursor, node: { id } }) => ({ id, cursor }));
        expect(await walk(fleet, { orderBy: orders }, call)).toEqual(expected);
        for (const [index, { cursor }] of expected.entries()) {
          const rest = await walk(fleet, { orderBy: orders, after: cursor }, call);
          expect(rest).toEqual(expected.slice(index + 1));
        }
        expect(fleet.asked).toEqual([]);
      },
    );
    await fc.assert(property, { numRuns: cases(60) });
  });

  it('is the same however many rows are found at a time', async () => {
    const property = fc.asyncProperty(
      arbitraryMachines,
      orderBy,
      fc.integer({ min: 1, max: 9 }),
      async (machines, orders, size) => {
        const snapshot = snapshotOf(machines);
        const query = { filter: everything, orders };
        const { signal } = new AbortController();
        const batches = await walkSnapshot(
          snapshot,
          rowSourceOf(snapshot, allDevices),
          query,
          (page) => inPlaceEngine.query(snapshot, { ...query, page: { ...page, size } }, signal),
          async () => undefined,
        );
        const ids: string[] = [];
        for await (const { spans } of batches) ids.push(...machinesOf(spans).map(({ id }) => id));
        const expected = [...machinesById(machines)].sort(plainOrder(orders));
        expect(ids).toEqual(expected.map(({ id }) => id));
      },
    );
    await fc.assert(property, { numRuns: cases(200) });
  });

  it('takes a turn of the event loop for what it finds and for each batch, which are small at first', async () => {
    const snapshot = snapshotOf(Array.from({ length: 200 }, (_, index) => machine(index)));
    const steps: unknown[] = [];
    const query = { filter: everything, orders: [] };
    const batches = await walkSnapshot(
      snapshot,
      rowSourceOf(snapshot, allDevices),
      query,
      (page) => {
        steps.push('find');
        return inPlaceEngine.query(snapshot, { ...query, page }, new AbortController().signal);
      },
      async () => {
        steps.push('turn');
      },
    );
    for await (const { spans } of batches) steps.push(machinesOf(spans).length);
    const sizes = [8, 16, 32, 64, 64, 16];
    expect(steps).toEqual(['turn', 'find', ...sizes.flatMap((rows) => ['turn', rows])]);
  });

  it('stays in the reading in which it began, whatever is read meanwhile', async () => {
    const fleet = plainFleet(Array.from({ length: 500 }, (_, index) => machine(index)));
    const found = await fleet.catalog.walk({}, callOf());
    const ids: string[] = [];
    for await (const batch of await found.begin()) {
      ids.push(...idsOf(rowsOf(batch)));
      fleet.read([machine(450), machine(9_000)], false);
    }
    expect(ids).toHaveLength(500);
    expect(idsOf(await walk(fleet, {}, callOf()))).toEqual(['m0450', 'm9000']);
  });

  it('goes on in the reading of its cursor while that is kept, and behind its last machine in the newest one after that', async () => {
    const order = { orderBy: [{ field: 'COMPUTER_DNS_NAME' }] } as const;
    const named = (number: number, name: string) => machine(number, { computerDnsName: name });
    const fleet = plainFleet([named(1, 'a'), named(2, 'c'), named(3, 'e')]);
    const [, second] = await walk(fleet, order, callOf());
    fleet.read([named(1, 'a'), named(4, 'b'), named(5, 'd'), named(3, 'e')]);
    const kept = await fleet.catalog.walk({ ...order, after: second?.cursor }, callOf());
    expect(kept.snapshot).toBe('s1');
    expect(idsOf(await walk(fleet, { ...order, after: second?.cursor }, callOf()))).toEqual(['m0003']);
    fleet.read([named(1, 'a'), named(4, 'b'), named(5, 'd'), named(3, 'e')], false);
    expect(idsOf(await walk(fleet, { ...order, after: second?.cursor }, callOf()))).toEqual([
      'm0005',
      'm0003',
    ]);
  });

  it('rejects cursors of another order, another search or other device groups', async () => {
    const fleet = plainFleet([machine(1), machine(2)]);
    const [first] = await walk(fleet, {}, callOf());
    const after = first?.cursor;
    for (const [args, call] of [
      [{ orderBy: [{ field: 'ID' }] }, callOf()],
      [{ search: 'm' }, callOf()],
      [{}, callOf([0])],
    ] as const) {
      await expect(fleet.catalog.walk({ ...args, after }, call)).rejects.toMatchObject({
        inputPath: ['after'],
      });
    }
  });
});
