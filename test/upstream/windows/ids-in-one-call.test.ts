import { describe, expect, it } from 'vitest';
import type { Call, MachineSource, Principal, WindowQuery } from '../../../src/machines/source.ts';
import { UpstreamError } from '../../../src/upstream/upstream-error.ts';
import { deferred } from '../../support/deferred.ts';
import { plainLists } from '../../support/plain-lists.ts';
import { plainCall, windowOf } from '../../support/plain-source.ts';
import { setClock } from '../../support/set-clock.ts';
import { until } from '../../support/until.ts';

interface Asked extends Pick<WindowQuery, 'top'> {
  readonly ids: readonly string[];
  readonly call: Call;
}

/** Machines by id of a source that has all of them. */
function start(
  answered = (): Promise<void> => Promise.resolve(),
  onBackgroundFailure = (_: unknown): void => undefined,
) {
  const clock = setClock();
  const asked: Asked[] = [];
  const source: MachineSource = {
    window: async ({ filter, top }, call) => {
      const ids = [...(filter ?? '').matchAll(/id eq '([^']*)'/g)].map(([, id = '']) => id);
      asked.push({ ids, top, call });
      await answered();
      return windowOf(ids, true, clock.wall());
    },
  };
  const { byIds } = plainLists({ source, grid: { firstRows: 5, rows: 7 }, clock, onBackgroundFailure });
  const idsAsked = (): (readonly string[])[] => asked.map(({ ids }) => ids.toSorted());
  return { clock, asked, idsAsked, byIds };
}

describe('ids of simultaneous queries', () => {
  it('share one call, also those of different operations', async () => {
    const { byIds, idsAsked } = start();
    const found = await Promise.all([
      byIds.load(['a', 'b'], plainCall()),
      byIds.load(['b', 'c'], plainCall()),
    ]);
    expect(found.map((each) => each.map((machine) => machine && 'id' in machine && machine.id))).toEqual([
      ['a', 'b'],
      ['b', 'c'],
    ]);
    expect(idsAsked()).toEqual([['a', 'b', 'c']]);
  });

  it('share no call with those of another principal', async () => {
    const { byIds, asked } = start();
    const principals = ['ada', 'ben'] as Principal[];
    await Promise.all(principals.map((principal) => byIds.load(['a'], plainCall({ principal }))));
    expect(asked.map(({ call }) => call.principal)).toEqual(principals);
  });

  it('are 20 in a call: background refreshes fill up required calls', async () => {
    const { byIds, clock, idsAsked, asked } = start();
    const stale = ['s1', 's2', 's3'];
    await byIds.load(stale, plainCall());
    clock.advance(61_000);
    const unknown = Array.from({ length: 18 }, (_, index) => `u${index + 10}`);
    await byIds.load(['s1', ...unknown, 's2', 's3'], plainCall());
    await until(() => expect(asked).toHaveLength(3));
    expect(idsAsked()).toEqual([stale, ['s1', 's2', ...unknown], ['s3']]);
    expect(asked.map(({ call }) => call.lane)).toEqual(['interactive', 'interactive', 'background']);
  });

  it('fail together, which is logged once for background refreshes', async () => {
    const failures: unknown[] = [];
    let answered: Promise<void> = Promise.resolve();
    const { byIds, clock, asked } = start(
      () => answered,
      (error) => failures.push(error),
    );
    const ids = ['a', 'b', 'c'];
    await byIds.load(ids, plainCall());
    answered = Promise.reject(
      new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'down', status: 503 }),
    );
    clock.advance(61_000);
    await byIds.load(ids, plainCall());
    await until(() => expect(failures).toHaveLength(1));
    await byIds.load(ids, plainCall());
    expect([asked.length, failures.length]).toEqual([2, 1]);
  });

  it('wait for the quota as long as the most patient caller', async () => {
    const { byIds, asked } = start();
    await Promise.all(
      [5_000, 60_000, 1_000].map((deadline) => byIds.load([`id${deadline}`], plainCall({ deadline }))),
    );
    expect(asked.map(({ call }) => call.deadline)).toEqual([60_000]);
  });

  it('stay in flight while one caller stays, and are aborted once all have left', async () => {
    const answered = deferred<void>();
    const { byIds, asked } = start(() => answered.promise);
    const leaving = [new AbortController(), new AbortController()];
    const loads = leaving.map(({ signal }, index) => byIds.load([`id${index}`], plainCall({ signal })));
    await until(() => expect(asked).toHaveLength(1));
    leaving[0]?.abort();
    expect(await loads[0]).toMatchObject([{ code: 'UPSTREAM_TIMEOUT' }]);
    expect(asked[0]?.call.signal.aborted).toBe(false);
    leaving[1]?.abort();
    await loads[1];
    expect(asked[0]?.call.signal.aborted).toBe(true);
    answered.resolve();
  });
});
