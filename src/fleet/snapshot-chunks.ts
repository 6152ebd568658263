import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, deflateRaw, inflateRaw } from 'node:zlib';
import { z } from 'zod';
import { parseMoment } from '../machines/moment.ts';
import type { Snapshot } from './snapshot.ts';
import type { SharedReading } from './snapshot-exchange.ts';
import { fromParts, toParts, wireVersion } from './wire.ts';

/**
 * Snapshots in pieces that are sent and kept by themselves. A chunk is a stretch of one array, compressed, and is named
 * by the digest of its bytes: arrays that did not change from one snapshot to the next are neither sent nor fetched again,
 * and alterations on the way are noticed.
 */
export interface ChunkStore {
  readonly has: (digest: string) => Promise<boolean>;
  readonly put: (digest: string, packed: Buffer) => Promise<void>;
  /** @returns undefined where it is gone */
  readonly get: (digest: string) => Promise<Buffer | undefined>;
  /** Deletes a chunk that does not match its name, so that it is put again. */
  readonly drop: (digest: string) => Promise<void>;
}

/** Bytes of a chunk before it is compressed: the unit of hashing and copying, less than 1 ms. */
const chunkBytes = 512 * 1024;
/** Chunks on their way at a time, each way. */
const chunksAtATime = 3;
/** The memory for so many bytes out of zlib, in one piece. Were it filled to its end, zlib would take another, and another turn. */
const roomFor = (bytes: number) => ({ chunkSize: Math.max(constants.Z_MIN_CHUNK, bytes + 1) });
const compress = promisify<Uint8Array, object, Buffer>(deflateRaw);
const decompress = promisify<Uint8Array, object, Buffer>(inflateRaw);

const digestForm = /^[\w-]{43}$/;
const manifestForm = z.object({
  head: z
    .object({ version: z.literal(wireVersion), rows: z.int().min(0), id: z.string(), readAt: z.string() })
    .loose(),
  /** Arrays are sent as they lie in memory. */
  byteOrder: z.literal(endianness()),
  /** Upstream calls that the reading took. */
  calls: z.int().min(0),
  /** Each array: its length in bytes, and the digests of its chunks. */
  parts: z.array(z.object({ bytes: z.int().min(0), chunks: z.array(z.string().regex(digestForm)) })),
});

/** The parts of a snapshot. */
export type Manifest = z.output<typeof manifestForm>;

/** @returns undefined where it is none, of another version, or of a machine of another byte order */
export function readManifestText(manifest: string): Manifest | undefined {
  let plain: unknown;
  try {
    plain = JSON.parse(manifest);
  } catch {
    return undefined;
  }
  const { success, data } = manifestForm.safeParse(plain);
  if (!success || parseMoment(data.head.readAt) === undefined) return undefined;
  return data.parts.every(({ bytes, chunks }) => chunks.length === Math.ceil(bytes / chunkBytes))
    ? data
    : undefined;
}

/** A chunk that is missing, or is not what its name says. */
export class ChunkFault extends Error {
  override readonly name = 'ChunkFault';
}

/** Takes snapshots apart and puts them together. Remembers the digests of the arrays that it has met. */
export class SnapshotChunks {
  readonly #digests = new WeakMap<ArrayBufferLike, readonly string[]>();

  async manifestOf({ snapshot, calls }: SharedReading): Promise<{
    readonly manifest: Manifest;
    readonly parts: readonly Uint8Array[];
  }> {
    const { head, parts } = toParts(snapshot);
    const listed: Manifest['parts'] = [];
    for (const part of parts) {
      listed.push({ bytes: part.length, chunks: [...(await this.#digestsOf(part))] });
    }
    return {
      manifest: { head: { ...head, version: wireVersion }, byteOrder: endianness(), calls, parts: listed },
      parts,
    };
  }

  /** Puts what the store lacks. @throws what the store throws */
  async send(manifest: Manifest, parts: readonly Uint8Array[], store: ChunkStore): Promise<void> {
    const chunks = new Map<string, Uint8Array>();
    for (const [index, part] of parts.entries()) {
      for (const [place, digest] of (manifest.parts[index]?.chunks ?? []).entries()) {
        chunks.set(digest, stretch(part, place));
      }
    }
    await inParallel(chunks, async ([digest, bytes]) => {
      if (await store.has(digest)) return;
      // Compressing takes a thread of its own, but a thread all the same: the quickest level.
      await store.put(digest, await compress(bytes, { level: 1, ...roomFor(bytes.length) }));
    });
  }

  /**
   * Fetches a snapshot. Arrays of `known` that are in it are shared with it.
   * @throws {ChunkFault}; {Error} where the parts are no snapshot; what the store throws
   */
  async fetch(manifest: Manifest, known: Snapshot | undefined, store: ChunkStore): Promise<Snapshot> {
    const held = this.#arraysOf(known);
    const wanted: { readonly digest: string; readonly into: Uint8Array }[] = [];
    const parts = manifest.parts.map(({ bytes, chunks }) => {
      const same = held.get(chunks.join());
      if (same?.length === bytes) return same;
      const part = new Uint8Array(new SharedArrayBuffer(bytes));
      for (const [place, digest] of chunks.entries()) wanted.push({ digest, into: stretch(part, place) });
      return part;
    });
    await inParallel(wanted, async ({ digest, into }) => {
      into.set(await this.#chunk(digest, into.length, store));
    });
    const snapshot = fromParts(manifest.head, parts);
    for (const [index, part] of parts.entries()) {
      this.#digests.set(part.buffer, manifest.parts[index]?.chunks ?? []);
    }
    return snapshot;
  }

  async #chunk(digest: string, length: number, store: ChunkStore): Promise<Uint8Array> {
    const packed = await store.get(digest);
    if (packed === undefined) throw new ChunkFault('A chunk of the snapshot is missing.');
    // In one piece, as each takes a turn of the thread pool and of the event loop.
    const options = { maxOutputLength: Math.max(1, length), ...roomFor(length) };
    const bytes = await decompress(packed, options).catch(() => undefined);
    if (bytes === undefined || digestOf(bytes) !== digest) {
      await store.drop(digest);
      throw new ChunkFault('A chunk of the snapshot was altered.');
    }
    if (bytes.length !== length) throw new ChunkFault('A chunk of the snapshot is of another length.');
    return bytes;
  }

  #arraysOf(known: Snapshot | undefined): ReadonlyMap<string, Uint8Array> {
    const held = new Map<string, Uint8Array>();
    if (known === undefined) return held;
    for (const part of toParts(known).parts) {
      const digests = this.#digests.get(part.buffer);
      if (digests !== undefined) held.set(digests.join(), part);
    }
    return held;
  }

  async #digestsOf(part: Uint8Array): Promise<readonly string[]> {
    const known = this.#digests.get(part.buffer);
    if (known !== undefined) return known;
    const digests: string[] = [];
    for (let place = 0; place * chunkBytes < part.length; place += 1) {
      digests.push(digestOf(stretch(part, place)));
      await turnOfLoop();
    }
    this.#digests.set(part.buffer, digests);
    return digests;
  }
}

const stretch = (part: Uint8Array, place: number): Uint8Array =>
  part.subarray(place * chunkBytes, (place + 1) * chunkBytes);

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url');

/** Works on a few items at a time; the first failure ends all, when those under way have ended. */
async function inParallel<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  // One generator for all: leaving its loop by an error ends it for the others, too.
  const queue = (function* () {
    yield* items;
  })();
  const next = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: chunksAtATime }, next));
  const failed = ends.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
