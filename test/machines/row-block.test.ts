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
import { arbitraryFleet, oddTexts } from '../support/arbitrary-fleet.ts';

const read = (row: unknown): Row => readMachine(row, () => undefined);

/** Machines of all sorts, and now and then a row that cannot be shown. */
const arbitraryRows = fc
  .tuple(arbitraryFleet(12), fc.infiniteStream(fc.integer({ min: 0, max: 4 })))
  .map(([machines, dice]) =>
    machines.map((machine) => (dice.next().value === 0 ? undefined : read(machine))),
  );

describe('a block of rows', () => {
  it('gives back what was put in, holes in their places', () => {
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
