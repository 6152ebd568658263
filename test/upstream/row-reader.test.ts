import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { allDevices } from '../../src/machines/device-scope.ts';
import { readListAnswer } from '../../src/upstream/answer.ts';
import { Body } from '../../src/upstream/body.ts';
import { createRowReader, type RowReader } from '../../src/upstream/row-reader.ts';
import { arbitraryFleet } from '../support/arbitrary-fleet.ts';

/** A list answer of at least so many bytes. */
function body(bytes: number, prefix = 'm'): Body {
  const rows = Math.ceil(bytes / 60);
  const value = Array.from({ length: rows }, (_, index) => ({
    id: `${prefix}${index}`,
    computerDnsName: 'x'.repeat(40),
  }));
  return inPieces(Buffer.from(JSON.stringify({ value })));
}

/** Cut anywhere, also within a letter. */
function inPieces(bytes: Buffer): Body {
  const pieceBytes = 65_537;
  const count = Math.ceil(bytes.length / pieceBytes);
  return new Body(
    Array.from({ length: count }, (_, index) =>
      Uint8Array.from(bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes)),
    ),
  );
}

const large = 300 * 1024;
const staying = (): AbortSignal => new AbortController().signal;

describe('the row reader', () => {
  const inThread: boolean[] = [];
  let rows: RowReader;
  beforeAll(() => {
    rows = createRowReader((_, thread) => inThread.push(thread));
  });
  beforeEach(() => {
    inThread.length = 0;
  });
  afterAll(() => rows.close());

  it('reads small bodies in place and large ones in a thread, both alike', async () => {
    const fleet = fc.sample(arbitraryFleet(40), { numRuns: 20, seed: 7 }).flat();
    const value = fleet.map((machine, index) => ({
      ...machine,
      id: `m${index}`,
      riskScore: index % 9 ? 'Low' : 'Odd',
    }));
    const bytes = Buffer.from(JSON.stringify({ value, '@odata.nextLink': 'x' }));
    const small = inPieces(bytes);
    const padded = inPieces(
      Buffer.from(JSON.stringify({ value, '@odata.nextLink': 'x', more: ' '.repeat(large) })),
    );
    const here = await rows.read(small, allDevices, staying());
    const there = await rows.read(padded, allDevices, staying());
    expect(inThread).toEqual([false, true]);
    expect(there).toEqual(here);
    expect(here).toEqual(readListAnswer(bytes, allDevices));
    expect(here.block.ids).toHaveLength(value.length);
    expect(here.oddities).toHaveProperty('riskScore: unrecognized "Odd"');
  });

  it('reports a large body that is no JSON, and goes on', async () => {
    const broken = inPieces(body(large).join().subarray(0, -10));
    await expect(rows.read(broken, allDevices, staying())).rejects.toThrow(
      'The body is not valid JSON: it ends in the middle',
    );
    await expect(rows.read(inPieces(Buffer.alloc(large, '[]')), allDevices, staying())).rejects.toThrow();
    expect((await rows.read(body(large), allDevices, staying())).block.ids[0]).toBe('m0');
  });

  it('says of a large body that is another JSON that it is no list', async () => {
    const other = inPieces(Buffer.from(JSON.stringify({ values: 'x'.repeat(large) })));
    await expect(rows.read(other, allDevices, staying())).rejects.toThrow('The body has no list in "value".');
  });

  it('reads any number of large bodies at once, each for its caller', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const read = await Promise.all(names.map((name) => rows.read(body(large, name), allDevices, staying())));
    expect(read.map(({ block }) => block.ids[0])).toEqual(['a0', 'b0', 'c0', 'd0']);
  });

  it('lets a caller leave at any time, and reads on for the others', async () => {
    const leaving = new AbortController();
    const left = [
      rows.read(body(large), allDevices, leaving.signal),
      rows.read(body(large), allDevices, leaving.signal),
    ];
    const stayed = rows.read(body(large, 'b'), allDevices, staying());
    leaving.abort(new Error('gone'));
    for (const each of left) await expect(each).rejects.toThrow('gone');
    expect((await stayed).block.ids[0]).toBe('b0');
  });

  it('reads nothing for a caller who has left', async () => {
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(rows.read(body(large), allDevices, gone)).rejects.toThrow('gone');
    expect(inThread).toEqual([]);
  });

  /** A reader of its own, and the thread that it starts first. */
  const open = (): { readonly rows: RowReader; readonly started: Promise<[Worker]> } => ({
    rows: createRowReader(() => undefined),
    started: once(process, 'worker') as Promise<[Worker]>,
  });

  it('starts another thread where one died while there was nothing to do', async () => {
    const { rows, started } = open();
    await rows.read(body(large), allDevices, staying());
    const [worker] = await started;
    await worker.terminate();
    expect((await rows.read(body(large, 'b'), allDevices, staying())).block.ids[0]).toBe('b0');
    await rows.close();
  });

  it('fails when its thread dies, instead of hanging, and starts another for waiting callers', async () => {
    const { rows, started } = open();
    const failing = rows.read(body(large), allDevices, staying());
    const waiting = [
      rows.read(body(large, 'b'), allDevices, staying()),
      rows.read(body(large, 'c'), allDevices, staying()),
    ];
    const [worker] = await started;
    await worker.terminate();
    await expect(failing).rejects.toThrow('has ended');
    expect((await Promise.all(waiting)).map(({ block }) => block.ids[0])).toEqual(['b0', 'c0']);
    await rows.close();
  });
});
