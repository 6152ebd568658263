import { describe, expect, it } from 'vitest';
import { askPatiently, waitMsAfter } from '../src/patience.ts';
import { failure } from './support/machines.ts';

const least = () => 0;
const most = () => 1;

describe('the wait after an error', () => {
  it.each(['QUOTA_EXHAUSTED', 'FLEET_LOADING'])('is as long as the gateway says for %s', (code) => {
    expect(waitMsAfter(failure({ code, retryAfterSeconds: 7 }), 0)).toBe(7_000);
    expect(waitMsAfter(failure({ code, retryAfterSeconds: 7 }), 9)).toBe(7_000);
  });

  it('is as long as the header says for a limit of rates', () => {
    const limited = failure({ code: 'RATE_LIMITED' }, { status: 429, headers: { 'retry-after': '3' } });
    expect(waitMsAfter(limited, 0)).toBe(3_000);
  });

  it('is an hour at most, whatever the gateway says', () => {
    expect(waitMsAfter(failure({ code: 'QUOTA_EXHAUSTED', retryAfterSeconds: 1e9 }), 0)).toBe(3_600_000);
  });

  it.each([
    ['the gateway is away', new TypeError('fetch failed')],
    ['upstream is away', failure({ code: 'UPSTREAM_UNAVAILABLE' })],
  ])('doubles up to a minute where %s', (_, error) => {
    const waits = [0, 1, 2, 5, 6, 1_000];
    expect(waits.map((failures) => waitMsAfter(error, failures, most))).toEqual([
      1_000, 2_000, 4_000, 32_000, 60_000, 60_000,
    ]);
    expect(waits.map((failures) => waitMsAfter(error, failures, least))).toEqual([
      500, 1_000, 2_000, 16_000, 30_000, 30_000,
    ]);
  });

  it.each(['FLEET_REQUIRED', 'UNAUTHENTICATED', 'BAD_USER_INPUT', 'CHANGES_EXPIRED'])(
    'is none for %s, which it does not mend',
    (code) => {
      expect(waitMsAfter(failure({ code }), 0)).toBeUndefined();
    },
  );
});

describe('asking', () => {
  it('goes on until there is an answer', async () => {
    const errors: Error[] = [new TypeError('fetch failed'), failure({ code: 'X', retryAfterSeconds: 5 })];
    const waits: number[] = [];
    const answer = await askPatiently(
      async () => {
        const error = errors.shift();
        if (error !== undefined) throw error;
        return 'the answer';
      },
      {
        signal: new AbortController().signal,
        wait: async (ms) => void waits.push(ms),
        log: () => undefined,
      },
    );
    expect(answer).toBe('the answer');
    expect(waits).toEqual([expect.any(Number), 5_000]);
  });

  it('ends once it is aborted', async () => {
    const stopping = new AbortController();
    const asking = askPatiently(
      async () => {
        stopping.abort();
        throw new TypeError('fetch failed');
      },
      { signal: stopping.signal, wait: async () => expect.unreachable(), log: () => undefined },
    );
    await expect(asking).rejects.toBe(stopping.signal.reason);
  });
});
