import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { pause } from '../src/cancellation.ts';
import { deferred } from './support/deferred.ts';
import { simulatedClock } from './upstream/quota/simulated-clock.ts';

describe('a pause', () => {
  /** One that is under way, and whether it is over. */
  function begin(signal = new AbortController().signal, end?: Promise<void>) {
    const clock = simulatedClock();
    let isOver = false;
    const over = pause(1_000, clock, signal, end).finally(() => {
      isOver = true;
    });
    return { clock, over, isOver: () => isOver };
  }

  it('lasts as long as it was given', async () => {
    const { clock, over, isOver } = begin();
    await clock.advance(999);
    expect(isOver()).toBe(false);
    await clock.advance(1);
    await over;
  });

  it('ends early where its end comes first, and leaves no timer', async () => {
    const end = deferred();
    const { clock, over } = begin(undefined, end.promise);
    end.resolve();
    await over;
    expect(clock.timers()).toEqual([]);
  });

  it('fails with the reason of its signal, and leaves neither timer nor listener', async () => {
    const leaving = new AbortController();
    const { clock, over } = begin(leaving.signal);
    leaving.abort(new Error('gone'));
    await expect(over).rejects.toThrow('gone');
    expect(clock.timers()).toEqual([]);
    expect(getEventListeners(leaving.signal, 'abort')).toEqual([]);
  });

  it('fails at once where its signal has gone off before', async () => {
    const { clock, over } = begin(AbortSignal.abort(new Error('gone')));
    await expect(over).rejects.toThrow('gone');
    expect(clock.timers()).toEqual([]);
  });
});
