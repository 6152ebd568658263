import { parseMoment } from '../machines/moment.ts';
import { type DeviceLinks, linksOf, type Snapshot, type SnapshotId } from './snapshot.ts';
import { arraysOf, byteLengthOf, columnsOf } from './snapshot-arrays.ts';
import type { AnyArray } from './typed-arrays.ts';

/** What `parts` are, as plain JSON. */
export interface SnapshotHead {
  readonly version: number;
  readonly id: string;
  readonly rows: number;
  readonly readAt: string;
  /** Each array's name and type, and the part that it is: an array may stand under two names. */
  readonly arrays: readonly (readonly [name: string, type: string, part: number])[];
}

/** Raised whenever snapshots are laid out in another way: columns, orders of values, arrays. */
export const wireVersion = 3;

/** The parts are views of the snapshot's own memory, in the byte order of this machine. */
export function toParts(snapshot: Snapshot): { readonly head: SnapshotHead; readonly parts: Uint8Array[] } {
  const { id, rows, readAt, columns, devices } = snapshot;
  // Links are sent: finding them again would hold up the event loop.
  const links = Object.entries(devices).map(([name, array]) => [`devices.${name}`, array] as const);
  const arrays = [...arraysOf(columns), ...links];
  const different = [...new Set(arrays.map(([, array]) => array))];
  const partOf = new Map(different.map((array, index) => [array, index]));
  const head = {
    version: wireVersion,
    id,
    rows,
    readAt,
    arrays: arrays.map(([name, array]) => [name, array.constructor.name, partOf.get(array) ?? 0] as const),
  };
  const parts = different.map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  return { head, parts };
}

/**
 * Makes a snapshot of the parts. Those in shared memory become its arrays as they are, others are copied.
 * @param head as it came out of JSON
 * @throws {Error} where head and parts are no snapshot of this version
 */
export function fromParts(head: unknown, parts: readonly Uint8Array[]): Snapshot {
  if (!isHead(head)) throw new Error('This is not the head of a snapshot.');
  if (head.version !== wireVersion) {
    throw new Error(`The snapshot is of version ${head.version}; this gateway reads version ${wireVersion}.`);
  }
  const readAt = parseMoment(head.readAt);
  if (readAt === undefined) throw new Error('The snapshot does not tell when it was read.');
  const made = new Map<number, AnyArray>();
  const arrays = new Map<string, AnyArray>();
  for (const [name, type, part] of head.arrays) {
    const array = made.get(part) ?? arrayOf(name, type, parts[part]);
    made.set(part, array);
    arrays.set(name, array);
  }
  return {
    id: head.id as SnapshotId,
    rows: head.rows,
    readAt,
    columns: columnsOf(arrays, head.rows),
    devices: readLinks(arrays),
    bytes: byteLengthOf(arrays.values()),
  };
}

function readLinks(arrays: ReadonlyMap<string, AnyArray>): DeviceLinks {
  const links = linksOf((name) => {
    const array = arrays.get(`devices.${name}`);
    if (array instanceof Uint32Array) return array;
    throw new Error(`The snapshot's array devices.${name} is missing or of another type.`);
  });
  if (Object.values(links).some(({ length }) => length !== links.records.length)) {
    throw new Error("The snapshot's arrays of devices do not fit together.");
  }
  return links;
}

function isHead(value: unknown): value is SnapshotHead {
  if (typeof value !== 'object' || value === null) return false;
  const { version, id, rows, readAt, arrays } = value as Partial<Record<keyof SnapshotHead, unknown>>;
  return (
    typeof version === 'number' &&
    typeof id === 'string' &&
    Number.isInteger(rows) &&
    typeof readAt === 'string' &&
    Array.isArray(arrays) &&
    arrays.every((each) => Array.isArray(each) && typeof each[0] === 'string' && Number.isInteger(each[2]))
  );
}

const makers: Readonly<Record<string, (memory: SharedArrayBuffer) => AnyArray>> = {
  Uint8Array: (memory) => new Uint8Array(memory),
  Uint16Array: (memory) => new Uint16Array(memory),
  Uint32Array: (memory) => new Uint32Array(memory),
  Float64Array: (memory) => new Float64Array(memory),
  BigInt64Array: (memory) => new BigInt64Array(memory),
};

function arrayOf(name: string, type: string, part: Uint8Array | undefined): AnyArray {
  const make = Object.hasOwn(makers, type) ? makers[type] : undefined;
  if (make === undefined || part === undefined) throw new Error(`The snapshot's array ${name} is missing.`);
  const width = make(new SharedArrayBuffer(0)).BYTES_PER_ELEMENT;
  if (part.length % width !== 0) throw new Error(`The snapshot's array ${name} was cut off.`);
  return make(sharedMemory(part));
}

function sharedMemory(part: Uint8Array): SharedArrayBuffer {
  const { buffer } = part;
  if (buffer instanceof SharedArrayBuffer && buffer.byteLength === part.length) return buffer;
  const memory = new SharedArrayBuffer(part.length);
  new Uint8Array(memory).set(part);
  return memory;
}
