import type { Moment } from '../machines/moment.ts';
import { type PackedRows, unpackRows } from '../machines/row-block.ts';
import { answerMessages } from '../thread-body.ts';
import type { Snapshot, SnapshotId } from './snapshot.ts';
import { arraysOf } from './snapshot-arrays.ts';
import { SnapshotBuilder } from './snapshot-builder.ts';

/** The body of the thread that builds one snapshot: `begin`, rows any number of times, `finish`. */
export type BuildMessage =
  | { readonly kind: 'begin'; readonly previous: Snapshot | undefined }
  | { readonly kind: 'rows'; readonly rows: PackedRows }
  | { readonly kind: 'finish'; readonly id: SnapshotId; readonly readAt: Moment };

export interface BuiltSnapshot {
  readonly snapshot: Snapshot;
  /** Names of its arrays that are those of the previous one: sent to another thread, they cannot be told from others. */
  readonly shared: readonly string[];
}

let builder = new SnapshotBuilder(undefined);
let previous: Snapshot | undefined;

answerMessages((message: BuildMessage): BuiltSnapshot | undefined => {
  switch (message.kind) {
    case 'begin':
      previous = message.previous;
      builder = new SnapshotBuilder(previous);
      return undefined;
    case 'rows':
      addRows(message.rows);
      return undefined;
    case 'finish': {
      const snapshot = builder.finish(message.id, message.readAt);
      return { snapshot, shared: sharedNames(snapshot) };
    }
    default:
      return message satisfies never;
  }
});

/** Rows that are there as machines at a time. */
const rowsAtOnce = 1_000;

function addRows(rows: PackedRows): void {
  for (let from = 0; from < rows.starts.length - 1; from += rowsAtOnce) {
    for (const machine of unpackRows(rows, from, from + rowsAtOnce)) {
      if (machine !== undefined) builder.add(machine);
    }
  }
}

function sharedNames(snapshot: Snapshot): string[] {
  if (previous === undefined) return [];
  const earlier = arraysOf(previous.columns);
  return [...arraysOf(snapshot.columns)].flatMap(([name, array]) =>
    earlier.get(name) === array ? [name] : [],
  );
}
