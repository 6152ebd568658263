/**
 * How a list is cut into windows, each one upstream call: a small first one, so that whoever looks at the top of a list
 * has it quickly, and large ones behind it, for whoever goes on. The cut is the same for every reader and replica, so
 * that they share windows: with 1,002 and 10,000 rows, 100,000 machines are 11 calls.
 */
export interface WindowGrid {
  /** Rows of the first window. */
  readonly firstRows: number;
  /** Rows of each further window. */
  readonly rows: number;
}

/** Number of a window within its listing, from 0. */
export type WindowIndex = number;

export function windowAt(grid: WindowGrid, offset: number): WindowIndex {
  return offset < grid.firstRows ? 0 : 1 + Math.floor((offset - grid.firstRows) / grid.rows);
}

/** Offset of a window's first row. */
export function windowStart(grid: WindowGrid, index: WindowIndex): number {
  return index === 0 ? 0 : grid.firstRows + (index - 1) * grid.rows;
}

export function windowRows(grid: WindowGrid, index: WindowIndex): number {
  return index === 0 ? grid.firstRows : grid.rows;
}
