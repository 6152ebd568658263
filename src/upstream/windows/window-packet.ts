import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Moment } from '../../machines/moment.ts';
import type { SharedWindow } from './shared-windows.ts';

/**
 * A window as bytes, to be kept outside the process: a head in JSON, the row starts, the rows, all compressed at the
 * fastest level (a window of 10,000 rows comes to about 1.5 MB).
 */
const compress = promisify(gzip);
const decompress = promisify(gunzip);

interface Head {
  readonly readAt: Moment;
  readonly ended: boolean;
  readonly ids: readonly string[];
  readonly hidden: readonly number[];
}

const lengthBytes = 4;
/** Bound on what a packet may unfold to. */
const maxBytes = 256 * 1024 * 1024;

export async function packWindow({ block, readAt, ended, hidden }: SharedWindow): Promise<Buffer> {
  const head = Buffer.from(JSON.stringify({ readAt, ended, ids: block.ids, hidden } satisfies Head));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(head.length);
  const starts = Buffer.from(block.starts.buffer, block.starts.byteOffset, block.starts.byteLength);
  return compress(Buffer.concat([length, head, starts, block.bytes]), { level: 1 });
}

/** @throws {Error} where the bytes are no such packet */
export async function unpackWindow(packet: Buffer): Promise<SharedWindow> {
  const raw = await decompress(packet, { maxOutputLength: maxBytes });
  const headEnd = lengthBytes + raw.readUInt32LE(0);
  const head = JSON.parse(raw.toString('utf8', lengthBytes, headEnd)) as Head;
  const startsEnd = headEnd + (head.ids.length + 1) * Uint32Array.BYTES_PER_ELEMENT;
  // Copied, as a view on numbers must begin at a multiple of their size.
  const starts = new Uint32Array(new Uint8Array(raw.subarray(headEnd, startsEnd)).buffer);
  const bytes = new Uint8Array(raw.subarray(startsEnd));
  if (starts.at(-1) !== bytes.length) throw new Error('The packet is not whole.');
  const { readAt, ended, hidden, ids } = head;
  return { block: { bytes, starts, ids }, readAt, ended, hidden };
}
