import type { Machine, ShownMachine } from './machine.ts';
import { machineProperties } from './machine-row.ts';
import { noTicks, ticksOf } from './ticks.ts';

/**
 * Rows in a compact form, immutable: each a JSON array of its values in a fixed order, one after the other in one
 * stretch of bytes. A machine takes about a third of what it takes as an object, the garbage collector has nothing to
 * walk through, and the bytes pass between threads and into a cache as they are. Rows are read back when a page asks
 * for them.
 *
 * A row that cannot be shown, as it has no id, still takes its place: places are `$skip` offsets.
 */
export interface RowBlock {
  /** `[v, v, …],[v, v, …],…` in UTF-8. */
  readonly bytes: Uint8Array;
  /** Where each row begins in `bytes`, and behind the last, where one more would. */
  readonly starts: Uint32Array;
  /** The id of each row; "" for one that cannot be shown. */
  readonly ids: readonly string[];
  /** `lastSeen` of each row, by which the fleet is read; `noTicks` of rows without one. */
  readonly seen: BigInt64Array<ArrayBuffer>;
}

/** Rows without their metadata. */
export type PackedRows = Pick<RowBlock, 'bytes' | 'starts'>;

/** A row: undefined where it cannot be shown. */
export type Row = ShownMachine | undefined;

export function packRows(rows: readonly Row[]): RowBlock {
  const texts = rows.map((row) =>
    row === undefined ? 'null,' : `${JSON.stringify(machineProperties.map((name) => row[name]))},`,
  );
  const joined = texts.join('');
  // A buffer of its own, not a piece of a shared pool, so that it can be handed to another thread.
  const bytes = new Uint8Array(Buffer.byteLength(joined));
  Buffer.from(bytes.buffer).write(joined);
  const isAscii = bytes.length === joined.length;
  const starts = new Uint32Array(rows.length + 1);
  texts.forEach((text, index) => {
    starts[index + 1] = (starts[index] ?? 0) + (isAscii ? text.length : Buffer.byteLength(text));
  });
  const seen = BigInt64Array.from(rows, (row) => ticksOf(row?.lastSeen ?? '') ?? noTicks);
  return { bytes, starts, ids: rows.map((row) => row?.id ?? ''), seen };
}

/** Rows `from` up to, but not including, `to`; less where the block ends before. */
export function unpackRows(block: PackedRows, from: number, to: number): Row[] {
  const end = block.starts[Math.min(to, block.starts.length - 1)] ?? 0;
  const start = block.starts[from] ?? end;
  if (end <= start) return [];
  // Less the comma behind the last row.
  const text = Buffer.from(block.bytes.buffer, block.bytes.byteOffset + start, end - start - 1).toString(
    'utf8',
  );
  const rows = JSON.parse(`[${text}]`) as (readonly unknown[] | null)[];
  return rows.map((values) => (values === null ? undefined : toMachine(values)));
}

function toMachine(values: readonly unknown[]): Machine {
  const machine: Record<string, unknown> = {};
  machineProperties.forEach((name, index) => {
    machine[name] = values[index];
  });
  return machine as unknown as Machine;
}

/** What a block keeps in memory, in bytes; its ids, as text of one byte a character, by estimate. */
export function blockBytes(block: RowBlock): number {
  const { bytes, starts, ids, seen } = block;
  return bytes.byteLength + starts.byteLength + seen.byteLength + ids.length * idBytes;
}

/** An id of 40 characters, its place in an array and in an index by id. */
const idBytes = 140;

/** Blocks of consecutive rows as one. */
export function joinBlocks(first: RowBlock, second: RowBlock): RowBlock {
  const bytes = new Uint8Array(first.bytes.length + second.bytes.length);
  bytes.set(first.bytes);
  bytes.set(second.bytes, first.bytes.length);
  const starts = new Uint32Array(first.starts.length + second.ids.length);
  starts.set(first.starts);
  starts.set(
    second.starts.subarray(1).map((start) => start + first.bytes.length),
    first.starts.length,
  );
  const seen = new BigInt64Array(first.seen.length + second.seen.length);
  seen.set(first.seen);
  seen.set(second.seen, first.seen.length);
  return { bytes, starts, ids: [...first.ids, ...second.ids], seen };
}

/** The rows of a block in another order. @param order the row that comes at each place, each row once */
export function arrangeBlock(block: RowBlock, order: readonly number[]): RowBlock {
  const texts = order.map((row) => block.bytes.subarray(block.starts[row], block.starts[row + 1]));
  // As long as their content, also for a part of the block: the number of rows follows from the lengths.
  const starts = new Uint32Array(order.length + 1);
  texts.forEach((text, place) => {
    starts[place + 1] = (starts[place] ?? 0) + text.length;
  });
  const bytes = new Uint8Array(starts[order.length] ?? 0);
  texts.forEach((text, place) => {
    bytes.set(text, starts[place]);
  });
  const seen = BigInt64Array.from(order, (row) => block.seen[row] ?? noTicks);
  return { bytes, starts, ids: order.map((row) => block.ids[row] ?? ''), seen };
}
