import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Machine } from '../../machines/machine.ts';
import type { Moment } from '../../machines/moment.ts';
import { diffSnapshots } from '../diff.ts';
import { machineAt, rowOf } from '../machine-at.ts';
import type { Snapshot, SnapshotId } from '../snapshot.ts';
import { sharedUint8 } from '../typed-arrays.ts';

/** A snapshot by its name and time, which are kept when it is gone. */
export type Reading = Pick<Snapshot, 'id' | 'readAt'>;

/**
 * The way back from a snapshot to the one before it: what each machine that changed was like before. Some 50 bytes a
 * machine, as most change in few properties. Immutable, in memory that threads share.
 */
export interface Delta {
  readonly from: Reading;
  readonly to: Reading;
  /** Machines that differ. */
  readonly machines: number;
  readonly pieces: readonly DeltaPiece[];
  /** Of all pieces, packed. */
  readonly bytes: number;
}

/** A part of a delta that is packed, sent and unpacked at a time: entries as a list in JSON, deflated. */
export interface DeltaPiece {
  readonly packed: Uint8Array;
  /** Bytes when it is unpacked. */
  readonly length: number;
}

/** What to change of a machine to have it as it was; nothing where it was not there. Of one that is gone, all of it. */
export type DeltaEntry = readonly [id: string, before?: Before];
export type Before = Partial<Machine>;

/** Characters of a piece, about. */
const pieceLength = 500_000;

/** The way back from `later` to `earlier`. */
export function deltaOf(earlier: Snapshot, later: Snapshot): Delta {
  const { added, removed, changed } = diffSnapshots(earlier, later);
  const entries = function* (): Generator<DeltaEntry> {
    for (const row of added) yield [machineAt(later, row).id];
    for (const row of removed) {
      const { id, ...before } = machineAt(earlier, row);
      yield [id, before];
    }
    for (const { row, properties } of changed) {
      const { id } = machineAt(later, row);
      const before = machineAt(earlier, rowOf(earlier, id) ?? 0);
      yield [id, Object.fromEntries(properties.map((name) => [name, before[name]]))];
    }
  };
  const pieces = [...packed(entries())];
  return {
    from: readingOf(earlier),
    to: readingOf(later),
    machines: added.length + removed.length + changed.length,
    pieces,
    bytes: pieces.reduce((sum, piece) => sum + piece.packed.length, 0),
  };
}

/** The entries of a piece. @throws {Error} where it was altered */
export function entriesOf({ packed, length }: DeltaPiece): readonly DeltaEntry[] {
  return JSON.parse(inflateRawSync(packed, { maxOutputLength: Math.max(1, length) }).toString('utf8'));
}

export const readingOf = ({ id, readAt }: { readonly id: SnapshotId; readonly readAt: Moment }): Reading => ({
  id,
  readAt,
});

function* packed(entries: Iterable<DeltaEntry>): Generator<DeltaPiece> {
  let texts: string[] = [];
  let length = 0;
  for (const entry of entries) {
    const text = JSON.stringify(entry);
    texts.push(text);
    length += text.length;
    if (length < pieceLength) continue;
    yield pieceOf(texts);
    texts = [];
    length = 0;
  }
  if (texts.length > 0) yield pieceOf(texts);
}

function pieceOf(texts: readonly string[]): DeltaPiece {
  const plain = Buffer.from(`[${texts.join(',')}]`);
  return { packed: sharedCopy(deflateRawSync(plain)), length: plain.length };
}

/** A copy that threads share. */
export function sharedCopy(bytes: Uint8Array): Uint8Array {
  const copy = sharedUint8(bytes.length);
  copy.set(bytes);
  return copy;
}
