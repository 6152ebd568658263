import { describe, expect, it } from 'vitest';
import type { Call } from '../../../src/machines/source.ts';
import { errorOfQuota, UpstreamError } from '../../../src/upstream/upstream-error.ts';
import { CallFlight } from '../../../src/upstream/windows/call-flight.ts';
import { deferred } from '../../support/deferred.ts';
import { plainCall } from '../../support/plain-source.ts';

describe('callers of both lanes', () => {
  it('share one piece of work, whoever began it', async () => {
    const flights = new CallFlight<string>();
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

  it('do not share that the quota leaves nothing to the background: who waits tries in his own lane', async () => {
    const flights = new CallFlight<string>();
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
    const flights = new CallFlight<string>();
    const end = deferred<string>();
    const behind = flights.join('a', plainCall({ lane: 'background' }), () => end.promise);
    const waiting = flights.join('a', plainCall(), () => Promise.resolve('done'));
    end.reject(new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'down' }));
    await expect(behind).rejects.toThrow('down');
    await expect(waiting).rejects.toThrow('down');
  });
});

describe('a caller whose time is up', () => {
  it('is told so in the words of the contract', async () => {
    const flights = new CallFlight<string>();
    const time = new AbortController();
    const waiting = flights.join('a', plainCall({ signal: time.signal }), () => deferred<string>().promise);
    time.abort(new DOMException('The time is up.', 'TimeoutError'));
    await expect(waiting).rejects.toMatchObject({ name: 'UpstreamError', code: 'UPSTREAM_TIMEOUT' });
  });
});
