import { beforeEach, describe, expect, it } from 'vitest';
import { errorOfQuota, UpstreamError } from '../../../src/upstream/upstream-error.ts';
import { freshnessOf, Refresher } from '../../../src/upstream/windows/refresher.ts';
import { type Deferred, deferred } from '../../support/deferred.ts';
import { plainCall } from '../../support/plain-source.ts';
import { until } from '../../support/until.ts';

const limits = { freshMs: 60, renewMs: 300, staleMs: 3_600 };

describe('what an age allows', () => {
  it.each([
    [0, 'fresh'],
    [59, 'fresh'],
    [60, 'stale'],
    [299, 'stale'],
    [300, 'old'],
    [3_599, 'old'],
    [3_600, 'dead'],
    [Number.POSITIVE_INFINITY, 'dead'],
  ])('at %d is %s', (age, freshness) => {
    expect(freshnessOf(age, limits)).toBe(freshness);
  });

  it('is nothing where nothing may be kept', () => {
    expect(freshnessOf(0, { freshMs: 0, renewMs: 0, staleMs: 0 })).toBe('dead');
  });
});

interface Answer {
  readonly name: string;
  readonly sentAt: number;
}

const down = () => new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'down', status: 503 });
const refusal = new UpstreamError({ code: 'UPSTREAM_FORBIDDEN', message: 'no', status: 403 });

