import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type CallerDirectory,
  type CallerGateway,
  startCallerDirectory,
  startCallerGateway,
} from '../support/caller-gateway.ts';
import { hasRedisServer, startRedisServer } from '../support/redis-server.ts';
import type { Reply } from '../support/running-gateway.ts';

const renewMs = 300_000;
const hourMs = 3_600_000;

/** A user whom upstream rejects after having answered. */
describe.each([
  ['memory', undefined],
  ['Redis', hasRedisServer ? startRedisServer : undefined],
])('rights that are taken from a user, through %s', (name, startRedis) => {
  const runs = it.skipIf(name === 'Redis' && !hasRedisServer);
  let directory: CallerDirectory;
  let gateway: CallerGateway;
  let stopRedis: () => Promise<void>;
  let now = Date.now();
  let token: string;
  beforeAll(async () => {
    directory = await startCallerDirectory({ now: () => now });
  });
  afterAll(() => directory.close());
  beforeEach(async () => {
    directory.emulator.faults.clear();
    const redis = await startRedis?.();
    stopRedis = redis?.kill ?? (async () => undefined);
    gateway = await startCallerGateway(directory, {
      now: () => now,
      environment: { UPSTREAM_IDENTITY: 'caller', ...(redis === undefined ? {} : { REDIS_URL: redis.url }) },
    });
    token = await directory.tokenOf('ada', { exp: Math.floor(now / 1_000) + 24 * 3_600 });
  });
  afterEach(async () => {
    await gateway.close();
    await stopRedis();
  });

  const ask = (query: string): Promise<Reply> => gateway.ask(token, query);
  const page = (after?: string): string =>
    `{ machines(first: 5${after === undefined ? '' : `, after: "${after}"`}) { nodes { id } pageInfo { endCursor } } }`;
  const refuse = (): void => directory.emulator.faults.next(10_000, { kind: 'status', status: 403 });

  runs(
    'show in no answer later than rows must be renewed: list, walk and machine by id',
    async () => {
      const { data } = await ask(page());
      const [{ id }] = data.machines.nodes;
      const byId = `{ machine(id: "${id}") { id } }`;
      const queries = [page(), page(data.machines.pageInfo.endCursor), byId];
      for (const query of queries) expect((await ask(query)).errors).toBeUndefined();
      refuse();
      const served: number[] = [];
      const stepMs = (passedMs: number): number => (passedMs < 2 * renewMs ? 20_000 : 200_000);
      for (const startedAt = now; now - startedAt < hourMs + 60_000; now += stepMs(now - startedAt)) {
        for (const query of queries) {
          const { errors } = await ask(query);
          if (errors === undefined) served.push(now - startedAt);
          else expect(errors[0]?.extensions.code).toBe('UPSTREAM_FORBIDDEN');
        }
      }
      expect(Math.max(...served)).toBeLessThan(renewMs);
    },
    60_000,
  );

  runs('cost few calls, however often the user asks while rows are held', async () => {
    await ask(page());
    refuse();
    directory.emulator.clearRequests();
    now += 61_000;
    for (let second = 0; second < 60; second += 1, now += 1_000) await ask(page());
    // A rest of 5 s, then of 10, 20, 40.
    expect(directory.emulator.requests().length).toBeLessThanOrEqual(5);
  });

  runs('are given back within a minute', async () => {
    await ask(page());
    refuse();
    now += 61_000;
    await ask(page());
    await expect
      .poll(async () => (await ask(page())).errors?.[0]?.extensions.code)
      .toBe('UPSTREAM_FORBIDDEN');
    directory.emulator.faults.clear();
    now += 60_000;
    expect((await ask(page())).errors).toBeUndefined();
  });
});
