import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { select } from '../../src/fleet/select.ts';
import { isSelected } from '../../src/fleet/selection.ts';
import type { Condition, Test } from '../../src/machines/condition.ts';
import { allDevices } from '../../src/machines/device-scope.ts';
import type { Machine } from '../../src/machines/machine.ts';
import {
  arbitraryFleetFilter,
  arbitraryMachine,
  arbitraryMachines,
  crowd,
} from '../support/arbitrary-machines.ts';
import { buildSnapshot } from '../support/build-snapshot.ts';
import { cases } from '../support/cases.ts';
import { plainLatest } from '../support/plain-devices.ts';
import { plainMatches } from '../support/plain-machines.ts';
import { machinesById, readAt, snapshotOf } from '../support/snapshots.ts';

/** Thousands of fleets are built and compared. */
const timeout = 120_000;

describe('selecting rows', { timeout }, () => {
  it.each([
    { of: 'few values', others: [], numRuns: 2_000 },
    { of: 'many values', others: crowd, numRuns: 200 },
  ])('gives the machines of $of that a plain evaluation of the filter gives', (wide) => {
    fc.assert(
      fc.property(arbitraryMachines, arbitraryFleetFilter, (few, { filter, subnetTexts }) => {
        const machines = [...few, ...wide.others];
        const snapshot = snapshotOf(machines);
        const selection = select(snapshot, filter);
        const all = machinesById(machines);
        const latest = plainLatest(all, allDevices);
        const context = { filter, subnetTexts, readAtMs: Date.parse(readAt), latest };
        const expected = all.map((machine) => plainMatches(filter, machine, context));
        const found = Array.from({ length: snapshot.rows }, (_, row) => isSelected(selection, row));
        expect(found).toEqual(expected);
        expect(selection.count).toBe(expected.filter(Boolean).length);
      }),
      { numRuns: cases(wide.numRuns) },
    );
  });

  const [machine] = fc.sample(arbitraryMachine, 1);
  const named = (computerDnsName: string | null, index: number): Machine => ({
    ...(machine as Machine),
    id: String(index).padStart(4, '0'),
    computerDnsName,
  });
  const idsOf = (names: readonly (string | null)[], test: Test, negated = false): (string | null)[] => {
    const snapshot = snapshotOf(names.map(named));
    const filter: Condition = { kind: 'condition', property: 'computerDnsName', test, negated };
    const selection = select(snapshot, filter);
    return names.filter((_, row) => isSelected(selection, row));
  };
  const contains = (text: string, ignoreCase = false): Test => ({ operator: 'contains', text, ignoreCase });

  it('distinguishes lists whose values are shared by two snapshots, but not their rows', () => {
    const tagged = (id: string, machineTags: readonly string[]): Machine => ({
      ...(machine as Machine),
      id,
      machineTags,
    });
    const first = snapshotOf([tagged('a', []), tagged('b', ['x'])]);
    const later = buildSnapshot([tagged('b', ['x'])], {
      id: first.id,
      readAt: first.readAt,
      previous: first,
    });
    expect(later.columns.machineTags.codes).toBe(first.columns.machineTags.codes);
    const filter: Condition = {
      kind: 'condition',
      property: 'machineTags',
      test: { operator: 'has', value: 'x', ignoreCase: false },
      negated: false,
    };
    expect(isSelected(select(first, filter), 1)).toBe(true);
    expect(isSelected(select(later, filter), 0)).toBe(true);
  });

  it('does not find a text that begins in one value and ends in the next', () => {
    expect(idsOf(['aab', 'ab', 'abb', 'baa'], contains('ba'))).toEqual(['baa']);
    expect(idsOf(['aa', 'aab'], contains('aaa'))).toEqual([]);
    expect(idsOf(['aa', 'aaa'], contains('aaa'))).toEqual(['aaa']);
  });

  it('finds texts far behind the one that matched last, and close to it', () => {
    const names = Array.from({ length: 400 }, (_, index) =>
      index % 97 < 3 ? `sql-${index}` : `web-${index}`,
    );
    const wanted = names.filter((name) => name.includes('sql-'));
    expect(idsOf(names, contains('sql-')).sort()).toEqual(wanted.sort());
    expect(idsOf(names, contains('web-')).sort()).toEqual(
      names.filter((name) => name.includes('web-')).sort(),
    );
    expect(idsOf(names, contains('-399'))).toEqual(['web-399']);
    expect(idsOf(names, contains('b-3991'))).toEqual([]);
  });

  it('finds letters whose other case is longer', () => {
    expect(idsOf(['İzmir', 'izmir'], contains('İZ', true))).toEqual(['İzmir']);
  });

  it('counts null as not equal, and leaves it out of what looks at text, negated too', () => {
    expect(idsOf([null, 'a'], { operator: 'eq', value: 'a', ignoreCase: false }, true)).toEqual([null]);
    expect(idsOf([null, 'a'], contains('b'), true)).toEqual(['a']);
  });

  it('finds thousands of values in one list', () => {
    const names = Array.from({ length: 5_000 }, (_, index) => `Host-${index}`);
    const wanted = names.filter((_, index) => index % 3 === 0).map((name) => name.toUpperCase());
    expect(idsOf(names, { operator: 'in', values: wanted, ignoreCase: true })).toHaveLength(1_667);
    expect(idsOf(names, { operator: 'in', values: wanted, ignoreCase: false })).toEqual([]);
  });
});
