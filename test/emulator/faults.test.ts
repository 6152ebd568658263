import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { list, runningEmulator, TOKEN } from './running-emulator.ts';

/** A call on a connection of its own, with what gives it up. */
function call(emulator: Emulator) {
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  const stop = new AbortController();
  const headers = { authorization: `Bearer ${TOKEN}` };
  const options = { dispatcher, headers, signal: stop.signal };
  return { answer: request(`${emulator.url}/api/machines`, options), stop };
}

/** Long enough for what is under way to come, if it comes. */
const pause = () => delay(100);

describe('a queued fault', () => {
  it('falls to the next answers, in the order they were queued, and then no more', async () => {
    const emulator = await runningEmulator();
    emulator.faults.next(2, { kind: 'status', status: 503 });
    emulator.faults.next(1, {
      kind: 'status',
      status: 500,
      body: { error: 'x' },
      headers: { 'retry-after': '7' },
    });
    expect((await list(emulator)).status).toBe(503);
    expect(emulator.faults.pending()).toBe(2);
    expect((await list(emulator)).text).toBe('');
    const third = await list(emulator);
    expect([third.status, third.json(), third.headers.get('retry-after')]).toEqual([
      500,
      { error: 'x' },
      '7',
    ]);
    expect((await list(emulator)).status).toBe(200);
  });

  it('is taken back', async () => {
    const emulator = await runningEmulator();
    emulator.faults.next(5, { kind: 'reset' });
    emulator.faults.clear();
    expect((await list(emulator)).status).toBe(200);
  });

  it('sends a text body as it is', async () => {
    const emulator = await runningEmulator();
    emulator.faults.next(1, {
      kind: 'status',
      status: 502,
      body: '<html>',
      headers: { 'content-type': 'text/html' },
    });
    const answered = await list(emulator);
    expect([answered.text, answered.headers.get('content-type')]).toEqual(['<html>', 'text/html']);
  });

  it('is refused when the count is no number of answers', async () => {
    const emulator = await runningEmulator();
    expect(() => emulator.faults.next(0, { kind: 'reset' })).toThrow(RangeError);
    expect(() => emulator.faults.next(1.5, { kind: 'reset' })).toThrow(RangeError);
  });
});

describe('the fault', () => {
  it('reset breaks the connection before the headers', async () => {
    const emulator = await runningEmulator();
    emulator.faults.next(1, { kind: 'reset' });
    await expect(call(emulator).answer).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('stall at the headers sends nothing', async () => {
    const emulator = await runningEmulator();
    emulator.faults.next(1, { kind: 'stall', at: 'headers' });
    const { answer, stop } = call(emulator);
    answer.catch(() => undefined);
    await expect.poll(() => emulator.requests().length).toBe(1);
    await pause();
    stop.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('stall at the body sends headers and half the body', async () => {
    const emulator = await runningEmulator();
    emulator.faults.next(1, { kind: 'stall', at: 'body' });
    const { answer, stop } = call(emulator);
    const { statusCode, body } = await answer;
    expect(statusCode).toBe(200);
    const text = body.text();
    text.catch(() => undefined);
    await pause();
    stop.abort();
    await expect(text).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('truncate breaks the connection in mid-body', async () => {
    const emulator = await runningEmulator();
    emulator.faults.next(1, { kind: 'truncate' });
    const { statusCode, body } = await call(emulator).answer;
    expect(statusCode).toBe(200);
    await expect(body.text()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });

  it('truncatedJson ends cleanly after half the JSON', async () => {
    const emulator = await runningEmulator();
    const whole = await list(emulator);
    emulator.faults.next(1, { kind: 'truncatedJson' });
    const half = await list(emulator);
    expect(half.status).toBe(200);
    expect(half.text).toBe(whole.text.slice(0, whole.text.length / 2));
  });

  it('invalidJson ends cleanly and is no JSON', async () => {
    const emulator = await runningEmulator();
    emulator.faults.next(1, { kind: 'invalidJson' });
    const answered = await list(emulator);
    expect(answered.status).toBe(200);
    expect(() => answered.json()).toThrow(SyntaxError);
  });
});

describe('closing', () => {
  it('does not wait for stalled and slow answers', async () => {
    const emulator = await runningEmulator();
    emulator.faults.next(1, { kind: 'stall', at: 'headers' });
    emulator.faults.next(1, { kind: 'stall', at: 'body' });
    const stalled = [list(emulator), list(emulator)];
    await expect.poll(() => emulator.faults.pending()).toBe(0);
    emulator.configure({ latencyMs: 600_000 });
    const slow = list(emulator);
    const ends = Promise.allSettled([...stalled, slow]);
    await expect.poll(() => emulator.requests().length).toBe(3);
    await emulator.close();
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});
