import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CatalogArguments } from '../../src/machines/catalog.ts';
import { edgesOf, pageInfoOf } from '../../src/machines/connection.ts';
import type { Machine } from '../../src/machines/machine.ts';
import type { MachineOrder } from '../../src/machines/order.ts';
import type { Call } from '../../src/machines/source.ts';
import { arbitraryMachine, arbitraryMachines, arbitraryOrders } from '../support/arbitrary-machines.ts';
import { cases } from '../support/cases.ts';
import { callOf, type PlainFleet, plainFleet } from '../support/plain-fleet.ts';
import { plainOrder } from '../support/plain-machines.ts';
import { machinesById } from '../support/snapshots.ts';

/** An order names each field once. */
const orderBy = arbitraryOrders.map((orders) => [
  ...new Map(orders.map((order) => [order.field, order])).values(),
]);
/** Sees all, one device group, two, or none. */
const groups = fc.constantFrom<readonly number[] | undefined>(undefined, [0], [0, 140], []);

const isSeen = (groupIds: readonly number[] | undefined) => (machine: Machine) =>
  groupIds === undefined || (machine.rbacGroupId !== null && groupIds.includes(machine.rbacGroupId));

const expected = (
  machines: readonly Machine[],
  groupIds: readonly number[] | undefined,
  orders: readonly MachineOrder[],
): string[] =>
  machinesById(machines)
    .filter(isSeen(groupIds))
    .sort(plainOrder(orders))
    .map(({ id }) => id);

/** Walks in pages, from the front or from the back. */
async function walk(
  { catalog }: PlainFleet,
  args: CatalogArguments,
  call: Call,
  { size, from, between }: { size: number; from: 'front' | 'back'; between?: () => void },
): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = null, more = true; more; ) {
    const span = from === 'front' ? { first: size, after: cursor } : { last: size, before: cursor };
    const page = await catalog.page({ ...args, ...span }, call);
    const found = page.nodes().map(({ id }) => id);
    if (from === 'front') ids.push(...found);
    else ids.unshift(...found);
    const { endCursor, startCursor, hasNextPage, hasPreviousPage } = pageInfoOf(page);
    cursor = from === 'front' ? endCursor : startCursor;
    more = from === 'front' ? hasNextPage : hasPreviousPage;
    between?.();
  }
  return ids;
}

const [sample] = fc.sample(arbitraryMachine, { numRuns: 1, seed: 1 });
if (sample === undefined) throw new Error('There must be a machine.');
const machine = (id: string, parts: Partial<Machine> = {}): Machine => ({ ...sample, id, ...parts });

