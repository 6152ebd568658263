import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EncodedAnswers } from '../../src/http/encoded-answers.ts';

const megabyte = 1_024 * 1_024;

describe('compressing answers', () => {
  const server = createServer();
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** The response of a caller who waits, and the caller's way out. */
  const caller = async (): Promise<{ response: ServerResponse; leave: () => Promise<void> }> => {
    const asked = get({ port: (server.address() as AddressInfo).port, agent: false });
    asked.on('error', () => undefined);
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    // A test has one caller ask many times.
    response.setMaxListeners(0);
    const leave = async (): Promise<void> => {
      const closed = once(response, 'close');
      asked.destroy();
      await closed;
    };
    return { response, leave };
  };
  const encode = (
    encoded: EncodedAnswers,
    pieces: readonly Uint8Array[],
    response: ServerResponse,
    version?: string,
  ) => encoded.encode(pieces, 'gzip', version, response);

  it('makes one body of all pieces', async () => {
    const { response } = await caller();
    const pieces = [Buffer.from('{"data":'), Buffer.alloc(0), randomBytes(300_000), Buffer.from('}')];
    const body = await encode(new EncodedAnswers(), pieces, response);
    expect(gunzipSync(body ?? '').equals(Buffer.concat(pieces))).toBe(true);
  });

  it('keeps what has a version under it and its coding, and nothing else', async () => {
    const encoded = new EncodedAnswers();
    const { response } = await caller();
    const body = await encode(encoded, [randomBytes(2_000)], response, 'v');
    await encode(encoded, [randomBytes(2_000)], response);
    expect(encoded.known('v', 'gzip')).toBe(body);
    expect(encoded.known('v', 'br')).toBeUndefined();
    expect(encoded.bytes).toBeLessThan(3_000);
  });

  it('keeps 32 MiB at most', async () => {
    const encoded = new EncodedAnswers();
    const { response } = await caller();
    for (let page = 0; page < 20; page++)
      await encode(encoded, [randomBytes(2 * megabyte)], response, `v${page}`);
    expect(encoded.bytes).toBeGreaterThan(20 * megabyte);
    expect(encoded.bytes).toBeLessThanOrEqual(32 * megabyte);
    expect(encoded.known('v19', 'gzip')).toBeDefined();
    expect(encoded.known('v0', 'gzip')).toBeUndefined();
  });

  it('compresses once what many ask for at a time', async () => {
    const encoded = new EncodedAnswers();
    const { response } = await caller();
    const pieces = [randomBytes(megabyte / 4)];
    const bodies = await Promise.all(
      Array.from({ length: 20 }, () => encode(encoded, pieces, response, 'v')),
    );
    // Two at once; those that waited are given what these made.
    expect(new Set(bodies).size).toBeLessThanOrEqual(2);
  });

  it('leaves an answer as it is where 16 MiB wait already', async () => {
    const encoded = new EncodedAnswers();
    const { response } = await caller();
    const pieces = [randomBytes(4 * megabyte)];
    const bodies = await Promise.all(Array.from({ length: 9 }, () => encode(encoded, pieces, response)));
    // Two that run and four that wait.
    expect(bodies.filter((body) => body !== undefined)).toHaveLength(6);
    expect(await encode(encoded, pieces, response)).toBeDefined();
  });

  it('ends with its caller, running or waiting, and gives the turn back', async () => {
    const encoded = new EncodedAnswers();
    const callers = [await caller(), await caller(), await caller(), await caller()];
    const pieces = [randomBytes(4 * megabyte)];
    const left = callers.map(({ response }) => encode(encoded, pieces, response, 'left'));
    await Promise.all(callers.map(({ leave }) => leave()));
    expect(await Promise.all(left)).toEqual([undefined, undefined, undefined, undefined]);
    expect(encoded.bytes).toBe(0);
    const stays = await caller();
    const bodies = await Promise.all(
      Array.from({ length: 4 }, () => encode(encoded, pieces, stays.response)),
    );
    expect(bodies.every((body) => body !== undefined)).toBe(true);
  });

  it('leaves no listener behind', async () => {
    const encoded = new EncodedAnswers();
    const { response } = await caller();
    const before = response.listenerCount('close');
    const pieces = [randomBytes(megabyte)];
    await Promise.all(Array.from({ length: 5 }, () => encode(encoded, pieces, response)));
    await expect.poll(() => response.listenerCount('close')).toBe(before);
  });

  it('does nothing for a caller who had gone before', async () => {
    const { response, leave } = await caller();
    await leave();
    expect(await encode(new EncodedAnswers(), [randomBytes(2_000)], response)).toBeUndefined();
  });
});
