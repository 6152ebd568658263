import type { ShownMachine } from './machine.ts';
import type { Row } from './row-block.ts';

/** Rows in memory, numbered from 0, which never change: a window of a list, or a snapshot of the fleet. */
export interface RowSource {
  readonly rows: number;
  /** The rows `from` up to, not including, `to`; undefined for one that cannot be shown. */
  readonly read: (from: number, to: number) => readonly Row[];
  /** The same rows without what differs from caller to caller; left out where nothing does. */
  readonly common?: RowSource;
}

/** Rows of a source that follow one another: `from` up to, not including, `to`. All of them are shown. */
export interface RowSpan {
  readonly source: RowSource;
  readonly from: number;
  readonly to: number;
}

/** Puts rows that follow one another into one span each. */
export function spansOf(rows: Iterable<{ readonly source: RowSource; readonly row: number }>): RowSpan[] {
  const spans: { source: RowSource; from: number; to: number }[] = [];
  for (const { source, row } of rows) {
    const last = spans.at(-1);
    if (last?.source === source && last.to === row) last.to += 1;
    else spans.push({ source, from: row, to: row + 1 });
  }
  return spans;
}

export function machinesOf(spans: readonly RowSpan[]): readonly ShownMachine[] {
  return spans.flatMap(({ source, from, to }) =>
    source.read(from, to).map((row) => {
      if (row === undefined) throw new RangeError(`A row that is not shown lies between ${from} and ${to}.`);
      return row;
    }),
  );
}
