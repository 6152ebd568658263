import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageInfoOf } from '../../src/machines/connection.ts';
import type { FilterInput } from '../../src/machines/filter-input.ts';
import type { Machine } from '../../src/machines/machine.ts';
import type { Moment } from '../../src/machines/moment.ts';
import { arbitraryMachine } from '../support/arbitrary-machines.ts';
import { plainChanges } from '../support/plain-changes.ts';
import { callOf, plainFleet } from '../support/plain-fleet.ts';

const [sample] = fc.sample(arbitraryMachine, { numRuns: 1, seed: 1 }) as [Machine];
const aadDeviceId = '80fe8ff8-2624-418e-9591-41f0491218f9';
const machine = (id: string, change: Partial<Machine> = {}): Machine => ({
  ...sample,
  id,
  aadDeviceId: null,
  mergedIntoMachineId: null,
  rbacGroupId: 7,
  riskScore: 'LOW',
  lastSeen: '2026-09-01T00:00:00Z' as Moment,
  ...change,
});
const later = '2026-09-02T00:00:00Z' as Moment;
const older = machine('a', { aadDeviceId, riskScore: 'HIGH' });
/** As its device is set up anew. */
const anew = { aadDeviceId, firstSeen: older.lastSeen, lastSeen: later };
const newer = machine('b', anew);
/** Where those of group 7 do not see it. */
const hidden = machine('b', { ...anew, rbacGroupId: 8 });
const alone = machine('c');

const everyone = callOf();
const ofGroup = callOf([7]);
const latestOnly: FilterInput = { latestOfDevice: true };

describe('the latest record of each device', () => {
  const { catalog } = plainFleet([older, newer, alone]);
  const idsOf = async (filter: FilterInput) =>
    (await catalog.page({ filter }, everyone)).nodes().map(({ id }) => id);

  it.each<[FilterInput, string[]]>([
    [{}, ['a', 'b', 'c']],
    [{ latestOfDevice: null }, ['a', 'b', 'c']],
    [{ latestOfDevice: true }, ['b', 'c']],
    [{ latestOfDevice: false }, ['a']],
    [{ not: { latestOfDevice: true } }, ['a']],
    [{ not: { not: { latestOfDevice: true } } }, ['b', 'c']],
    [{ or: [{ latestOfDevice: false }, { id: { eq: 'c' } }] }, ['a', 'c']],
    [{ and: [{ latestOfDevice: true }, { not: { id: { eq: 'c' } } }] }, ['b']],
  ])('is found by %j', async (filter, expected) => {
    expect(await idsOf(filter)).toEqual(expected);
    expect((await catalog.page({ filter, first: 0 }, everyone)).totalCount).toBe(expected.length);
  });

  it('follows from all records, not from those that the rest of the filter leaves', async () => {
    expect(await idsOf({ riskScore: { eq: 'HIGH' } })).toEqual(['a']);
    expect(await idsOf({ riskScore: { eq: 'HIGH' }, latestOfDevice: true })).toEqual([]);
  });

  it('is what facets count, also without their own conditions', async () => {
    const filter = { riskScore: { eq: 'HIGH' }, latestOfDevice: true };
    const page = await catalog.page({ filter }, everyone);
    const wishes = [{ facet: 'riskScore', limit: 10 }] as const;
    expect(await page.facets(wishes, false)).toEqual([[]]);
    expect(await page.facets(wishes, true)).toEqual([[{ value: 'LOW', count: 2 }]]);
  });

  it('rejects what is neither true nor false', async () => {
    await expect(idsOf({ latestOfDevice: 'yes' })).rejects.toThrow('must be true or false');
  });

  it('is walked in any order, on into a later reading, by a cursor of that filter alone', async () => {
    const fleet = plainFleet([older, newer, alone]);
    const args = { filter: latestOnly, orderBy: [{ field: 'ID', direction: 'DESC' }], first: 1 } as const;
    const page = await fleet.catalog.page(args, everyone);
    expect(page.nodes().map(({ id }) => id)).toEqual(['c']);
    // The latest record goes, and with it what made the other one older.
    fleet.read([older, alone], false);
    const { endCursor: after } = pageInfoOf(page);
    const rest = await fleet.catalog.page({ ...args, after }, everyone);
    expect(rest.nodes().map(({ id }) => id)).toEqual(['a']);
    const other = { ...args, filter: { latestOfDevice: false }, after };
    await expect(fleet.catalog.page(other, everyone)).rejects.toThrow('cursor of another filter');
  });
});

