import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { allDevices } from '../../src/machines/device-scope.ts';
import { type ListAnswer, readListAnswer, UnreadableAnswer } from '../../src/upstream/answer.ts';
import { createRowReader, type ListBody, type RowReader } from '../../src/upstream/row-reader.ts';
import { RowThread } from '../../src/upstream/row-thread.ts';
import type { CodedBody } from '../../src/upstream/transport.ts';
import { arbitraryFleet } from '../support/arbitrary-fleet.ts';

/** A list answer of at least so many bytes. */
function body(bytes: number, prefix = 'm'): Buffer {
  const rows = Math.ceil(bytes / 60);
  const value = Array.from({ length: rows }, (_, index) => ({
    id: `${prefix}${index}`,
    computerDnsName: 'x'.repeat(40),
  }));
  return Buffer.from(JSON.stringify({ value }));
}

/** As it comes, cut anywhere, also within a letter. */
function inPieces(bytes: Buffer): Readable {
  const pieceBytes = 65_537;
  const count = Math.ceil(bytes.length / pieceBytes);
  return Readable.from(
    Array.from({ length: count }, (_, index) => bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes)),
  );
}

const large = 300 * 1024;
const top = 1_000_000;
const staying = (): AbortSignal => new AbortController().signal;
const coded = (options: Partial<CodedBody> = {}): CodedBody => ({
  encoding: undefined,
  maxBytes: 100_000_000,
  signal: staying(),
  ...options,
});

async function taken(rows: RowReader, bytes: Buffer, options?: Partial<CodedBody>): Promise<ListBody> {
  const list = rows.open(top);
  await list.take(inPieces(bytes), coded(options));
  return list;
}

