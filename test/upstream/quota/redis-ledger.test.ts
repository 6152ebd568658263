import { setTimeout as pass } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemTimers } from '../../../src/timers.ts';
import { defaultRules } from '../../../src/upstream/quota/options.ts';
import { redisLedger } from '../../../src/upstream/quota/redis-ledger.ts';
import { addressOf, hasRedisServer, type RedisServer, startRedisServer } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';
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
        address: addressOf(server.url),
        prefix: `suite-${++count}`,
        replicas: 1,
        rules,
        clock: systemTimers,
        commandMs: 2_500,
        heartbeatMs: 200,
        presenceMs: 4_000,
      }),
    clock: systemTimers,
    pass: (ms) => pass(ms),
    timesLonger: 10,
    ready: (ledger) => until(() => expect(ledger.kind()).toBe('redis')),
  }));

  describe('data in Redis', () => {
    it('lies in one hash slot, names no principal, and expires', async () => {
      const keys = await server.send('KEYS', '*');
      const names = [...keys.matchAll(/^\{suite-1\}:(\w+)/gm)].map(([, name]) => name);
      expect(names.toSorted()).toEqual(
        ['left', 'log', 'seen', 'state'].filter((name) => names.includes(name)),
      );
      expect(names).toContain('log');
      expect(await server.send('TTL', '{suite-1}:log')).toMatch(/^:\d{2,}/);
    });
  });

  describe('its options', () => {
    const options = {
      address: addressOf('redis://127.0.0.1:1'),
      prefix: 'p',
      rules: defaultRules,
      clock: systemTimers,
    };
    it.each([
      ['no replicas', { replicas: 0 }, 'replicas'],
      ['more replicas than a window has calls', { replicas: 101 }, 'part'],
      ['a presence shorter than a heartbeat', { replicas: 1, presenceMs: 100 }, 'outlast'],
    ])('are rejected with %s', (_, changes, text) => {
      expect(() => redisLedger({ ...options, ...changes })).toThrow(text);
    });
  });
});
