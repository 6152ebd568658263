import { untilAborted } from '../cancellation.ts';
import type { Moment } from '../machines/moment.ts';
import type { RowBlock } from '../machines/row-block.ts';
import { Thread } from '../thread.ts';
import type { BuildMessage, BuiltSnapshot } from './build-worker.ts';
import { shareLinks } from './devices.ts';
import type { Snapshot, SnapshotId } from './snapshot.ts';
import { arraysOf, columnsOf } from './snapshot-arrays.ts';

export interface BuildMeta {
  readonly id: SnapshotId;
  /** When the oldest call of the reading was sent; a function where that is known only after the last block. */
  readonly readAt: Moment | (() => Moment);
  /** Arrays that did not change are shared with it. */
  readonly previous?: Snapshot | undefined;
}

/** Most heap of the thread: a column of a million distinct texts is sorted as strings. */
const heapMb = 1_536;

/**
 * Builds a snapshot in a thread that ends with it, which frees the memory of building. Blocks are asked for one
 * by one, the next when the thread has read the last: none is kept, and their bytes are transferred to the thread.
 *
 * @throws what the blocks throw; the signal's reason; {Error} where the thread ended
 */
export async function buildInThread(
  blocks: AsyncIterable<RowBlock> | Iterable<RowBlock>,
  { id, readAt, previous }: BuildMeta,
  signal: AbortSignal,
): Promise<Snapshot> {
  signal.throwIfAborted();
  const thread = new Thread<BuildMessage, BuiltSnapshot | undefined>({
    file: 'build-worker',
    from: import.meta.url,
    name: 'A thread of the fleet',
    heapMb,
  });
  const call = (message: BuildMessage, given: readonly ArrayBuffer[] = []) =>
    untilAborted(thread.call(message, given), signal);
  try {
    await call({ kind: 'begin', previous });
    for await (const block of abortable(blocks, signal)) {
      const rows = { bytes: block.bytes, starts: block.starts };
      // One without rows may be given any number of times.
      if (rows.starts.length === 1) continue;
      await call({ kind: 'rows', rows }, [
        rows.bytes.buffer as ArrayBuffer,
        rows.starts.buffer as ArrayBuffer,
      ]);
    }
    const moment = typeof readAt === 'function' ? readAt() : readAt;
    const built = await call({ kind: 'finish', id, readAt: moment });
    if (built === undefined) throw new Error('The thread that builds the fleet gave no snapshot.');
    return withShared(built, previous);
  } finally {
    await thread.end();
  }
}

/** Blocks as they come, until the signal goes off, also while one is waited for. */
async function* abortable(
  blocks: AsyncIterable<RowBlock> | Iterable<RowBlock>,
  signal: AbortSignal,
): AsyncGenerator<RowBlock> {
  const source = Symbol.asyncIterator in blocks ? blocks[Symbol.asyncIterator]() : blocks[Symbol.iterator]();
  let isOver = false;
  try {
    for (;;) {
      const next = await untilAborted(Promise.resolve(source.next()), signal);
      isOver = next.done === true;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a source that hangs must not block this.
    if (!isOver) void Promise.resolve(source.return?.()).catch(() => undefined);
  }
}

/** The snapshot with the previous one's own arrays in place of those that are the same memory. */
function withShared({ snapshot, shared }: BuiltSnapshot, previous: Snapshot | undefined): Snapshot {
  if (previous === undefined) return snapshot;
  const earlier = arraysOf(previous.columns);
  const isShared = new Set(shared);
  const arrays = new Map(
    [...arraysOf(snapshot.columns)].map(([name, array]) => [
      name,
      (isShared.has(name) ? earlier.get(name) : undefined) ?? array,
    ]),
  );
  const devices = shareLinks(snapshot.devices, previous.devices);
  return { ...snapshot, columns: columnsOf(arrays, snapshot.rows), devices };
}
