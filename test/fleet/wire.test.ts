import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { machineAt } from '../../src/fleet/machine-at.ts';
import { arraysOf, byteLengthOf } from '../../src/fleet/snapshot-arrays.ts';
import { fromParts, toParts } from '../../src/fleet/wire.ts';
import { arbitraryMachine, arbitraryMachines } from '../support/arbitrary-machines.ts';
import { cases } from '../support/cases.ts';
import { machinesById, snapshotOf } from '../support/snapshots.ts';

const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a snapshot in parts', () => {
  it('is put together as it was', () => {
    fc.assert(
      fc.property(arbitraryMachines, (machines) => {
        const snapshot = snapshotOf(machines);
        const { head, parts } = toParts(snapshot);
        const received = fromParts(
          sent(head),
          parts.map((part) => Uint8Array.from(part)),
        );
        const again = toParts(received);
        deepStrictEqual(again.head, head);
        expect(Buffer.concat(again.parts).equals(Buffer.concat(parts))).toBe(true);
        const { columns: _, ...rest } = snapshot;
        expect(received).toMatchObject(rest);
        deepStrictEqual(
          Array.from({ length: received.rows }, (_, row) => machineAt(received, row)),
          machinesById(machines),
        );
      }),
      { numRuns: cases(2_000) },
    );
  });

  const snapshot = snapshotOf(fc.sample(arbitraryMachine, { numRuns: 50, seed: 3 }));
  const { head, parts } = toParts(snapshot);
  /** The array of the ids' starts: of another length than any other. */
  const longest = head.arrays.find(([name]) => name === 'id.exact.starts')?.[2];

  it('takes no more bytes than the arrays of the snapshot', () => {
    const { columns, devices } = snapshot;
    const bytes = byteLengthOf([...arraysOf(columns).values(), ...Object.values(devices)]);
    expect(parts.reduce((sum, { length }) => sum + length, 0)).toBe(bytes);
  });

  it.each([
    ['a head that is none', { nothing: true }, parts],
    ['another version', { ...head, version: 99 }, parts],
    ['a missing part', head, parts.slice(1)],
    ['parts in another order', head, parts.toReversed()],
    ['other rows', { ...head, rows: head.rows + 1 }, parts],
    [
      'an array of an unknown type',
      { ...head, arrays: head.arrays.map(([name, , at]) => [name, 'constructor', at]) },
      parts,
    ],
    [
      'links of devices of different lengths',
      {
        ...head,
        arrays: head.arrays.map(([name, type, at]) => [
          name,
          type,
          name === 'devices.records' ? longest : at,
        ]),
      },
      parts,
    ],
    ['a part that was cut off', head, parts.map((part) => part.subarray(0, part.length - 1))],
    ['no moment', { ...head, readAt: 'yesterday' }, parts],
  ])('is rejected with %s', (_, given, givenParts) => {
    expect(() => fromParts(sent(given), givenParts)).toThrow(/snapshot/);
  });
});
