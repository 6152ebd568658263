import { describe, expect, it } from 'vitest';
import { memoryLedger } from '../../../src/upstream/quota/ledger.ts';
import { defaultRules, type QuotaRules } from '../../../src/upstream/quota/options.ts';
import { type Lane, type Permit, QuotaError, type QuotaEvents } from '../../../src/upstream/quota/quota.ts';
import { createQuota, type SchedulerOptions } from '../../../src/upstream/quota/scheduler.ts';
import { settle, simulatedClock } from './simulated-clock.ts';

/** Two calls a second; a call ends as it is admitted unless a test says otherwise. */
const twoASecond: QuotaRules = { ...defaultRules, windows: [{ windowMs: 1_000, calls: 2 }], reserve: 0.5 };

function start(rules: QuotaRules = twoASecond, options: Partial<SchedulerOptions> = {}) {
  const clock = simulatedClock();
  const quota = createQuota({ clock, ledger: memoryLedger(rules, clock), ...options });
  const began = clock.now();
  /** What happened, in its order: names of calls with the ms at which they went or were rejected. */
  const story: string[] = [];
  const permits = new Map<string, Permit>();
  const call = (
    name: string,
    {
      lane = 'interactive' as Lane,
      turn = 'p',
      patienceMs = 100_000,
      signal = new AbortController().signal,
      stays = false,
    } = {},
  ): void => {
    quota.acquire({ lane, turn, patienceMs, signal }).then(
      (permit) => {
        story.push(`${name} at ${clock.now() - began}`);
        permits.set(name, permit);
        if (!stays) permit.done({ kind: 'answered' });
      },
      (error: unknown) => {
        const why = error instanceof QuotaError ? `${error.reason} ${error.retryAfterMs}` : 'left';
        story.push(`${name} refused at ${clock.now() - began}: ${why}`);
      },
    );
  };
  return { clock, quota, story, permits, call };
}

describe('calls that wait', () => {
  it('go when a place is free, not a millisecond sooner or later', async () => {
    const { call, clock, story } = start();
    for (const name of ['a', 'b', 'c', 'd', 'e']) call(name);
    await clock.advance(5_000);
    expect(story).toEqual(['a at 0', 'b at 0', 'c at 1001', 'd at 1001', 'e at 2002']);
  });

  it('get the time that they waited', async () => {
    const { call, clock, permits } = start();
    for (const name of ['a', 'b', 'c']) call(name);
    await clock.advance(5_000);
    expect([...permits.values()].map(({ waitedMs }) => waitedMs)).toEqual([0, 0, 1_001]);
  });

  it('of several callers take turns, however many calls one of them has', async () => {
    const { call, clock, story } = start({
      ...twoASecond,
      windows: [{ windowMs: 10, calls: 1 }],
      reserve: 0,
    });
    for (let n = 1; n <= 4; n++) call(`greedy${n}`, { turn: 'greedy' });
    await settle();
    call('b1', { turn: 'b' });
    call('c1', { turn: 'c' });
    call('b2', { turn: 'b' });
    await clock.advance(1_000);
    expect(story.map((line) => line.split(' ')[0])).toEqual([
      'greedy1',
      'greedy2',
      'b1',
      'c1',
      'greedy3',
      'b2',
      'greedy4',
    ]);
  });

  it('in the background go only while the reserve stays and no interactive call waits', async () => {
    const { call, clock, story } = start();
    for (const name of ['b1', 'b2']) call(name, { lane: 'background' });
    await settle();
    call('i1');
    await clock.advance(500);
    for (const name of ['i2', 'i3', 'i4']) call(name);
    await clock.advance(5_000);
    expect(story).toEqual(['b1 at 0', 'i1 at 0', 'i2 at 1001', 'i3 at 1001', 'i4 at 2002', 'b2 at 3003']);
  });

  it('give their place up when they leave', async () => {
    const { call, clock, story, quota } = start();
    const leaving = new AbortController();
    call('a');
    call('b');
    call('c', { signal: leaving.signal });
    call('d');
    call('e');
    await settle();
    leaving.abort();
    expect(quota.state().waiting.interactive).toBe(2);
    await clock.advance(5_000);
    expect(story).toEqual(['a at 0', 'b at 0', 'c refused at 0: left', 'd at 1001', 'e at 1001']);
  });

  it('wait for calls in flight, whose ends are what counts', async () => {
    const { call, clock, story, permits } = start();
    call('a', { stays: true });
    call('b', { stays: true });
    call('c');
    await clock.advance(300);
    permits.get('a')?.done({ kind: 'answered' });
    permits.get('b')?.done({ kind: 'failed' });
    await clock.advance(5_000);
    expect(story).toEqual(['a at 0', 'b at 0', 'c at 1301']);
  });

  it('are rejected when the quota is closed, and so are later ones', async () => {
    const { call, clock, story, quota } = start();
    for (const name of ['a', 'b', 'c']) call(name);
    await settle();
    await quota.close();
    call('d');
    await clock.advance(5_000);
    expect(story).toEqual(['a at 0', 'b at 0', 'c refused at 0: closed 0', 'd refused at 0: closed 0']);
  });
});