describe('a walk through the fleet', () => {
  it('meets each machine that the caller may see once, in order, in both directions', async () => {
    const property = fc.asyncProperty(
      arbitraryMachines,
      orderBy,
      groups,
      fc.integer({ min: 1, max: 9 }),
      async (machines, orders, groupIds, size) => {
        const fleet = plainFleet(machines);
        const ids = expected(machines, groupIds, orders);
        for (const from of ['front', 'back'] as const) {
          expect(await walk(fleet, { orderBy: orders }, callOf(groupIds), { size, from })).toEqual(ids);
        }
        const { totalCount } = await fleet.catalog.page({ orderBy: orders, first: 0 }, callOf(groupIds));
        expect(totalCount).toBe(ids.length);
        expect(fleet.asked).toEqual([]);
      },
    );
    await fc.assert(property, { numRuns: cases(300) });
  });

  it('stays in the reading that it began with while that is kept', async () => {
    const fleet = plainFleet(['a', 'b', 'c', 'd'].map((id) => machine(id)));
    const between = () => fleet.read(['e', 'b'].map((id) => machine(id)));
    expect(await walk(fleet, {}, callOf(), { size: 1, from: 'front', between })).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  it('goes on by its order once that snapshot is gone', async () => {
    const at = (day: number) => `2026-09-0${day}T00:00:00Z` as Machine['lastSeen'];
    const fleet = plainFleet(['a', 'b', 'c', 'd'].map((id, day) => machine(id, { lastSeen: at(day + 1) })));
    const order = { orderBy: [{ field: 'LAST_SEEN', direction: 'DESC' }] } as const;
    const first = await fleet.catalog.page({ ...order, first: 2 }, callOf());
    expect(first.nodes().map(({ id }) => id)).toEqual(['d', 'c']);
    // The machine of the cursor has left, and another came in behind it.
    fleet.read(
      [
        machine('a', { lastSeen: at(1) }),
        machine('x', { lastSeen: at(2) }),
        machine('d', { lastSeen: at(4) }),
      ],
      false,
    );
    const next = await fleet.catalog.page({ ...order, first: 9, after: first.cursorOf(1) }, callOf());
    expect(next.nodes().map(({ id }) => id)).toEqual(['x', 'a']);
    expect(next).toMatchObject({ consistency: 'ANCHORED', hasPreviousPage: true });
  });

  it('meets each once where names are longer than a cursor holds, also once its reading is gone', async () => {
    // A letter of two code units lies across the end of what counts.
    const long = `${'x'.repeat(511)}😀`;
    const names = [
      `${long}c`,
      `${long}b`,
      `${long}A`,
      long,
      'x'.repeat(511),
      `${'x'.repeat(512)}b`,
      `${'x'.repeat(512)}a`,
    ];
    const machines = names.map((computerDnsName, index) => machine(String(index), { computerDnsName }));
    const fleet = plainFleet(machines);
    const inOrder = [
      {
        orders: [{ field: 'COMPUTER_DNS_NAME', direction: 'ASC' }],
        ids: ['4', '5', '6', '0', '1', '2', '3'],
      },
      {
        orders: [{ field: 'COMPUTER_DNS_NAME', direction: 'DESC' }],
        ids: ['0', '1', '2', '3', '5', '6', '4'],
      },
    ] as const;
    for (const { orders, ids } of inOrder) {
      for (const from of ['front', 'back'] as const) {
        for (const between of [() => undefined, () => fleet.read(machines, false)]) {
          const found = await walk(fleet, { orderBy: orders }, callOf(), { size: 1, from, between });
          expect(found).toEqual(ids);
        }
      }
    }
  });

  it('meets each once where ids are longer than that', async () => {
    const machines = ['a', 'b', 'c'].map((end) => machine('i'.repeat(600) + end));
    const orders = [{ field: 'ID', direction: 'DESC' }] as const;
    const found = await walk(plainFleet(machines), { orderBy: orders }, callOf(), { size: 1, from: 'front' });
    expect(found).toEqual(expected(machines, undefined, orders));
  });

  it('has cursors of bounded length, whatever the names', async () => {
    const long = 'x'.repeat(100_000);
    const fleet = plainFleet([
      machine('a', { computerDnsName: long }),
      machine('b', { computerDnsName: `${long}y` }),
    ]);
    const args = { orderBy: [{ field: 'COMPUTER_DNS_NAME' }] } as const;
    const page = await fleet.catalog.page(args, callOf());
    const cursors = edgesOf(page).map(({ cursor }) => cursor);
    for (const cursor of cursors) {
      expect(cursor.length).toBeLessThan(8_192);
      await expect(fleet.catalog.page({ ...args, after: cursor }, callOf())).resolves.toBeDefined();
    }
  });
});

describe('machines by id', () => {
  it('come out of a fresh fleet, and cost no call', async () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => `m${index}`);
    const fleet = plainFleet(ids.map((id) => machine(id)));
    const found = await fleet.catalog.byIds.load(ids, callOf());
    expect(found.map((each) => (each as Machine).id)).toEqual(ids);
    expect(fleet.catalog.idsToAsk(ids, callOf())).toBe(0);
    expect(fleet.asked).toEqual([]);
  });

  it('come from upstream where the fleet is not fresh', async () => {
    const fleet = plainFleet([machine('a')]);
    fleet.isFresh = false;
    await fleet.catalog.byIds.load(['a'], callOf());
    expect(fleet.asked).toEqual(['a']);
    expect(fleet.catalog.idsToAsk(['a'], callOf())).toBe(1);
  });

  it('cost the same upstream call where there is none and where it is hidden', async () => {
    const fleet = plainFleet([machine('seen', { rbacGroupId: 1 }), machine('hidden', { rbacGroupId: 2 })]);
    const ids = ['hidden', 'seen', 'none'];
    const found = await fleet.catalog.byIds.load(ids, callOf([1]));
    expect(found.map((each) => (each as Machine | null)?.id)).toEqual([undefined, 'seen', undefined]);
    expect(fleet.asked).toEqual(['hidden', 'none']);
    expect(fleet.catalog.idsToAsk(ids, callOf([1]))).toBe(2);
  });

  it('of a caller with more device groups than an upstream call takes come out of the fleet alone', async () => {
    const many = Array.from({ length: 400 }, (_, index) => index);
    const fleet = plainFleet([
      machine('seen', { rbacGroupId: 399 }),
      machine('hidden', { rbacGroupId: 400 }),
    ]);
    fleet.isFresh = false;
    const found = await fleet.catalog.byIds.load(['seen', 'hidden', 'none'], callOf(many));
    expect(found.map((each) => (each as Machine | null)?.id)).toEqual(['seen', undefined, undefined]);
    const page = await fleet.catalog.page({}, callOf(many));
    expect(page.nodes().map(({ id }) => id)).toEqual(['seen']);
    expect(fleet.asked).toEqual([]);
  });
});

