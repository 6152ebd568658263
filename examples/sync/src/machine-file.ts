import Database from 'libsql';
import { columnNames, columns, type Machine } from './columns.ts';
import type { Change } from './gateway.ts';

/** How far a file has got. It is written in one transaction with the rows that it speaks of. */
export type Progress = NewFile | Walking | Following;

export interface NewFile {
  readonly kind: 'new';
  readonly walk: 0;
}

/** A walk through a snapshot of the fleet has come as far as `cursor`. */
export interface Walking {
  readonly kind: 'walking';
  /** Number of the walk. Each row has that of the last walk that met it. */
  readonly walk: number;
  /** Time of the snapshot. */
  readonly asOf: string;
  /** Where the changes behind this snapshot begin. */
  readonly token: string;
  readonly cursor: string | null;
}

/** The rows are as the changes up to `token` have left them. */
export interface Following {
  readonly kind: 'following';
  readonly walk: number;
  readonly token: string;
}

/** Longest wait for another program's transaction on the file, in milliseconds. */
const lockedMs = 10_000;
/** Number of the layout below. */
const layout = 1;
const newFile: NewFile = { kind: 'new', walk: 0 };
const tables = `
  CREATE TABLE machines (${columnNames.map((name) => `${name} ${columns[name]}`).join(', ')}, walk INTEGER NOT NULL);
  CREATE TABLE progress (state TEXT NOT NULL);
  INSERT INTO progress VALUES ('${JSON.stringify(newFile)}');
  PRAGMA user_version = ${layout};`;
const putMachines = `
  INSERT OR REPLACE INTO machines (${columnNames.join(', ')}, walk)
  SELECT ${columnNames.map((name) => `value ->> '${name}'`).join(', ')}, ?2 FROM json_each(?1)`;

/** An SQLite file with a row for each machine, and its progress. */
export class MachineFile {
  readonly #db: Database.Database;

  /** Opens a file, or makes it. @throws where it cannot be written, or holds something else */
  constructor(path: string) {
    this.#db = new Database(path, { timeout: lockedMs });
    // So that others can read while a page is written.
    this.#db.exec('PRAGMA journal_mode = WAL');
    const { user_version: found } = this.#get<{ user_version: number }>('PRAGMA user_version');
    if (found === 0) this.#db.transaction(() => this.#db.exec(tables)).immediate();
    else if (found !== layout) throw new Error(`${path} has another layout. Delete it, to fill it anew.`);
  }

  progress(): Progress {
    return JSON.parse(this.#get<{ state: string }>('SELECT state FROM progress').state);
  }

  /** How many machines it holds. */
  size(): number {
    return this.#get<{ size: number }>('SELECT count(*) AS size FROM machines').size;
  }

  /** Begins a walk. Rows of before stay until it has ended, so that the file is never empty. */
  beginWalk(now: Progress, { token, asOf }: Pick<Walking, 'token' | 'asOf'>): void {
    this.#write(now, { kind: 'walking', walk: now.walk + 1, asOf, token, cursor: null }, () => undefined);
  }

  /** Takes a page of the walk. @param cursor where the next page begins; null: this is the last one */
  takePage(now: Walking, machines: readonly Machine[], cursor: string | null): void {
    const { walk, token } = now;
    const next: Progress = cursor === null ? { kind: 'following', walk, token } : { ...now, cursor };
    this.#write(now, next, () => {
      this.#put(machines, walk);
      // Machines that did not come again are gone.
      if (cursor === null) this.#db.prepare('DELETE FROM machines WHERE walk <> ?').run(walk);
    });
  }

  /** Takes a page of changes. @param token where the next changes begin */
  takeChanges(now: Following, changes: readonly Change[], token: string): void {
    const gone = changes.filter(({ machine }) => machine === null).map(({ id }) => id);
    const machines = changes.flatMap(({ machine }) => machine ?? []);
    this.#write(now, { ...now, token }, () => {
      this.#db
        .prepare('DELETE FROM machines WHERE id IN (SELECT value FROM json_each(?))')
        .run(JSON.stringify(gone));
      this.#put(machines, now.walk);
    });
  }

  close(): void {
    this.#db.close();
  }

  /** Writes rows and progress: both or, where the program is killed meanwhile, neither. */
  #write(now: Progress, next: Progress, writeRows: () => void): void {
    const move = this.#db.prepare('UPDATE progress SET state = ? WHERE state = ?');
    this.#db
      .transaction(() => {
        writeRows();
        const { changes } = move.run(JSON.stringify(next), JSON.stringify(now));
        if (changes !== 1) throw new Error('Another program writes to this file, too.');
      })
      .immediate();
  }

  #put(machines: readonly Machine[], walk: number): void {
    this.#db.prepare(putMachines).run(JSON.stringify(machines), walk);
  }

  #get<Row>(query: string): Row {
    return this.#db.prepare(query).get() as Row;
  }
}