describe('a deadline', () => {
  it('that the wait exceeds by a millisecond rejects at once, with the wait', async () => {
    const { call, clock, story } = start();
    for (const name of ['a', 'b']) call(name);
    await clock.advance(400);
    call('too short', { patienceMs: 600 });
    call('enough', { patienceMs: 601 });
    await clock.advance(5_000);
    expect(story).toEqual(['a at 0', 'b at 0', 'too short refused at 400: window 601', 'enough at 1001']);
  });

  it('counts the waiting calls ahead, by their turns', async () => {
    const { call, clock, story } = start();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) call(name, { turn: 'greedy' });
    await settle();
    call('behind the first of greedy', { turn: 'other', patienceMs: 1_001 });
    call('behind all of greedy', { turn: 'greedy', patienceMs: 2_002 });
    await clock.advance(1);
    expect(story.slice(2)).toEqual(['behind all of greedy refused at 0: window 3003']);
    await clock.advance(1_100);
    expect(story.slice(3)).toEqual(['c at 1001', 'behind the first of greedy at 1001']);
  });

  it('of a background call takes the interactive ones into account', async () => {
    const { call, clock, story } = start();
    for (const name of ['a', 'b', 'c', 'd']) call(name);
    await settle();
    call('background', { lane: 'background', patienceMs: 2_001 });
    await clock.advance(1);
    expect(story.slice(2)).toEqual(['background refused at 0: window 2002']);
  });

  it('ends a wait that took longer than foreseen', async () => {
    const { call, clock, story } = start();
    call('a', { stays: true });
    call('b', { stays: true });
    call('c', { patienceMs: 1_500 });
    await clock.advance(5_000);
    expect(story.at(-1)).toBe('c refused at 1500: window 1001');
  });
});

describe('the time of a caller', () => {
  it('is not all spent on waiting: some is left for the call itself, half of it at most', async () => {
    const { call, clock, story } = start(twoASecond, { callMs: 2_000 });
    for (const name of ['a', 'b', 'c', 'd']) call(name);
    await clock.advance(1);
    call('in time', { patienceMs: 4_002 });
    call('too late', { patienceMs: 4_000 });
    call('in time by half', { patienceMs: 4_003 });
    await clock.advance(5_000);
    expect(story).toEqual([
      'a at 0',
      'b at 0',
      'too late refused at 1: window 2001',
      'c at 1001',
      'd at 1001',
      'in time at 2002',
      'in time by half at 2002',
    ]);
  });

  it('is waited away by interactive calls up to a bound only', async () => {
    const { call, clock, story } = start(twoASecond, { maxWaitMs: 500 });
    for (const name of ['a', 'b']) call(name);
    await clock.advance(1);
    call('patient', { patienceMs: 60_000 });
    call('background', { lane: 'background', patienceMs: 60_000 });
    await clock.advance(2_000);
    expect(story).toEqual(['a at 0', 'b at 0', 'patient refused at 1: window 1000', 'background at 1001']);
  });

  it('that ends during the wait is reported as a used up quota, with the wait', async () => {
    const { call, clock, story } = start();
    const caller = new AbortController();
    for (const name of ['a', 'b']) call(name);
    call('c', { signal: caller.signal });
    await clock.advance(400);
    caller.abort(new DOMException('The time for the request is up.', 'TimeoutError'));
    await clock.advance(5_000);
    expect(story).toEqual(['a at 0', 'b at 0', 'c refused at 400: window 601']);
  });
});

