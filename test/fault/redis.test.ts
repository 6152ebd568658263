import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RawMachine } from '../../src/emulator/emulator.ts';
import { hasRedisServer, type RedisServer, redisHarms, startRedisServer } from '../support/redis-server.ts';
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
  onConsistency: (consistency: string | null) => unknown = () => undefined,
): Promise<string[]> {
  const met: string[] = [];
  let after: string | null = null;
  for (let page = 0, more = true; more; page += 1) {
    await onPage(page);
    const reply: Reply = await askFor(page % 2 === 0 ? first : second, name, { after });
    expect(reply.errors).toBeUndefined();
    onConsistency(reply.extensions.upstream.consistency);
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

  it('each read lists by themselves, so that a walk through both loses nothing and says that it changes over', async () => {
    const { first } = replicas;
    const consistencies: (string | null)[] = [];
    expect(
      await walk(
        replicas,
        name,
        () => undefined,
        (each) => consistencies.push(each),
      ),
    ).toEqual(ids);
    // 400 rows by 50 are 8 windows, and a ninth that shows the end, for each of both.
    expect(first.emulator.requests().length).toBeLessThanOrEqual(18);
    expect(new Set(consistencies.slice(1))).toEqual(new Set(['ANCHORED']));
  });

  it('keep no names and no secrets in its keys', async () => {
    const { first, redis } = replicas;
    await ask(first);
    const keys = await redis.send('KEYS', '*');
    expect(keys).toContain('machines-gateway:2:');
    expect(keys).not.toMatch(/computerDnsName|m1|app/);
    expect(secretsIn(keys)).toEqual([]);
  });
});

describe.skipIf(!hasRedisServer)('replicas that share a Redis to which something happens', () => {
  it.each(redisHarms)('go on by themselves while it %s in the middle of a walk', async (_, harm, mend) => {
    const replicas = await startReplicas();
    try {
      const met = await walk(replicas, 1, async (page) => {
        if (page === 5) await harm(replicas.redis);
        if (page === 14) await mend(replicas.redis);
      });
      expect(met).toEqual(ids);
    } finally {
      await replicas.close();
    }
  });
});
