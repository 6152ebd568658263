import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latestOfDevices } from '../../src/fleet/latest-of-devices.ts';
import { machineAt } from '../../src/fleet/machine-at.ts';
import { hasBit } from '../../src/fleet/selection.ts';
import { allDevices, type DeviceScope, isInScope } from '../../src/machines/device-scope.ts';
import type { Machine } from '../../src/machines/machine.ts';
import type { Moment } from '../../src/machines/moment.ts';
import { arbitraryMachine } from '../support/arbitrary-machines.ts';
import { cases } from '../support/cases.ts';
import { plainLatest } from '../support/plain-devices.ts';
import { snapshotOf } from '../support/snapshots.ts';

const [machine] = fc.sample(arbitraryMachine, { numRuns: 1, seed: 1 }) as [Machine];

/** A record without any sign. */
const record = (id: string, change: Partial<Machine> = {}): Machine => ({
  ...machine,
  id,
  computerDnsName: null,
  aadDeviceId: null,
  mergedIntoMachineId: null,
  rbacGroupId: 140,
  firstSeen: null,
  lastSeen: null,
  ...change,
});
const day = (number: number): Moment => `2026-09-${String(number).padStart(2, '0')}T00:00:00Z` as Moment;

/** Ids of the records that are the latest of their devices, of those of a scope. */
function latest(records: readonly Machine[], scope: DeviceScope = allDevices): readonly string[] {
  const snapshot = snapshotOf(records);
  const bits = latestOfDevices(snapshot, scope);
  return Array.from({ length: snapshot.rows }, (_, row) => ({ row, ...machineAt(snapshot, row) }))
    .filter(({ row, rbacGroupId }) => isInScope(scope, rbacGroupId) && hasBit(bits, row))
    .map(({ id }) => id);
}

const id = '80fe8ff8-2624-418e-9591-41f0491218f9';
const otherId = 'fd2e4d29-7072-4195-aaa5-1af139b78028';

describe('records of one device', () => {
  it('have the same aadDeviceId, in either case of letters', () => {
    const records = [
      record('a', { aadDeviceId: id, lastSeen: day(1) }),
      record('b', { aadDeviceId: id.toUpperCase(), lastSeen: day(2) }),
      record('c', { aadDeviceId: otherId, lastSeen: day(3) }),
    ];
    expect(latest(records)).toEqual(['b', 'c']);
  });

  it('came one after another, within a day: those with one aadDeviceId that live side by side are copies', () => {
    const lives = (firstSeen: Moment | null, lastSeen: Moment | null) => ({
      aadDeviceId: id,
      firstSeen,
      lastSeen,
    });
    const of = (other: Partial<Machine>) =>
      latest([record('a', lives(day(10), day(20))), record('b', other)]);
    expect(of(lives(day(1), day(9)))).toEqual(['a']);
    expect(of(lives(day(1), day(11)))).toEqual(['a']);
    expect(of(lives(day(1), day(12)))).toEqual(['a', 'b']);
    expect(of(lives(day(12), day(14)))).toEqual(['a', 'b']);
    expect(of(lives(day(19), day(30)))).toEqual(['b']);
    expect(of(lives(null, day(30)))).toEqual(['b']);
    expect(of(lives(day(1), null))).toEqual(['a']);
  });

  it('are followed by one record each, the one that came next, so that copies stay apart', () => {
    const lives = (first: number, last: number) => ({
      aadDeviceId: id,
      firstSeen: day(first),
      lastSeen: day(last),
    });
    const records = [
      record('old', lives(1, 3)),
      record('next', lives(5, 20)),
      record('copy', lives(7, 25)),
      record('older copy', lives(2, 6)),
    ];
    expect(latest(records)).toEqual(['copy', 'next']);
    expect(latest(records.filter((each) => each.id !== 'older copy'))).toEqual(['copy', 'next']);
  });

  it('are not found by an aadDeviceId that is missing, or all zeros', () => {
    const nil = '00000000-0000-0000-0000-000000000000';
    const records = [null, null, nil, nil].map((aadDeviceId, index) => record(`m${index}`, { aadDeviceId }));
    expect(latest(records)).toHaveLength(4);
  });

  it('are a record and the one that it was merged into, where both have the same name and domain', () => {
    const merged = (name: string | null): readonly Machine[] => [
      record('a', { computerDnsName: 'PC-1.corp.example', lastSeen: day(2) }),
      record('b', { computerDnsName: name, mergedIntoMachineId: 'a', lastSeen: day(1) }),
    ];
    expect(latest(merged('pc-1.CORP.example'))).toEqual(['a']);
    for (const other of ['pc-1', 'pc-1.other.example', null]) expect(latest(merged(other))).toHaveLength(2);
  });

  it('are not found by a name alone, nor by a merge into a record that is not there, or into itself', () => {
    const named = { computerDnsName: 'pc' };
    expect(latest([record('a', named), record('b', named)])).toHaveLength(2);
    const merged = (into: string) => record('a', { ...named, mergedIntoMachineId: into });
    expect(latest([merged('gone'), record('b', named)])).toHaveLength(2);
    expect(latest([merged('a')])).toEqual(['a']);
  });

  it('are found through others, by signs of either kind', () => {
    const records = [
      record('a', { aadDeviceId: id, lastSeen: day(3) }),
      record('b', { aadDeviceId: id, computerDnsName: 'pc', lastSeen: day(1) }),
      record('c', { computerDnsName: 'pc', mergedIntoMachineId: 'b', lastSeen: day(2) }),
      record('d', { computerDnsName: 'pc', mergedIntoMachineId: 'c' }),
    ];
    expect(latest(records)).toEqual(['a']);
  });
});

