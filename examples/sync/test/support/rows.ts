import Database from 'libsql';
import type { RawMachine } from '../../../../src/emulator/emulator.ts';
import { readMachine } from '../../../../src/machines/machine-row.ts';
import { type Column, columnNames } from '../../src/columns.ts';

/** Machines by id, with every column that is kept. */
export type Rows = ReadonlyMap<string, Readonly<Partial<Record<Column, unknown>>>>;

/** What another program finds in a file. */
export function rowsIn(path: string): Rows {
  const db = new Database(path, { readonly: true });
  try {
    const rows = db
      .prepare(`SELECT ${columnNames.join(', ')} FROM machines`)
      .raw()
      .all() as unknown[][];
    return byId(rows.map((row) => Object.fromEntries(columnNames.map((name, at) => [name, row[at]]))));
  } finally {
    db.close();
  }
}

/** What a file should hold of machines that upstream has. */
export function rowsOf(machines: readonly RawMachine[]): Rows {
  const read = machines.flatMap((row) => readMachine(row, () => undefined) ?? []);
  return byId(
    read.map((each) => Object.fromEntries(columnNames.map((name) => [name, inSqlite(each[name])]))),
  );
}

const byId = (rows: readonly Partial<Record<Column, unknown>>[]): Rows =>
  new Map(rows.map((row) => [String(row.id), row]));

function inSqlite(value: unknown): unknown {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
