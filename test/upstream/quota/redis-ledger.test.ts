import { setTimeout as pass } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/upstream/quota/clock.ts';
import { defaultRules } from '../../../src/upstream/quota/options.ts';
import { redisLedger } from '../../../src/upstream/quota/redis-ledger.ts';
import { hasRedisServer, type RedisServer, startRedisServer } from '../../support/redis-server.ts';
import { describeLedger } from './ledger-suite.ts';

describe.skipIf(!hasRedisServer)('with a redis-server (skipped where there is none)', () => {
  let server: RedisServer;
  let count = 0;
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(() => server.kill());

  describeLedger('Redis', () => ({
    factory: (rules) =>
      redisLedger({
        url: server.url,
        prefix: `suite-${++count}`,
        replicas: 1,
        rules,
        clock: systemClock,
        heartbeatMs: 20,
        burst: { windowMs: 1, calls: 100 },
      }),
    clock: systemClock,
    pass: (ms) => pass(ms),
    ready: (ledger) => vi.waitFor(() => expect(ledger.kind()).toBe('redis'), { interval: 2 }),
  }));

  describe('what is in Redis', () => {
    it('lies in one hash slot, names no principal, and expires', async () => {
      const keys = await server.send('KEYS', '*');
      const names = [...keys.matchAll(/^\{suite-1\}:(\w+)/gm)].map(([, name]) => name);
      expect(names.toSorted()).toEqual(
        ['acks', 'burst', 'log', 'present', 'seq', 'state'].filter((name) => names.includes(name)),
      );
      expect(names).toContain('log');
      expect(await server.send('TTL', '{suite-1}:log')).toMatch(/^:\d{2,}/);
    });
  });

  describe('its options', () => {
    const options = { url: 'redis://127.0.0.1:1', prefix: 'p', rules: defaultRules, clock: systemClock };
    it.each([
      ['no replicas', { replicas: 0 }, 'replicas'],
      ['more replicas than a window has calls', { replicas: 101 }, 'share'],
      ['a presence shorter than a heartbeat', { replicas: 1, presenceMs: 100 }, 'outlast'],
    ])('are refused with %s', (_, changes, text) => {
      expect(() => redisLedger({ ...options, ...changes })).toThrow(text);
    });
  });
});
