import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMachine } from '../../src/machines/machine-row.ts';
import {
  arrangeBlock,
  blockBytes,
  joinBlocks,
  packRows,
  type Row,
  unpackRows,
} from '../../src/machines/row-block.ts';
import { noTicks, ticksOf } from '../../src/machines/ticks.ts';
import { arbitraryFleet, oddTexts } from '../support/arbitrary-fleet.ts';

const read = (row: unknown): Row => readMachine(row, () => undefined);

/** Machines of all sorts, and now and then a row that cannot be shown. */
const arbitraryRows = fc
  .tuple(arbitraryFleet(12), fc.infiniteStream(fc.integer({ min: 0, max: 4 })))
  .map(([machines, dice]) =>
    machines.map((machine) => (dice.next().value === 0 ? undefined : read(machine))),
  );

describe('a block of rows', () => {
  it('returns its rows, with holes in their places', () => {
    fc.assert(
      fc.property(arbitraryRows, (rows) => {
        const block = packRows(rows);
        expect(unpackRows(block, 0, rows.length)).toEqual(rows);
        expect(block.ids).toEqual(rows.map((row) => row?.id ?? ''));
      }),
    );
  });

  it('gives any slice, cut to what there is', () => {
    fc.assert(
      fc.property(arbitraryRows, fc.nat(14), fc.nat(14), (rows, from, to) => {
        expect(unpackRows(packRows(rows), from, to)).toEqual(rows.slice(from, to));
      }),
    );
  });

  it.each([
    ['of a tick', '2026-11-01T12:00:00.0000001Z', ticksOf('2026-11-01T12:00:00.0000001Z')],
    ['null', null, noTicks],
    ['of the year 1', '0001-01-01T00:00:00Z', noTicks],
    ['no moment', 'yesterday', noTicks],
  ])('tells the lastSeen of each row: %s', (_, lastSeen, ticks) => {
    const block = packRows([undefined, read({ id: 'm', lastSeen })]);
    expect([...block.seen]).toEqual([noTicks, ticks]);
    expect([...arrangeBlock(block, [1, 0]).seen]).toEqual([ticks, noTicks]);
    expect([...joinBlocks(block, block).seen]).toEqual([noTicks, ticks, noTicks, ticks]);
  });

  it('joined with another gives the rows of both, one behind the other', () => {
    fc.assert(
      fc.property(arbitraryRows, arbitraryRows, (first, second) => {
        const joined = joinBlocks(packRows(first), packRows(second));
        const both = [...first, ...second];
        expect(joined.ids).toEqual(both.map((row) => row?.id ?? ''));
        expect(both.flatMap((_, index) => unpackRows(joined, index, index + 1))).toEqual(both);
      }),
    );
  });

  it('gives its rows in another order', () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5, maxLength: 5 });
    const rows = ['a', undefined, '✓', 'c', 'd'].map((id) => (id === undefined ? undefined : read({ id })));
    fc.assert(
      fc.property(order, (places) => {
        const arranged = arrangeBlock(packRows(rows), places);
        expect(unpackRows(arranged, 0, 5)).toEqual(places.map((place) => rows[place]));
        expect(arranged.ids).toEqual(places.map((place) => rows[place]?.id ?? ''));
      }),
    );
  });

  it('gives some of its rows as the block that these rows alone would be', () => {
    const rows = ['a', 'b✓', 'c', 'd'].map((id) => read({ id }));
    expect(arrangeBlock(packRows(rows), [3, 1])).toEqual(packRows([rows[3], rows[1]]));
    expect(arrangeBlock(packRows(rows), [])).toEqual(packRows([]));
  });

  it('keeps every text as it came', () => {
    const rows = oddTexts.map((text, index) =>
      read({ id: `m${index}`, computerDnsName: text, machineTags: [text] }),
    );
    expect(unpackRows(packRows(rows), 0, rows.length)).toEqual(rows);
  });

  it('has bytes of its own, which can be handed to another thread', () => {
    const { bytes, starts } = packRows([read({ id: 'a' })]);
    expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
    expect(starts.byteLength).toBe(starts.buffer.byteLength);
  });

  it('counts for its bytes and more: ids and starts take room as well', () => {
    const rows = ['a', 'b'].map((id) => read({ id }));
    expect(blockBytes(packRows(rows))).toBeGreaterThan(packRows(rows).bytes.byteLength);
    expect(blockBytes(packRows([]))).toBeGreaterThan(0);
  });
});