describe('facets', () => {
  const fleet = plainFleet([
    machine('a', { riskScore: 'HIGH', osPlatform: 'Windows11', rbacGroupId: 1, machineTags: ['x', 'y'] }),
    machine('b', { riskScore: 'LOW', osPlatform: 'Windows11', rbacGroupId: 1, machineTags: ['x'] }),
    machine('c', { riskScore: 'LOW', osPlatform: 'Ubuntu', rbacGroupId: 2, machineTags: [] }),
    machine('d', { riskScore: null, osPlatform: 'Ubuntu', rbacGroupId: 2, machineTags: ['secret'] }),
  ]);
  const count = async (args: CatalogArguments, disjunctive: boolean, call = callOf()) => {
    const page = await fleet.catalog.page(args, call);
    const wishes = (['riskScore', 'osPlatform', 'machineTags'] as const).map((facet) => ({
      facet,
      limit: 10,
    }));
    return (await page.facets(wishes, disjunctive)).map((counts) =>
      Object.fromEntries(counts.map(({ value, count: found }) => [String(value), found])),
    );
  };
  const low = { filter: { riskScore: { eq: 'LOW' } } };

  it('count the whole list that a page is of', async () => {
    expect(await count({ first: 1 }, false)).toEqual([
      { LOW: 2, HIGH: 1, null: 1 },
      { Windows11: 2, Ubuntu: 2 },
      { x: 2, y: 1, secret: 1, null: 1 },
    ]);
    expect(await count(low, false)).toEqual([{ LOW: 2 }, { Windows11: 1, Ubuntu: 1 }, { x: 1, null: 1 }]);
  });

  it('leave out the own condition of each property where they are disjunctive', async () => {
    expect((await count(low, true))[0]).toEqual({ LOW: 2, HIGH: 1, null: 1 });
    expect((await count(low, true))[1]).toEqual({ Windows11: 1, Ubuntu: 1 });
    const tied = { filter: { or: [{ riskScore: { eq: 'LOW' } }, { osPlatform: { eq: 'Windows11' } }] } };
    expect((await count(tied, true))[0]).toEqual({ LOW: 2, HIGH: 1 });
    const nested = {
      filter: { and: [{ not: { riskScore: { in: ['HIGH'] } } }], osPlatform: { eq: 'Windows11' } },
    };
    expect((await count(nested, true))[0]).toEqual({ LOW: 1, HIGH: 1 });
  });

  it('never leave out what the caller may see', async () => {
    for (const disjunctive of [true, false]) {
      expect(await count({ filter: { rbacGroupId: { in: [1, 2] } } }, disjunctive, callOf([1]))).toEqual([
        { HIGH: 1, LOW: 1 },
        { Windows11: 2 },
        { x: 2, y: 1 },
      ]);
    }
  });
});

describe('a search', () => {
  const fleet = plainFleet([
    machine('a1', { computerDnsName: 'WEB-01.corp', machineTags: ['Prod EU'], rbacGroupId: 1 }),
    machine('a2', { computerDnsName: 'web-02.corp', machineTags: [], rbacGroupId: 2 }),
    machine('a3', { computerDnsName: 'db', machineTags: ['production'], rbacGroupId: 2 }),
  ]);
  const find = async (search: string, call = callOf()) =>
    (await fleet.catalog.page({ search, filter: { id: { startsWith: 'a' } } }, call))
      .nodes()
      .map(({ id }) => id);

  it('finds machines that contain each word somewhere, in any case of letters', async () => {
    expect(await find('corp web')).toEqual(['a1', 'a2']);
    expect(await find('  PROD\tweb ')).toEqual(['a1']);
    expect(await find('prod')).toEqual(['a1', 'a3']);
    expect(await find('prod eu nowhere')).toEqual([]);
  });

  it('finds all where it has no word', async () => {
    expect(await find(' ')).toEqual(['a1', 'a2', 'a3']);
  });

  it('finds nothing that the caller may not see', async () => {
    expect(await find('web', callOf([1]))).toEqual(['a1']);
    expect(await find('production', callOf([1]))).toEqual([]);
  });

  it.each([
    ['1 2 3 4 5 6 7 8 9', 'search: has 9 words; at most 8'],
    ['x'.repeat(257), 'search: has 257 characters; at most 256'],
    ['\ud800', 'search: is not well-formed'],
  ])('%j is rejected', async (search, message) => {
    await expect(find(search)).rejects.toThrow(message);
  });
});