describe('who may not see the later record of a device', () => {
  const fleet = plainFleet([older, hidden, alone]);

  it('is shown the older one as the latest, in lists, by filter, by id and in counts', async () => {
    const told = async (call: typeof everyone, filter?: FilterInput) => {
      const page = await fleet.catalog.page({ filter }, call);
      return page.nodes().map(({ id, isLatestOfDevice }) => `${id} ${isLatestOfDevice}`);
    };
    expect(await told(everyone)).toEqual(['a false', 'b true', 'c true']);
    expect(await told(ofGroup)).toEqual(['a true', 'c true']);
    expect(await told(ofGroup, latestOnly)).toEqual(['a true', 'c true']);
    expect(await told(ofGroup, { latestOfDevice: false })).toEqual([]);
    const byId = async (call: typeof everyone) => (await fleet.catalog.byIds.load(['a'], call))[0];
    expect(await byId(everyone)).toMatchObject({ isLatestOfDevice: false });
    expect(await byId(ofGroup)).toMatchObject({ isLatestOfDevice: true });
    const counts = async (call: typeof everyone) =>
      await (await fleet.catalog.page({ filter: latestOnly }, call)).facets(
        [{ facet: 'riskScore', limit: 9 }],
        false,
      );
    expect(await counts(ofGroup)).toEqual([
      [
        { value: 'LOW', count: 1 },
        { value: 'HIGH', count: 1 },
      ],
    ]);
    expect(await counts(everyone)).toEqual([[{ value: 'LOW', count: 2 }]]);
  });

  it('is reported as no change when it comes or goes', async () => {
    const readAt = (minute: number) => new Date(Date.UTC(2026, 8, 8, 0, minute)).toISOString() as Moment;
    const { catalog, read } = plainChanges({ machines: [older, alone], readAt: readAt(0) });
    const filters = [undefined, latestOnly, { latestOfDevice: false }];
    const tokens = async (call: typeof everyone) =>
      await Promise.all(filters.map(async (filter) => (await catalog.changes({ filter }, call)).endCursor));
    const told = async (call: typeof everyone, after: readonly string[]) =>
      await Promise.all(
        filters.map(async (filter, index) =>
          (await catalog.changes({ filter, after: after[index] }, call)).changes.map(
            ({ kind, id, changed, machine: is }) =>
              [kind, id, ...changed, is?.isLatestOfDevice].filter((part) => part !== undefined).join(' '),
          ),
        ),
      );
    const [ofAll, ofSome] = [await tokens(everyone), await tokens(ofGroup)];
    read({ machines: [older, hidden, alone], readAt: readAt(1) });
    expect(await told(ofGroup, ofSome)).toEqual([[], [], []]);
    expect(await told(everyone, ofAll)).toEqual([
      ['UPDATED a isLatestOfDevice false', 'ADDED b true'],
      ['REMOVED a', 'ADDED b true'],
      ['ADDED a false'],
    ]);
    const [allNow, someNow] = [await tokens(everyone), await tokens(ofGroup)];
    read({ machines: [older, alone], readAt: readAt(2) });
    expect(await told(ofGroup, someNow)).toEqual([[], [], []]);
    expect(await told(everyone, allNow)).toEqual([
      ['UPDATED a isLatestOfDevice true', 'REMOVED b'],
      ['ADDED a true', 'REMOVED b'],
      ['REMOVED a'],
    ]);
  });
});