async function read(rows: RowReader, bytes: Buffer, options?: Partial<CodedBody>): Promise<ListAnswer> {
  return await (await taken(rows, bytes, options)).read(allDevices, staying());
}

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
    const padded = Buffer.from(JSON.stringify({ value, '@odata.nextLink': 'x', more: ' '.repeat(large) }));
    const here = await read(rows, bytes);
    const there = await read(rows, padded);
    expect(inThread).toEqual([false, true]);
    expect(there).toEqual(here);
    expect(here).toEqual(readListAnswer(bytes, allDevices));
    expect(here.block.ids).toHaveLength(value.length);
    expect(here.oddities).toHaveProperty('riskScore: unrecognized "Odd"');
  });

  it('reports a large body that is no JSON, and goes on', async () => {
    await expect(read(rows, body(large).subarray(0, -10))).rejects.toThrow(
      'The body is not valid JSON: it ends in the middle',
    );
    await expect(read(rows, Buffer.alloc(large, '[]'))).rejects.toThrow(UnreadableAnswer);
    expect((await read(rows, body(large))).block.ids[0]).toBe('m0');
  });

  it('says of a large body that is another JSON that it is no list', async () => {
    const other = Buffer.from(JSON.stringify({ values: 'x'.repeat(large) }));
    await expect(read(rows, other)).rejects.toThrow('The body has no list in "value".');
  });

  it('reads any number of large bodies at once, each for its caller', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const lists = await Promise.all(names.map((name) => read(rows, body(large, name))));
    expect(lists.map(({ block }) => block.ids[0])).toEqual(['a0', 'b0', 'c0', 'd0']);
  });

  it('lets a caller leave at any time, and reads on for the others', async () => {
    const [first, second, third] = await Promise.all(
      ['a', 'a', 'b'].map((name) => taken(rows, body(large, name))),
    );
    const leaving = new AbortController();
    const left = [first, second].map((list) => list?.read(allDevices, leaving.signal));
    const stayed = third?.read(allDevices, staying());
    leaving.abort(new Error('gone'));
    for (const each of left) await expect(each).rejects.toThrow('gone');
    expect((await stayed)?.block.ids[0]).toBe('b0');
  });

  it('reads nothing for a caller who has left', async () => {
    const list = await taken(rows, body(large));
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(list.read(allDevices, gone)).rejects.toThrow('gone');
    expect(inThread).toEqual([]);
  });

  it('reads nothing that was not taken', async () => {
    await expect(rows.open(top).read(allDevices, staying())).rejects.toThrow('not taken');
  });

  /** A reader of its own, and the thread that it starts first. */
  const open = (): { readonly rows: RowReader; readonly started: Promise<[Worker]> } => ({
    rows: createRowReader(() => undefined),
    started: once(process, 'worker') as Promise<[Worker]>,
  });

  /** A reader with a body on its way in its thread. */
  const openMidway = async () => {
    const { rows, started } = open();
    const source = new PassThrough();
    const taking = rows.open(top).take(source, coded());
    source.write(body(large));
    const [worker] = await started;
    return { rows, source, taking, worker };
  };

  it('starts another thread where one died while there was nothing to do', async () => {
    const { rows, started } = open();
    await read(rows, body(large));
    const [worker] = await started;
    await worker.terminate();
    expect((await read(rows, body(large, 'b'))).block.ids[0]).toBe('b0');
    await rows.close();
  });

  it('fails for all that its thread had when that dies, instead of hanging, and starts another', async () => {
    const { rows, started } = open();
    const lists = await Promise.all(['a', 'b', 'c'].map((name) => taken(rows, body(large, name))));
    const failing = lists.map((list) => list.read(allDevices, staying()));
    const [worker] = await started;
    await worker.terminate();
    for (const each of failing) await expect(each).rejects.toThrow('has ended');
    expect((await read(rows, body(large, 'd'))).block.ids[0]).toBe('d0');
    await rows.close();
  });

  it('fails for a body that was on its way to a thread that died', async () => {
    const { rows, source, taking, worker } = await openMidway();
    await worker.terminate();
    // Told by the next piece, which finds another thread.
    source.end(body(large));
    await expect(taking).rejects.toThrow('has ended');
    expect((await read(rows, body(large, 'b'))).block.ids[0]).toBe('b0');
    await rows.close();
  });

  it('keeps its thread for as long as a body is on its way', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const thread = new RowThread(10_000);
    const decoding = await thread.begin(undefined, { maxBytes: 2 * large, top }, staying());
    await decoding.add(body(large).subarray(0, 1_000));
    vi.advanceTimersByTime(60_000);
    await decoding.add(body(large).subarray(1_000));
    const whole = await decoding.whole();
    expect((await thread.read(whole, allDevices, staying())).block.ids[0]).toBe('m0');
    await thread.close();
  });

  it('keeps no thread for a caller who left while it started', async () => {
    const thread = new RowThread(100);
    const bounds = { maxBytes: 2 * large, top };
    const started = once(process, 'worker') as Promise<[Worker]>;
    const caller = new AbortController();
    const beginning = thread.begin(undefined, bounds, caller.signal);
    const [worker] = await started;
    const ended = once(worker, 'exit');
    caller.abort();
    await expect(beginning).rejects.toThrow('aborted');
    await ended;
  });

  it('starts no thread once it is closed', async () => {
    const { rows, source, taking, worker } = await openMidway();
    await Promise.all([once(worker, 'exit'), rows.close()]);
    source.end(body(large));
    await expect(taking).rejects.toThrow(/is closed|has ended/);
    await expect(read(rows, body(large))).rejects.toThrow('is closed');
  });

  it('keeps nothing of what stands behind the end of a body', async () => {
    const { rows, started } = open();
    const bytes = deflateSync(Buffer.from(JSON.stringify({ value: [{ id: 'm0' }] })));
    const list = await taken(rows, Buffer.concat([bytes, Buffer.alloc(2 * large)]), { encoding: 'deflate' });
    // In the thread, which decodes piece by piece.
    await started;
    expect((await list.read(allDevices, staying())).block.ids).toEqual(['m0']);
    await rows.close();
  });
});