describe('a gate that shuts', () => {
  const limited = { kind: 'limited', retryAfterMs: 3_000 } as const;

  it('rejects waiting calls that cannot wait so long at once, and lets the others wait', async () => {
    const { call, clock, story, permits } = start();
    call('a', { stays: true });
    call('b');
    call('hurried', { patienceMs: 2_000 });
    call('patient', { patienceMs: 9_000 });
    await clock.advance(200);
    permits.get('a')?.done(limited);
    call('hurried too', { patienceMs: 2_999 });
    await clock.advance(9_000);
    expect(story).toEqual([
      'a at 0',
      'b at 0',
      'hurried refused at 200: gate 3000',
      'hurried too refused at 200: gate 3000',
      'patient at 3200',
    ]);
  });

  it('lets one probe go; the others follow when it has succeeded', async () => {
    const { call, clock, story, permits } = start({
      ...twoASecond,
      windows: [{ windowMs: 10, calls: 9 }],
      foreignBelow: 0,
    });
    call('a', { stays: true });
    await settle();
    permits.get('a')?.done(limited);
    call('probe', { stays: true });
    call('follower');
    await clock.advance(3_500);
    expect(story).toEqual(['a at 0', 'probe at 3000']);
    permits.get('probe')?.done({ kind: 'answered' });
    await settle();
    expect(story.at(-1)).toBe('follower at 3500');
  });

  it('costs one call for each wait that upstream asks for', async () => {
    const { clock, quota } = start(defaultRules);
    let sent = 0;
    const want = async (): Promise<void> => {
      for (;;) {
        const { signal } = new AbortController();
        const permit = await quota.acquire({ lane: 'interactive', turn: 'p', patienceMs: 1e9, signal });
        sent++;
        permit.done({ kind: 'limited', retryAfterMs: 30_000 });
      }
    };
    const first = want();
    await settle();
    const wanting = Promise.allSettled([first, want(), want()]);
    await clock.advance(3_600_000 - 1);
    expect(sent).toBe(120);
    await quota.close();
    await wanting;
  });

  it('is reported to log and metrics', async () => {
    const told: string[] = [];
    const events: QuotaEvents = {
      onGate: ({ kind }) => told.push(kind),
      onForeignUse: ({ share }) => told.push(`share ${share}`),
      onRefused: (lane, reason, retryAfterMs) => told.push(`${lane} ${reason} ${retryAfterMs}`),
    };
    const { call, permits } = start(twoASecond, { events });
    call('a', { stays: true });
    await settle();
    permits.get('a')?.done(limited);
    call('b', { patienceMs: 10 });
    expect(told).toEqual(['shut', 'share 0.5', 'interactive gate 3000']);
  });
});

describe('the queue', () => {
  it('is bounded, in all and for each caller', async () => {
    const { call, story } = start(twoASecond, { maxWaiting: 3, maxWaitingPerCaller: 2 });
    for (const name of ['a', 'b']) call(name);
    await settle();
    for (const name of ['c', 'd', 'e']) call(name, { turn: 'one' });
    for (const name of ['f', 'g']) call(name, { turn: 'two' });
    await settle();
    expect(story.slice(2)).toEqual(['e refused at 0: queue 2002', 'g refused at 0: queue 2002']);
  });
});
