import { describe, expect, it } from 'vitest';
import { type RedisConnection, RedisFault } from '../../src/redis/redis-connection.ts';
import { RedisLink } from '../../src/redis/redis-link.ts';
import { settle, simulatedClock } from '../upstream/quota/simulated-clock.ts';

const fault = new RedisFault('Redis failed at it.', 'READONLY');

function start(outcomes: readonly ('fails' | 'greets' | 'is refused')[]) {
  const clock = simulatedClock();
  const began = clock.now();
  const story: string[] = [];
  const note = (what: string): void => void story.push(`${clock.now() - began} ${what}`);
  const opened: RedisConnection[] = [];
  let tries = 0;
  const link = new RedisLink({
    open: async () => {
      const outcome = outcomes[Math.min(tries++, outcomes.length - 1)];
      note('opens');
      if (outcome === 'fails') throw fault;
      const connection = { runId: outcome, send: async () => undefined, close: () => note('closes') };
      opened.push(connection);
      return connection;
    },
    greet: async ({ runId }) => {
      if (runId === 'is refused') throw fault;
    },
    onDown: ({ code }) => note(code),
    pauseMs: { first: 100, longest: 400 },
    random: () => 1,
    timers: clock,
  });
  return { clock, link, story, opened };
}

describe('a link to Redis', () => {
  it('is tried again after pauses that double up to a bound', async () => {
    const { clock, story } = start(['fails']);
    await clock.advance(1_600);
    const opens = story.filter((line) => line.endsWith('opens'));
    expect(opens).toEqual(['0 opens', '100 opens', '300 opens', '700 opens', '1100 opens', '1500 opens']);
  });

  it('reconnects after a rejection, and closes the rejected connection', async () => {
    const { clock, link, story, opened } = start(['greets', 'is refused', 'greets']);
    await settle();
    const [first] = opened;
    if (first === undefined) throw new Error('Nothing was opened.');
    link.fail(first, fault);
    link.fail(first, fault);
    await clock.advance(1_000);
    expect(story).toEqual([
      '0 opens',
      '0 closes',
      '0 READONLY',
      '100 opens',
      '100 closes',
      '100 READONLY',
      '300 opens',
    ]);
  });

  it('leaves no timer and no connection behind when it is closed', async () => {
    for (const outcome of ['fails', 'greets'] as const) {
      const { clock, link, story } = start([outcome]);
      await settle();
      await link.close(async () => undefined);
      const before = story.length;
      await clock.advance(10_000);
      expect(story.slice(before)).toEqual([]);
      expect(story.at(-1)).toBe(outcome === 'fails' ? '0 READONLY' : '0 closes');
    }
  });
});