describe('a large body', () => {
  let rows: RowReader;
  beforeAll(() => {
    rows = createRowReader(() => undefined);
  });
  afterAll(() => rows.close());

  /** 13,000 rows, which no coding makes small. */
  const value = Array.from({ length: 13_000 }, (_, index) => ({
    id: createHash('sha1').update(`${index}`).digest('hex'),
    computerDnsName: createHash('sha1').update(`name ${index}`).digest('base64'),
  }));
  const text = Buffer.from(JSON.stringify({ value }));
  const gzip = gzipSync(text);
  const wellAfterwards = async (): Promise<void> => {
    expect((await read(rows, body(large))).block.ids[0]).toBe('m0');
  };

  it.each([
    ['gzip', gzip],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', text],
    [undefined, text],
  ])('is decoded in the thread: %s', async (encoding, bytes) => {
    const list = await taken(rows, bytes, { encoding });
    expect(list).toHaveLength(text.length);
    const { block } = await list.read(allDevices, staying());
    expect(Buffer.compare(block.bytes, readListAnswer(text, allDevices).block.bytes)).toBe(0);
  });

  it('leaves the memory of its pieces to others', async () => {
    const pieces = [gzip.subarray(0, 100_000), gzip.subarray(100_000)];
    await rows.open(top).take(Readable.from(pieces), coded({ encoding: 'gzip' }));
    expect(Buffer.concat(pieces).equals(gzip)).toBe(true);
  });

  const codeOf = (taking: Promise<unknown>): Promise<unknown> =>
    taking.then(
      () => 'taken',
      (error: { readonly code?: unknown }) => error.code,
    );

  it.each([
    ['is in another coding than it says', 'gzip', text, 'Z_DATA_ERROR'],
    ['is in a coding that was not asked for', 'zstd', text, 'UNKNOWN_ENCODING'],
    ['ends in its middle', 'gzip', gzip.subarray(0, gzip.length / 2), 'Z_BUF_ERROR'],
    ['has another checksum', 'gzip', Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(8)]), 'Z_DATA_ERROR'],
  ])('is rejected where it %s, with the code of the fault', async (_, encoding, bytes, code) => {
    expect(await codeOf(taken(rows, bytes, { encoding }))).toBe(code);
    await wellAfterwards();
  });

  it.each([
    ['more bytes than its bound', gzipSync(Buffer.alloc(20_000_000, ' ')), top, 'TOO_LARGE'],
    ['more rows than were asked for', gzip, 12_999, 'TOO_MANY_ROWS'],
    ['more rows than were asked for, not encoded', text, 12_999, 'TOO_MANY_ROWS'],
  ])('is rejected at once, though no more comes, where it holds %s', async (_, bytes, rowsAsked, code) => {
    // Not ended: waiting for the rest would hang.
    const source = new PassThrough();
    source.write(bytes);
    const encoding = bytes === text ? undefined : 'gzip';
    const bound = coded({ encoding, maxBytes: 10_000_000 });
    expect(await codeOf(rows.open(rowsAsked).take(source, bound))).toBe(code);
    expect(source.destroyed).toBe(true);
    await wellAfterwards();
  });

  it('is let go in its middle where all waiting callers left', async () => {
    const leaving = new AbortController();
    const source = new PassThrough();
    const list = rows.open(top);
    const taking = list.take(source, coded({ encoding: 'gzip', signal: leaving.signal }));
    source.write(gzip.subarray(0, 600_000), () => leaving.abort(new Error('gone')));
    // As the connection does when the signal goes off.
    leaving.signal.addEventListener('abort', () => source.destroy(leaving.signal.reason));
    await expect(taking).rejects.toThrow('gone');
    expect(list).toHaveLength(0);
    await wellAfterwards();
  });

  it('fails with the error of its connection', async () => {
    const source = new PassThrough();
    const taking = rows.open(top).take(source, coded({ encoding: 'gzip' }));
    const broken = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    source.write(gzip.subarray(0, 600_000), () => source.destroy(broken));
    await expect(taking).rejects.toBe(broken);
    await wellAfterwards();
  });
});