describe('the latest record of a device', () => {
  const of = (changes: readonly Partial<Machine>[]): readonly string[] =>
    latest(changes.map((change, index) => record(`m${index}`, { aadDeviceId: id, ...change })));

  it('is the one that was seen last, to the tick; null is earliest', () => {
    const seen = ['2026-09-01T00:00:00.0000002Z', '2026-09-01T00:00:00.0000001Z', null] as (Moment | null)[];
    expect(of(seen.map((lastSeen) => ({ lastSeen, firstSeen: day(1) })))).toEqual(['m0']);
  });

  it('is of those seen at the same time the one that was first seen last, and then the one with the highest id', () => {
    const lastSeen = day(9);
    const hour = (number: number): Moment => `2026-09-08T0${number}:00:00Z` as Moment;
    expect(of([hour(1), hour(3), hour(2)].map((firstSeen) => ({ firstSeen, lastSeen })))).toEqual(['m1']);
    expect(of([hour(1), hour(1), null].map((firstSeen) => ({ firstSeen, lastSeen })))).toEqual(['m1']);
    expect(of([{}, {}, {}])).toEqual(['m2']);
  });
});

describe('who sees some device groups', () => {
  const scope: DeviceScope = { kind: 'groups', groupIds: [140] };
  const older = record('a', { aadDeviceId: id, lastSeen: day(1) });

  it('is not affected by a later record in another group, or in none', () => {
    for (const rbacGroupId of [7, null]) {
      const later = record('b', { aadDeviceId: id, lastSeen: day(2), rbacGroupId });
      expect(latest([older, later])).toEqual(['b']);
      expect(latest([older, later], scope)).toEqual(['a']);
    }
  });

  it('does not join two records by a record in another group', () => {
    const between = record('b', { aadDeviceId: id, computerDnsName: 'pc', rbacGroupId: 7 });
    const merged = record('c', { computerDnsName: 'pc', mergedIntoMachineId: 'b', lastSeen: day(2) });
    expect(latest([older, between, merged])).toEqual(['c']);
    expect(latest([older, between, merged], scope)).toEqual(['a', 'c']);
  });

  it('sees records of one device as such that are joined by their aadDeviceId, whatever lies between', () => {
    const hidden = record('b', { aadDeviceId: id, lastSeen: day(5), rbacGroupId: 7 });
    const later = record('c', { aadDeviceId: id, lastSeen: day(2) });
    expect(latest([older, hidden, later], scope)).toEqual(['c']);
  });
});

describe('devices, beside a plain grouping', { timeout: 120_000 }, () => {
  const guids = Array.from(
    { length: 12 },
    (_, index) => `0000000${index % 10}-0000-0000-0000-${'0'.repeat(12)}`,
  );
  const fleets = fc.array(
    fc.record({
      aadDeviceId: fc.option(fc.constantFrom(...guids, id, id.toUpperCase())),
      computerDnsName: fc.option(fc.constantFrom('pc', 'PC', 'pc.corp', 'Pc.Corp', 'db')),
      mergedInto: fc.option(fc.nat({ max: 80 })),
      lastSeen: fc.option(fc.integer({ min: 1, max: 4 })),
      firstSeen: fc.option(fc.integer({ min: 1, max: 4 })),
      rbacGroupId: fc.constantFrom(null, 0, 140, 141, 7),
    }),
    { maxLength: 80, size: 'max' },
  );
  const scopes: fc.Arbitrary<DeviceScope> = fc.oneof(
    fc.constant(allDevices),
    fc
      .uniqueArray(fc.constantFrom(0, 140, 141, 7, 9))
      .map((groupIds) => ({ kind: 'groups' as const, groupIds })),
  );

  it('are the same for fleets and device groups of any kind', () => {
    fc.assert(
      fc.property(fleets, scopes, (drawn, scope) => {
        const records = drawn.map(({ mergedInto, lastSeen, firstSeen, ...change }, index) =>
          record(`m${String(index).padStart(2, '0')}`, {
            ...change,
            mergedIntoMachineId: mergedInto === null ? null : `m${String(mergedInto).padStart(2, '0')}`,
            lastSeen: lastSeen === null ? null : day(lastSeen),
            firstSeen: firstSeen === null ? null : day(firstSeen),
          }),
        );
        expect(latest(records, scope)).toEqual([...plainLatest(records, scope)].sort());
      }),
      { numRuns: cases(2_000) },
    );
  });
});
