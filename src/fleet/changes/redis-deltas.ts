import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseMoment } from '../../machines/moment.ts';
import type { SnapshotId } from '../snapshot.ts';
import { type Delta, type DeltaPiece, type Reading, sharedCopy } from './delta.ts';

/** Where deltas are kept by name: `SET` for a time, `GET`, `EXISTS`, `DEL` of Redis. */
export interface DeltaStore {
  readonly has: (name: string) => Promise<boolean>;
  readonly put: (name: string, value: Buffer) => Promise<void>;
  readonly get: (name: string) => Promise<Buffer | undefined>;
}

/** A delta as it is listed where it is published, so that it can be counted and taken away: `<id>.<pieces>.<bytes>`. */
export type DeltaName = string;

export const nameOf = ({ to, pieces, bytes }: Delta): DeltaName => `${to.id}.${pieces.length}.${bytes}`;

const id = z
  .string()
  .regex(/^[A-Za-z0-9]{1,64}$/)
  .transform((text) => text as SnapshotId);
const reading = z
  .object({ id, readAt: z.string().transform(parseMoment) })
  .refine((each): each is Reading => each.readAt !== undefined);
const headForm = z.object({
  version: z.literal(1),
  from: reading,
  to: reading,
  machines: z.int().min(0),
  pieces: z.array(z.object({ length: z.int().min(0), digest: z.string() })).max(10_000),
});

/** Writes a delta: its pieces, then the head that lists them. */
export async function putDelta({ from, to, machines, pieces }: Delta, store: DeltaStore): Promise<void> {
  for (const [index, { packed }] of pieces.entries()) {
    await store.put(`${to.id}:${index}`, Buffer.from(packed));
  }
  const told = pieces.map(({ packed, length }) => ({ length, digest: digestOf(packed) }));
  const head: z.input<typeof headForm> = { version: 1, from, to, machines, pieces: told };
  await store.put(to.id, Buffer.from(JSON.stringify(head)));
}

/**
 * @param maxBytes of all its pieces; a larger one counts as missing
 * @returns undefined where it is gone, was altered or is of another version
 */
export async function getDelta(
  to: SnapshotId,
  store: DeltaStore,
  maxBytes: number,
): Promise<Delta | undefined> {
  const head = readHead(await store.get(to));
  if (head === undefined || head.to.id !== to) return undefined;
  const pieces: DeltaPiece[] = [];
  let bytes = 0;
  for (const [index, { length, digest }] of head.pieces.entries()) {
    const packed = await store.get(`${to}:${index}`);
    bytes += packed?.length ?? 0;
    if (packed === undefined || digestOf(packed) !== digest || bytes > maxBytes) return undefined;
    pieces.push({ packed: sharedCopy(packed), length });
  }
  return { from: head.from, to: head.to, machines: head.machines, pieces, bytes };
}

function readHead(text: Buffer | undefined): z.output<typeof headForm> | undefined {
  try {
    return headForm.parse(JSON.parse(String(text)));
  } catch {
    return undefined;
  }
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url');