describe('a refresher', () => {
  let ms: number;
  let fetches: Deferred<Answer>[];
  let failures: unknown[];
  let refresher: Refresher<Answer>;

  beforeEach(() => {
    ms = 1_000_000;
    fetches = [];
    failures = [];
    refresher = new Refresher<Answer>({
      ages: { freshMs: 60_000, renewMs: 300_000, staleMs: 3_600_000 },
      patienceMs: 20,
      backgroundMs: 10_000,
      monotonic: () => ms,
      onBackgroundFailure: (error) => failures.push(error),
    });
  });

  const aged = (ageMs: number): Answer => ({ name: 'known', sentAt: ms - ageMs });
  const newer = (): Answer => ({ name: 'newer', sentAt: ms });
  const serve = (known: Answer | undefined, key = 'a') =>
    refresher.serve(key, known, plainCall(), () => {
      const fetch = deferred<Answer>();
      fetches.push(fetch);
      return fetch.promise;
    });
  const fetched = (): void => fetches.at(-1)?.resolve(newer());

  it('serves a fresh answer', async () => {
    expect(await serve(aged(59_999))).toMatchObject({ from: 'HIT', value: { name: 'known' } });
    expect(fetches).toHaveLength(0);
  });

  it('serves a stale answer at once, and fetches in the background, once for all', async () => {
    for (let query = 0; query < 3; query += 1) {
      expect(await serve(aged(60_000))).toMatchObject({ from: 'STALE', value: { name: 'known' } });
    }
    expect(fetches).toHaveLength(1);
  });

  const serveYoung = (known: Answer | undefined, maxAgeMs: number) =>
    refresher.serve('a', known, { ...plainCall(), maxAgeMs }, () => {
      const fetch = deferred<Answer>();
      fetches.push(fetch);
      return fetch.promise;
    });

  it('serves what is as young as a call asks, and fetches what is older, once for all', async () => {
    expect(await serveYoung(aged(30_000), 30_000)).toMatchObject({ from: 'HIT' });
    expect(fetches).toHaveLength(0);
    const served = [1, 2, 3].map(() => serveYoung(aged(30_001), 30_000));
    await until(() => expect(fetches).toHaveLength(1));
    fetched();
    for (const each of served) expect(await each).toMatchObject({ from: 'MISS', value: { name: 'newer' } });
    expect(fetches).toHaveLength(1);
  });

  it('fetches again where the fetch under way was sent too early for a call', async () => {
    const early = serve(undefined);
    const sentAt = ms;
    ms += 5_000;
    const young = serveYoung(undefined, 1_000);
    const patient = serveYoung(undefined, 5_000);
    fetches[0]?.resolve({ name: 'early', sentAt });
    expect((await early).value.name).toBe('early');
    expect((await patient).value.name).toBe('early');
    await until(() => expect(fetches).toHaveLength(2));
    fetched();
    expect((await young).value.name).toBe('newer');
  });

  it('fails with the time to wait, without a fetch, where nothing is young enough', async () => {
    const first = serveYoung(aged(2_000), 1_000);
    fetches[0]?.reject(down());
    await expect(first).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryAfterSeconds: 5 });
    ms += 2_000;
    await expect(serveYoung(aged(4_000), 1_000)).rejects.toMatchObject({ retryAfterSeconds: 3 });
    expect(fetches).toHaveLength(1);
    expect(await serve(aged(4_000))).toMatchObject({ from: 'HIT' });
    ms += 3_000;
    const again = serveYoung(aged(7_000), 1_000);
    fetched();
    expect((await again).value.name).toBe('newer');
  });

  it('fetches before it serves an old answer', async () => {
    const served = serve(aged(300_000));
    fetched();
    expect(await served).toMatchObject({ from: 'MISS', value: { name: 'newer' } });
    expect(fetches).toHaveLength(1);
  });

  it('serves an old answer after the patience, and the fetch goes on', async () => {
    expect(await serve(aged(300_000))).toMatchObject({ from: 'STALE', value: { name: 'known' } });
    const served = serve(undefined);
    fetched();
    expect(await served).toMatchObject({ from: 'MISS' });
    expect(fetches).toHaveLength(1);
  });

  it('serves an old answer where upstream is in trouble, and not where it rejects', async () => {
    const bridged = serve(aged(300_000));
    fetches[0]?.reject(down());
    expect(await bridged).toMatchObject({ from: 'STALE' });
    const refused = serve(aged(300_000), 'b');
    fetches[1]?.reject(refusal);
    await expect(refused).rejects.toThrow('no');
  });

  it('fetches a dead or unknown answer, however recently that failed', async () => {
    for (const known of [undefined, aged(3_600_000)]) {
      const served = serve(known);
      fetches.at(-1)?.reject(down());
      await expect(served).rejects.toThrow('down');
    }
    expect(fetches).toHaveLength(2);
  });

  it('leaves what failed alone for 5 s, then ever longer, up to a minute', async () => {
    const waits = [5_000, 10_000, 20_000, 40_000, 60_000, 60_000];
    for (const [tries, waitMs] of waits.entries()) {
      await serve(aged(100_000));
      expect(fetches).toHaveLength(tries + 1);
      fetches[tries]?.reject(down());
      await until(() => expect(failures).toHaveLength(tries + 1));
      ms += waitMs - 1;
      expect(await serve(aged(100_000))).toMatchObject({ from: 'STALE' });
      expect(fetches).toHaveLength(tries + 1);
      ms += 1;
    }
  });

  it('gives all a rejection while it backs off, also where rows are fresh', async () => {
    await serve(aged(60_000));
    fetches[0]?.reject(refusal);
    await until(() => expect(failures).toHaveLength(1));
    await expect(serve(aged(0))).rejects.toMatchObject({ code: 'UPSTREAM_FORBIDDEN' });
    ms += 5_000;
    expect(await serve(aged(0))).toMatchObject({ from: 'HIT' });
  });

  it('keeps only the error for callers of a rejection, and neither stack nor cause', async () => {
    await serve(aged(60_000));
    const large = new UpstreamError({ ...refusal.details }, { cause: new Array(1_000_000) });
    fetches[0]?.reject(large);
    await until(() => expect(failures).toEqual([large]));
    const again = await serve(aged(0)).catch((error: unknown) => error);
    expect(again).toMatchObject(large.details);
    expect(again).not.toBe(large);
    expect(again).not.toHaveProperty('cause');
  });

  it('does not back off where our own quota rejected the call, which cost nothing', async () => {
    await serve(aged(60_000));
    fetches[0]?.reject(errorOfQuota(1_000));
    await until(() => expect(failures).toHaveLength(1));
    await serve(aged(60_000));
    expect(fetches).toHaveLength(2);
  });
});
