import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/machines/source.ts';
import { SingleFlight } from '../../src/upstream/single-flight.ts';
import { errorOfQuota, UpstreamError } from '../../src/upstream/upstream-error.ts';
import { type Deferred, deferred } from '../support/deferred.ts';
import { plainCall } from '../support/plain-source.ts';

/** Work that is ended from outside. */
function work(): {
  readonly starts: AbortSignal[];
  readonly ends: Deferred<string>[];
  start: (call: Call) => Promise<string>;
} {
  const starts: AbortSignal[] = [];
  const ends: Deferred<string>[] = [];
  return {
    starts,
    ends,
    start: ({ signal }) => {
      const end = deferred<string>();
      starts.push(signal);
      ends.push(end);
      return end.promise;
    },
  };
}

const staying = plainCall;
const waiting = (signal: AbortSignal): Call => plainCall({ signal });

describe('callers for the same thing', () => {
  it('share one piece of work and its result', async () => {
    const flights = new SingleFlight<string>();
    const { starts, ends, start } = work();
    const callers = Array.from({ length: 100 }, () => flights.join('a', staying(), start));
    expect(starts).toHaveLength(1);
    ends[0]?.resolve('done');
    expect(new Set(await Promise.all(callers))).toEqual(new Set(['done']));
  });

  it('share nothing with callers for another thing', async () => {
    const flights = new SingleFlight<string>();
    const { starts, ends, start } = work();
    const callers = [flights.join('a', staying(), start), flights.join('b', staying(), start)];
    expect(starts).toHaveLength(2);
    ends[1]?.resolve('of b');
    ends[0]?.resolve('of a');
    expect(await Promise.all(callers)).toEqual(['of a', 'of b']);
  });

  it('all get the failure, which is not kept', async () => {
    const flights = new SingleFlight<string>();
    const { starts, ends, start } = work();
    const callers = [1, 2, 3].map(() => flights.join('a', staying(), start));
    ends[0]?.reject(new Error('no luck'));
    const ended = await Promise.allSettled(callers);
    expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    const another = flights.join('a', staying(), start);
    expect(starts).toHaveLength(2);
    ends[1]?.resolve('luck');
    expect(await another).toBe('luck');
  });

  it('get no result of an earlier piece of work', async () => {
    const flights = new SingleFlight<string>();
    const { ends, start } = work();
    const first = flights.join('a', staying(), start);
    ends[0]?.resolve('old');
    await first;
    const second = flights.join('a', staying(), start);
    ends[1]?.resolve('new');
    expect(await second).toBe('new');
  });
});

describe('a caller who leaves', () => {
  it('waits no longer, and leaves the others their work', async () => {
    const flights = new SingleFlight<string>();
    const { starts, ends, start } = work();
    const leaving = new AbortController();
    const left = flights.join('a', waiting(leaving.signal), start);
    const stayed = flights.join('a', staying(), start);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toMatchObject({ name: 'UpstreamError', code: 'UPSTREAM_TIMEOUT' });
    expect(starts[0]?.aborted).toBe(false);
    ends[0]?.resolve('done');
    expect(await stayed).toBe('done');
  });

  it('aborts the work when all waiting callers left', async () => {
    const flights = new SingleFlight<string>();
    const { starts, start } = work();
    const leaving = [new AbortController(), new AbortController()];
    const callers = leaving.map(({ signal }) => flights.join('a', waiting(signal), start));
    for (const controller of leaving) controller.abort();
    await Promise.allSettled(callers);
    expect(starts[0]?.aborted).toBe(true);
  });

  it('as the last one makes room: a newcomer starts a new flight, whatever the end of the old one', async () => {
    const flights = new SingleFlight<string>();
    const { starts, ends, start } = work();
    const leaving = new AbortController();
    const left = flights.join('a', waiting(leaving.signal), start);
    leaving.abort();
    await expect(left).rejects.toThrow();
    const newcomer = flights.join('a', staying(), start);
    expect(starts).toHaveLength(2);
    ends[0]?.reject(new Error('stopped'));
    ends[1]?.resolve('done');
    expect(await newcomer).toBe('done');
  });

  it('before it came begins nothing', async () => {
    const flights = new SingleFlight<string>();
    const { starts, start } = work();
    const left = flights.join('a', waiting(AbortSignal.abort(new Error('gone'))), start);
    await expect(left).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    expect(starts).toHaveLength(0);
  });
});

describe('callers of both lanes', () => {
  it('share one flight of either lane', async () => {
    const flights = new SingleFlight<string>();
    const end = deferred<string>();
    const lanes: Call['lane'][] = [];
    const work = ({ lane }: Call) => {
      lanes.push(lane);
      return end.promise;
    };
    const behind = flights.join('a', plainCall({ lane: 'background' }), work);
    const waiting = flights.join('a', plainCall(), work);
    end.resolve('done');
    expect(await Promise.all([behind, waiting])).toEqual(['done', 'done']);
    expect(lanes).toEqual(['background']);
  });

  it('do not share that the quota leaves nothing to the background: a caller that waits tries in its own lane', async () => {
    const flights = new SingleFlight<string>();
    const end = deferred<string>();
    const lanes: Call['lane'][] = [];
    const work = ({ lane }: Call) => {
      lanes.push(lane);
      return lane === 'background' ? end.promise : Promise.resolve('done');
    };
    const behind = flights.join('a', plainCall({ lane: 'background' }), work);
    const waiting = [1, 2, 3].map(() => flights.join('a', plainCall(), work));
    end.reject(errorOfQuota(1_000));
    await expect(behind).rejects.toThrow(UpstreamError);
    expect(await Promise.all(waiting)).toEqual(['done', 'done', 'done']);
    expect(lanes).toEqual(['background', 'interactive']);
  });

  it('share every other failure', async () => {
    const flights = new SingleFlight<string>();
    const end = deferred<string>();
    const behind = flights.join('a', plainCall({ lane: 'background' }), () => end.promise);
    const waiting = flights.join('a', plainCall(), () => Promise.resolve('done'));
    end.reject(new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'down' }));
    await expect(behind).rejects.toThrow('down');
    await expect(waiting).rejects.toThrow('down');
  });
});
