import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RawMachine } from '../../src/emulator/emulator.ts';
import { hasRedisServer, type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { type Reply, type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { secretsIn } from '../support/secrets.ts';

const fleet: readonly RawMachine[] = Array.from({ length: 400 }, (_, index) => ({
  id: `m${index}`,
  riskScore: 'High',
}));
const ids = fleet.map(({ id }) => id);

const query = `query ($first: Int, $after: String, $name: String) {
  machines(first: $first, after: $after, filter: { computerDnsName: { ne: $name } }) {
    nodes { id } pageInfo { hasNextPage endCursor }
  }
}`;

interface Replicas {
  readonly redis: RedisServer;
  readonly first: RunningGateway;
  readonly second: RunningGateway;
  readonly close: () => Promise<void>;
}

const askFor = (gateway: RunningGateway, name: number, variables: object = {}): Promise<Reply> =>
  gateway.ask(query, { first: 20, name: String(name), ...variables });

/** Two gateways before one emulator; windows of 50 rows, so that a walk asks for many. */
async function startReplicas(): Promise<Replicas> {
  const redis = await startRedisServer();
  const environment = {
    REDIS_URL: redis.url,
    REPLICAS: '2',
    UPSTREAM_WINDOW_ROWS: '50',
    REQUEST_TIMEOUT_SECONDS: '10',
    // Not without end: what may have been called while Redis was lost is noted call by call.
    QUOTA_PER_MINUTE: '1000',
    QUOTA_PER_HOUR: '10000',
  };
  const first = await runGateway({ rows: fleet, environment });
  const second = await runGateway({
    rows: [],
    environment: { ...environment, MACHINES_API_URL: first.emulator.url },
  });
  // The quota of a Redis that is empty waits a while for replicas that know more.
  await Promise.all([askFor(first, 0), askFor(second, 0)]);
  first.emulator.clearRequests();
  return {
    redis,
    first,
    second,
    close: async () => {
      await Promise.all([first.close(), second.close()]);
      redis.resume();
      await redis.kill();
    },
  };
}

/** Walks with each page from the other replica, as behind a load balancer. */
async function walk(
  { first, second }: Replicas,
  name: number,
  onPage: (page: number) => Promise<unknown> | unknown,
): Promise<string[]> {
  const met: string[] = [];
  let after: string | null = null;
  for (let page = 0, more = true; more; page += 1) {
    await onPage(page);
    const reply: Reply = await askFor(page % 2 === 0 ? first : second, name, { after });
    expect(reply.errors).toBeUndefined();
    met.push(...reply.data.machines.nodes.map(({ id }: RawMachine) => id));
    more = reply.data.machines.pageInfo.hasNextPage;
    after = reply.data.machines.pageInfo.endCursor;
  }
  return met;
}

describe.skipIf(!hasRedisServer)('replicas that share one Redis', () => {
  let replicas: Replicas;
  /** Differs from test to test, so that each begins with a list that nobody knows. */
  let name = 0;

  beforeAll(async () => {
    replicas = await startReplicas();
  });
  afterAll(() => replicas.close());
  beforeEach(() => {
    name += 1;
    replicas.first.emulator.clearRequests();
    replicas.first.emulator.configure({ latencyMs: 0 });
  });

  const ask = (gateway: RunningGateway): Promise<Reply> => askFor(gateway, name);

  it('share the windows of a walk, so that both together ask upstream as often as one', async () => {
    const { first } = replicas;
    expect(await walk(replicas, name, () => undefined)).toEqual(ids);
    // 400 rows by 50 are 8 windows, and a ninth that shows the end.
    expect(first.emulator.requests()).toHaveLength(9);
  });

  it('ask once for the same query at the same time', async () => {
    const { first, second } = replicas;
    first.emulator.configure({ latencyMs: 400 });
    const gateways = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? first : second));
    const replies = await Promise.all(gateways.map((gateway) => ask(gateway)));
    expect(replies.every(({ data }) => data.machines.nodes.length === 20)).toBe(true);
    expect(first.emulator.requests()).toHaveLength(1);
  });

  it('tell each other what upstream answered to a query that failed', async () => {
    const { first, second } = replicas;
    first.emulator.configure({ latencyMs: 600 });
    first.emulator.faults.next(1, { kind: 'status', status: 503 });
    const replies = await Promise.all([ask(first), ask(second)]);
    const codes = replies.map(({ errors }) => errors?.[0]?.extensions.code);
    expect(codes).toEqual(['UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE']);
    expect(first.emulator.requests()).toHaveLength(1);
  });

  it('do not fail each other where the client of one leaves', async () => {
    const { first, second } = replicas;
    first.emulator.configure({ latencyMs: 400 });
    const leaving = new AbortController();
    const left = fetch(`${first.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { first: 20, name: String(name) } }),
      signal: leaving.signal,
    }).catch(() => undefined);
    await expect.poll(() => first.emulator.requests().length).toBe(1);
    const staying = ask(second);
    await expect.poll(() => second.lines.length).toBeGreaterThan(0);
    leaving.abort();
    await left;
    expect((await staying).errors).toBeUndefined();
  });

  it('keep no names and no secrets in its keys', async () => {
    const { first, redis } = replicas;
    await ask(first);
    const keys = await redis.send('KEYS', '*');
    expect(keys).toContain('machines-gateway:1:');
    expect(keys).not.toMatch(/computerDnsName|m1|app/);
    expect(secretsIn(keys)).toEqual([]);
  });
});

type Harm = (redis: RedisServer) => unknown;

describe.skipIf(!hasRedisServer)('replicas that share a Redis to which something happens', () => {
  it.each<[string, Harm, Harm]>([
    ['is flushed', (redis) => redis.send('FLUSHALL'), () => undefined],
    [
      'is out of memory',
      (redis) => redis.send('CONFIG', 'SET', 'maxmemory', '1'),
      (redis) => redis.send('CONFIG', 'SET', 'maxmemory', '0'),
    ],
    ['is paused', (redis) => redis.pause(), (redis) => redis.resume()],
    ['is killed and comes back empty', (redis) => redis.kill(), (redis) => redis.start()],
  ])(
    'go on by themselves while it %s in the middle of a walk',
    { timeout: 40_000 },
    async (_, harm, mend) => {
      const replicas = await startReplicas();
      try {
        const met = await walk(replicas, 1, async (page) => {
          if (page === 5) await harm(replicas.redis);
          if (page === 14) await mend(replicas.redis);
        });
        // Where a reading is lost with Redis, a replica goes on in one of its own, over a fleet that stands still.
        expect(met).toEqual(ids);
      } finally {
        await replicas.close();
      }
    },
  );
});
