import { beforeEach, describe, expect, it } from 'vitest';
import { type AccessToken, type Credential, CredentialError } from '../../src/auth/credential.ts';
import { failureMemoryMs, renewingCredential, replacementMs } from '../../src/auth/renewing-credential.ts';
import { Secret } from '../../src/secret.ts';
import { type Deferred, deferred } from '../support/deferred.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describe('a renewing credential', () => {
  let now: number;
  /** What the wall clock is ahead of the time that has passed. */
  let wallAheadMs: number;
  /** Acquisitions so far, each to be settled by the test. */
  let acquisitions: Deferred<AccessToken>[];
  let renewalsFailed: unknown[];
  let credential: Credential;

  beforeEach(() => {
    now = 1_000_000;
    wallAheadMs = 0;
    acquisitions = [];
    renewalsFailed = [];
    credential = renewingCredential({
      acquire: () => {
        const acquisition = deferred<AccessToken>();
        acquisitions.push(acquisition);
        return acquisition.promise;
      },
      clock: { wall: () => now + wallAheadMs, monotonic: () => now },
      onRenewalFailed: (error) => renewalsFailed.push(error),
    });
  });

  const token = (name: string, lifeMs = hourMs): AccessToken => ({
    value: new Secret(name),
    expiresAt: now + wallAheadMs + lifeMs,
  });
  const ask = (signal = new AbortController().signal) => credential.token(signal);
  /** Whatever has been settled is known to all who wait for it. */
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

  /** Has the credential hold a token. */
  async function hold(given: AccessToken): Promise<void> {
    const asked = ask();
    acquisitions.at(-1)?.resolve(given);
    expect(await asked).toBe(given);
  }

  /** Has the latest acquisition fail, and waits until that is known. */
  async function fail(reason: unknown): Promise<void> {
    acquisitions.at(-1)?.reject(reason);
    await settled();
  }

  it('acquires no token before the first caller', () => {
    expect(acquisitions).toHaveLength(0);
  });

  it('makes one acquisition for 100 simultaneous callers', async () => {
    const asked = Promise.all(Array.from({ length: 100 }, () => ask()));
    expect(acquisitions).toHaveLength(1);
    const first = token('first');
    acquisitions[0]?.resolve(first);
    expect(new Set(await asked)).toEqual(new Set([first]));
    expect(await ask()).toBe(first);
    expect(acquisitions).toHaveLength(1);
  });

  it('gives the failure of one acquisition to 100 simultaneous callers', async () => {
    const asked = Promise.allSettled(Array.from({ length: 100 }, () => ask()));
    const refusal = new CredentialError('refused', 'no');
    acquisitions[0]?.reject(refusal);
    expect(
      new Set((await asked).map((result) => (result.status === 'rejected' ? result.reason : result))),
    ).toEqual(new Set([refusal]));
    expect(acquisitions).toHaveLength(1);
  });

  describe('renewal', () => {
    it.each([
      ['five minutes before the end of an hour', hourMs, 5 * minuteMs],
      ['five minutes before the end of a day', 24 * hourMs, 5 * minuteMs],
      ['a fifth of its life before the end of ten minutes', 10 * minuteMs, 2 * minuteMs],
    ])('begins %s, while the old token serves', async (_, lifeMs, leadMs) => {
      const first = token('first', lifeMs);
      await hold(first);

      now += lifeMs - leadMs - 1;
      expect(await ask()).toBe(first);
      expect(acquisitions).toHaveLength(1);

      now += 1;
      expect(await Promise.all([ask(), ask(), ask()])).toEqual([first, first, first]);
      expect(acquisitions).toHaveLength(2);

      const second = token('second');
      acquisitions[1]?.resolve(second);
      await settled();
      expect(await ask()).toBe(second);
      expect(acquisitions).toHaveLength(2);
    });

    it('that fails is reported, and the old token stays in use', async () => {
      const first = token('first');
      await hold(first);
      now += 56 * minuteMs;
      expect(await ask()).toBe(first);
      const reason = new CredentialError('unreachable', 'down');

      await fail(reason);

      expect(renewalsFailed).toEqual([reason]);
      expect(await ask()).toBe(first);
    });

    it('that failed is tried again after 5 s, not before', async () => {
      await hold(token('first'));
      now += 56 * minuteMs;
      await ask();
      await fail('down');

      now += failureMemoryMs - 1;
      await ask();
      expect(acquisitions).toHaveLength(2);

      now += 1;
      await ask();
      expect(acquisitions).toHaveLength(3);
      const next = token('next');
      acquisitions[2]?.resolve(next);
      await settled();
      expect(await ask()).toBe(next);
    });

    it('that is still under way when the old token expires is what everybody then waits for', async () => {
      await hold(token('first'));
      now += 56 * minuteMs;
      await ask();
      now += 5 * minuteMs;
      const asked = Promise.all([ask(), ask()]);
      const second = token('second');
      acquisitions[1]?.resolve(second);
      expect(await asked).toEqual([second, second]);
      expect(acquisitions).toHaveLength(2);
    });

    it('that fails after the old token has expired fails the waiting callers', async () => {
      await hold(token('first'));
      now += 56 * minuteMs;
      await ask();
      now += 5 * minuteMs;
      const asked = Promise.allSettled([ask()]);
      await fail('down');
      expect(await asked).toEqual([{ status: 'rejected', reason: 'down' }]);
      expect(renewalsFailed).toEqual([]);
    });
  });

  it('gives out no token from the moment of its expiry on', async () => {
    const first = token('first');
    await hold(first);
    now = first.expiresAt - 1;
    expect(await ask()).toBe(first);
    now = first.expiresAt;
    const asked = ask();
    const second = token('second');
    acquisitions[1]?.resolve(second);
    expect(await asked).toBe(second);
  });

  it('gives out no token for longer, and none for shorter, where the wall clock is set', async () => {
    const first = token('first');
    await hold(first);
    wallAheadMs = -hourMs;
    now += hourMs - 1;
    expect(await ask()).toBe(first);
    now += 1;
    const asked = ask();
    const second = token('second');
    acquisitions.at(-1)?.resolve(second);
    expect(await asked).toBe(second);
    const before = acquisitions.length;
    wallAheadMs = hourMs;
    expect(await ask()).toBe(second);
    expect(acquisitions).toHaveLength(before);
  });

  it('caches a failure for 5 s, then tries again', async () => {
    const reason = new CredentialError('refused', 'wrong secret');
    const asked = ask();
    acquisitions[0]?.reject(reason);
    await expect(asked).rejects.toBe(reason);

    now += failureMemoryMs - 1;
    await expect(ask()).rejects.toBe(reason);
    expect(acquisitions).toHaveLength(1);

    now += 1;
    const again = ask();
    const first = token('first');
    acquisitions[1]?.resolve(first);
    expect(await again).toBe(first);
  });

  describe('a caller who leaves', () => {
    it('ends its own wait, not the acquisition, nor the wait of others', async () => {
      const leaving = new AbortController();
      const left = ask(leaving.signal);
      const stayed = ask();

      leaving.abort();

      await expect(left).rejects.toMatchObject({ kind: 'unreachable' });
      const first = token('first');
      acquisitions[0]?.resolve(first);
      expect(await stayed).toBe(first);
      expect(acquisitions).toHaveLength(1);
    });

    it('as the only one leaves a token to later callers', async () => {
      const leaving = new AbortController();
      const left = ask(leaving.signal);
      leaving.abort();
      await expect(left).rejects.toBeInstanceOf(CredentialError);
      const first = token('first');
      acquisitions[0]?.resolve(first);
      await settled();
      expect(await ask()).toBe(first);
      expect(acquisitions).toHaveLength(1);
    });

    it('before its call does not wait', async () => {
      await expect(ask(AbortSignal.abort())).rejects.toBeInstanceOf(CredentialError);
    });

    it('gets a token that is there all the same', async () => {
      const first = token('first');
      await hold(first);
      expect(await ask(AbortSignal.abort())).toBe(first);
    });
  });

  describe('a token that upstream rejected', () => {
    it('is not given out again', async () => {
      const first = token('first');
      await hold(first);
      credential.reject(first);
      const second = token('second');
      await hold(second);
      expect(acquisitions).toHaveLength(2);
    });

    it('is replaced once, however many report it', async () => {
      const first = token('first');
      await hold(first);
      credential.reject(first);
      credential.reject(first);
      const second = token('second');
      await hold(second);
      credential.reject(first);
      expect(await ask()).toBe(second);
      expect(acquisitions).toHaveLength(2);
    });

    it('stays in use where it replaced a rejected one within the last minute', async () => {
      const first = token('first');
      await hold(first);
      credential.reject(first);
      const second = token('second');
      await hold(second);

      now += replacementMs - 1;
      credential.reject(second);
      expect(await ask()).toBe(second);

      now += 1;
      credential.reject(second);
      await hold(token('third'));
      expect(acquisitions).toHaveLength(3);
    });

    it('is replaced at once where it came by renewal, not for a rejected one', async () => {
      await hold(token('first'));
      now += 56 * minuteMs;
      await ask();
      const second = token('second');
      acquisitions[1]?.resolve(second);
      await settled();
      credential.reject(second);
      await hold(token('third'));
      expect(acquisitions).toHaveLength(3);
    });

    it('is replaced by a renewal that is under way', async () => {
      const first = token('first');
      await hold(first);
      now += 56 * minuteMs;
      await ask();
      credential.reject(first);
      const asked = ask();
      const second = token('second');
      acquisitions[1]?.resolve(second);
      expect(await asked).toBe(second);
      expect(acquisitions).toHaveLength(2);
    });
  });
});
