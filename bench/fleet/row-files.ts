import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { fleetMachine } from '../../src/emulator/fleet/fleet-source.ts';
import { readMachine } from '../../src/machines/machine-row.ts';
import { packRows, type RowBlock } from '../../src/machines/row-block.ts';

/**
 * Machines as the emulator makes them, in files of one block each: made once in a thread, so that what is measured
 * later is neither their making nor the memory that it takes.
 */
export interface RowFiles {
  readonly folder: string;
  readonly rows: number;
  /** Rows in a thousand that differ from those of the plain fleet: they reported, from another address, with another risk. */
  readonly changedPerThousand: number;
}

const blockRows = 10_000;
const madeAt = Date.parse('2026-11-01T12:00:00Z');
/** The moment up to which the machines reported. */
export const reportedUntil = new Date(madeAt).toISOString();

const fileOf = ({ folder, changedPerThousand }: RowFiles, block: number): string =>
  join(folder, `${changedPerThousand}-${block}.rows`);

export async function makeRowFiles(files: RowFiles): Promise<void> {
  const source = JSON.stringify(import.meta.url);
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import(${source}); })`;
  const worker = new Worker(code, { eval: true, workerData: files });
  const [message] = await Promise.race([once(worker, 'message'), once(worker, 'error')]);
  await worker.terminate();
  if (message !== 'made') throw message;
}

export async function* rowBlocks(files: RowFiles): AsyncGenerator<RowBlock> {
  for (let block = 0; block * blockRows < files.rows; block++) {
    const file = await readFile(fileOf(files, block));
    const rows = file.readUInt32LE(0);
    const at = 4 * (rows + 2);
    const starts = new Uint32Array(file.buffer.slice(file.byteOffset + 4, file.byteOffset + at));
    const bytes = new Uint8Array(file.buffer, file.byteOffset + at, file.length - at);
    yield { bytes, starts, ids: [], seen: new BigInt64Array(0) };
  }
}

async function writeAll(files: RowFiles): Promise<void> {
  for (let block = 0; block * blockRows < files.rows; block++) {
    const from = block * blockRows;
    const to = Math.min(files.rows, from + blockRows);
    const rows = Array.from({ length: to - from }, (_, index) => machine(files, from + index));
    const { bytes, starts } = packRows(rows);
    await writeFile(
      fileOf(files, block),
      Buffer.concat([Uint32Array.of(rows.length), starts, bytes].map(toBuffer)),
    );
  }
}

const toBuffer = (array: Uint8Array | Uint32Array): Buffer =>
  Buffer.from(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);

function machine({ changedPerThousand }: RowFiles, index: number) {
  const raw = fleetMachine(1, index, madeAt);
  const isChanged = (index * 7919) % 1000 < changedPerThousand;
  const changes = isChanged
    ? {
        lastSeen: new Date(madeAt + index).toISOString(),
        riskScore: 'Medium',
        lastIpAddress: `10.9.${index % 199}.7`,
      }
    : {};
  return readMachine({ ...raw, ...changes }, () => undefined);
}

if (!isMainThread && workerData?.folder !== undefined) {
  await writeAll(workerData as RowFiles);
  parentPort?.postMessage('made');
}
