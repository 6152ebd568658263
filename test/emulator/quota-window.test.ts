import { describe, expect, it } from 'vitest';
import { call, type ErrorBody, list, MIDNIGHT, runningEmulator } from './running-emulator.ts';

/** An emulator with a clock that is moved by hand. */
async function limited(perMinute: number, perHour: number, tokens = ['one', 'two']) {
  let now = MIDNIGHT;
  const emulator = await runningEmulator({ now: () => now, quota: { perMinute, perHour }, tokens });
  return {
    emulator,
    wait: (seconds: number) => {
      now += seconds * 1000;
    },
    status: async (token = 'one') => (await call(emulator, '/api/machines?$top=1', { token })).status,
  };
}

async function times<Result>(count: number, act: () => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let done = 0; done < count; done++) results.push(await act());
  return results;
}

describe('the quota', () => {
  it('lets as many calls pass as it says, within any 60 seconds', async () => {
    const { status, wait } = await limited(3, 1_500);
    expect(await times(2, status)).toEqual([200, 200]);
    wait(50);
    expect(await times(2, status)).toEqual([200, 429]);
  });

  it('slides: a call counts for 60 seconds, not until a minute is over', async () => {
    const { status, wait } = await limited(2, 1_500);
    await status();
    wait(59);
    await status();
    wait(1);
    expect(await times(2, status)).toEqual([200, 429]);
  });

  it('counts refused calls: who calls on stays limited', async () => {
    const { status, wait } = await limited(2, 1_500);
    await times(2, status);
    for (let minute = 0; minute < 4; minute++) {
      wait(29);
      expect(await status()).toBe(429);
      wait(29);
      expect(await status()).toBe(429);
    }
    wait(60);
    expect(await status()).toBe(200);
  });

  it('counts calls that are refused for other reasons', async () => {
    const { emulator, status } = await limited(2, 1_500);
    await call(emulator, '/api/machines?$top=0', { token: 'one' });
    await call(emulator, '/api/machines/nobody', { token: 'one' });
    expect(await status()).toBe(429);
  });

  it('counts calls that go wrong', async () => {
    const { emulator, status } = await limited(2, 1_500);
    emulator.faults.next(2, { kind: 'status', status: 503 });
    expect(await times(3, status)).toEqual([503, 503, 429]);
  });

  it('holds by the hour as well', async () => {
    const { status, wait } = await limited(3, 4);
    await times(3, status);
    wait(60);
    expect(await times(2, status)).toEqual([200, 429]);
    wait(3_539);
    expect(await status()).toBe(429);
    wait(3_600);
    expect(await status()).toBe(200);
  });

  it('is per application', async () => {
    const { status } = await limited(1, 1_500);
    expect([await status('one'), await status('two'), await status('one')]).toEqual([200, 200, 429]);
  });

  it('is the documented 100 calls a minute by default', async () => {
    let now = MIDNIGHT;
    const emulator = await runningEmulator({ now: () => now++, quota: undefined });
    const statuses = await times(101, async () => (await list(emulator, { $top: '1' })).status);
    expect(statuses.slice(99)).toEqual([200, 429]);
  });
});

describe('a 429', () => {
  it('says in the recorded words how long to wait, and that is true', async () => {
    const { emulator, wait } = await limited(2, 1_500, ['one']);
    const get = () => call(emulator, '/api/machines', { token: 'one' });
    await get();
    wait(20);
    await get();
    wait(10);
    const refused = await get();
    expect(refused.status).toBe(429);
    expect(refused.json<ErrorBody>()).toEqual({
      error: {
        code: '429',
        message:
          'API calls quota exceeded! Maximum allowed 2 per 00:01:00 for the key Destination+TenantID+AppID. You can send requests again in 50 seconds.',
        target: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    expect(refused.headers.get('retry-after')).toBe('50');
    wait(50);
    expect((await get()).status).toBe(200);
  });

  it('names the window that keeps the caller waiting longest', async () => {
    const { emulator, status } = await limited(1, 1);
    await status();
    const refused = await call(emulator, '/api/machines', { token: 'one' });
    expect(refused.json<ErrorBody>().error.message).toContain('Maximum allowed 1 per 01:00:00');
    expect(refused.headers.get('retry-after')).toBe('3600');
  });

  it('comes without Retry-After when so switched', async () => {
    const { emulator, status } = await limited(1, 1_500);
    emulator.configure({ retryAfterHeader: false });
    await status();
    const refused = await call(emulator, '/api/machines', { token: 'one' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, null]);
  });
});
