import { describe, expect, it } from 'vitest';
import { type RenderedSpan, renderSpans, type Shape } from '../../src/graphql/answers/rendered-rows.ts';
import { RenderedStore } from '../../src/graphql/answers/rendered-store.ts';
import type { Machine } from '../../src/machines/machine.ts';
import { readMachine } from '../../src/machines/machine-row.ts';
import type { RowSource } from '../../src/machines/row-span.ts';

/** Rows `m0`, `m1`, …, which note what is read of them. */
function rowsOf(size: number): RowSource & { readonly reads: readonly (readonly [number, number])[] } {
  const reads: [number, number][] = [];
  const machines = Array.from({ length: size }, (_, row) => readMachine({ id: `m${row}é` }, () => undefined));
  return {
    rows: size,
    reads,
    read: (from, to) => {
      reads.push([from, to]);
      return machines.slice(from, to);
    },
  };
}

const byId: Shape = {
  name: 'id',
  isCommon: true,
  write: (machine) => JSON.stringify((machine as Machine).id),
};
const textOf = (spans: readonly RenderedSpan[]): string =>
  spans.map(({ bytes, starts, from, to }) => bytes.subarray(starts[from], starts[to]).toString()).join('');
const expected = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `"m${from + index}é",`).join('');

describe('rendered rows', () => {
  it('are rendered once for all pages that show them', () => {
    const store = new RenderedStore(2 ** 20);
    const source = rowsOf(1_000);
    for (let times = 0; times < 3; times++) {
      expect(textOf(renderSpans(byId, [{ source, from: 100, to: 300 }], store))).toBe(expected(100, 300));
    }
    expect(textOf(renderSpans(byId, [{ source, from: 130, to: 132 }], store))).toBe(expected(130, 132));
    // The chunk of which the page takes but a fifth is read for the page alone.
    const chunks = source.reads.filter(([from, to]) => to - from === 128);
    expect(new Set(chunks.map(String)).size).toBe(chunks.length);
  });

  it('that lie far apart are rendered for their page alone', () => {
    const store = new RenderedStore(2 ** 20);
    const source = rowsOf(1_000);
    const spans = [3, 500, 900].map((from) => ({ source, from, to: from + 1 }));
    expect(textOf(renderSpans(byId, spans, store))).toBe(
      spans.map(({ from, to }) => expected(from, to)).join(''),
    );
    expect(source.reads).toEqual([
      [3, 4],
      [500, 501],
      [900, 901],
    ]);
    expect(store.bytes).toBe(0);
  });

  it('of one shape are not those of another', () => {
    const store = new RenderedStore(2 ** 20);
    const source = rowsOf(128);
    const other: Shape = { name: 'other', isCommon: true, write: () => '{}' };
    renderSpans(byId, [{ source, from: 0, to: 128 }], store);
    expect(textOf(renderSpans(other, [{ source, from: 0, to: 2 }], store))).toBe('{},{},');
  });

  it('are the same rows to all callers, but for shapes that show what differs among them', () => {
    const store = new RenderedStore(2 ** 20);
    const common = rowsOf(128);
    const [one, other] = [rowsOf(128), rowsOf(128)];
    for (const source of [one, other].map((each) => ({ ...each, common }))) {
      renderSpans(byId, [{ source, from: 0, to: 128 }], store);
      renderSpans({ ...byId, name: 'own', isCommon: false }, [{ source, from: 0, to: 128 }], store);
    }
    expect([common, one, other].map(({ reads }) => reads)).toEqual([[[0, 128]], [[0, 128]], [[0, 128]]]);
  });

  it('that cannot be written fail the pages that show them, and no others of their chunk', () => {
    const store = new RenderedStore(2 ** 20);
    const source = rowsOf(128);
    const failing: Shape = {
      name: 'failing',
      isCommon: true,
      write: (machine) => {
        if ((machine as Machine).id === 'm70é') throw new Error('It cannot be printed.');
        return byId.write(machine);
      },
    };
    expect(() => renderSpans(failing, [{ source, from: 0, to: 128 }], store)).toThrow('cannot be written');
    expect(textOf(renderSpans(failing, [{ source, from: 0, to: 70 }], store))).toBe(expected(0, 70));
    expect(textOf(renderSpans(failing, [{ source, from: 71, to: 128 }], store))).toBe(expected(71, 128));
    expect(() => renderSpans(failing, [{ source, from: 70, to: 71 }], store)).toThrow('cannot be written');
  });

  it('take no more than their bound, whatever is asked for', () => {
    const store = new RenderedStore(50_000);
    const source = rowsOf(12_800);
    for (let shape = 0; shape < 20; shape++) {
      const own: Shape = { name: `s${shape}`, isCommon: true, write: byId.write };
      expect(textOf(renderSpans(own, [{ source, from: 0, to: 12_800 }], store))).toBe(expected(0, 12_800));
      expect(store.bytes).toBeLessThanOrEqual(50_000);
    }
    expect(textOf(renderSpans(byId, [{ source, from: 0, to: 128 }], new RenderedStore(0)))).toBe(
      expected(0, 128),
    );
  });

  it('keep nothing of what lies in two sources from being told apart', () => {
    const store = new RenderedStore(2 ** 20);
    const [one, other] = [rowsOf(128), rowsOf(128)];
    renderSpans(byId, [{ source: one, from: 0, to: 128 }], store);
    expect(other.reads).toEqual([]);
    renderSpans(byId, [{ source: other, from: 0, to: 128 }], store);
    expect(other.reads).toEqual([[0, 128]]);
  });
});
