import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { type Gateway, startGateway } from '../../src/gateway.ts';
import { untilFleetIs } from '../support/fleet-gateway.ts';
import { hasRedisServer, type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { ask } from '../support/running-gateway.ts';
import { secrets } from '../support/secrets.ts';
import { until } from '../support/until.ts';
import { watchedLog } from '../support/watched-log.ts';

const machine = 'id computerDnsName lastSeen riskScore machineTags rbacGroupId';
const changesQuery = `query ($filter: MachineFilter, $after: String, $first: Int) {
  machineChanges(filter: $filter, after: $after, first: $first) {
    nodes { kind id changed machine { ${machine} } } pageInfo { endCursor hasNextPage } asOf
  }
}`;
const listQuery = `query ($filter: MachineFilter) { machines(filter: $filter, first: 1000) { nodes { ${machine} } } }`;

/** A client that keeps what a filter shows by its changes alone. */
class Client {
  readonly machines = new Map<string, unknown>();
  readonly filter: unknown;
  #after = '';

  constructor(filter: unknown) {
    this.filter = filter;
  }

  /** Walks to the end of what is new. @returns when the fleet was read that it has now */
  async walk(url: string): Promise<string> {
    for (;;) {
      const { data, errors } = await ask(url, changesQuery, {
        filter: this.filter,
        after: this.#after,
        first: 70,
      });
      expect(errors).toBeUndefined();
      for (const { kind, id, machine } of data.machineChanges.nodes) {
        expect(this.machines.has(id)).toBe(kind !== 'ADDED');
        if (kind === 'REMOVED') this.machines.delete(id);
        else this.machines.set(id, machine);
      }
      this.#after = data.machineChanges.pageInfo.endCursor;
      if (!data.machineChanges.pageInfo.hasNextPage) return data.machineChanges.asOf;
    }
  }
}

describe.skipIf(!hasRedisServer)('changes, asked of two replicas in turn', { timeout: 120_000 }, () => {
  let redis: RedisServer;
  let emulator: Emulator;
  let replicas: Gateway[] = [];
  const { log } = watchedLog();

  const startReplica = async (): Promise<Gateway> => {
    const config = readConfig(
      {
        CALLER_AUTH: 'none',
        PORT: '0',
        MACHINES_API_URL: emulator.url,
        MACHINES_API_TOKEN: secrets.token,
        REDIS_URL: redis.url,
        REPLICAS: '2',
        FLEET: 'on',
        QUOTA_PER_MINUTE: '100000',
        QUOTA_PER_HOUR: '1000000',
      },
      () => '',
    );
    // Far more often than may be set.
    const fleet = { ...config.fleet, refreshMs: 1_000 };
    const gateway = await startGateway({ ...config, fleet }, { log, clock: systemClock });
    await untilFleetIs('READY', (query) => ask(gateway.url, query));
    return gateway;
  };
  const urlOf = (index: number): string => replicas[index]?.url ?? '';

  beforeEach(async () => {
    redis = await startRedisServer();
    emulator = await startEmulator({
      fleet: { kind: 'seeded', size: 400, seed: 1, now: Date.now() },
      tokens: [secrets.token],
      quota: 'off',
      churnPerMinute: 6_000,
      log,
    });
    replicas = [await startReplica(), await startReplica()];
  });
  afterEach(async () => {
    await Promise.all(replicas.map((gateway) => gateway.close()));
    await emulator.close();
    await redis.kill();
  });

  it('keep clients equal to the fleet, while replicas restart and Redis loses its data', async () => {
    const clients = [
      new Client(null),
      new Client({ riskScore: { in: ['HIGH', 'MEDIUM'] } }),
      new Client({ rbacGroupId: { gt: 100 }, not: { machineTags: { isEmpty: true } } }),
      new Client({ lastSeen: { newerThan: 'PT20S' } }),
    ];
    let turn = 0;
    const walkAll = () =>
      Promise.all(clients.map((client, index) => client.walk(urlOf((turn + index) % 2)))).finally(
        () => turn++,
      );
    /** Until both have a newer reading than anybody has seen. */
    const readAgain = async (): Promise<void> => {
      const seen = (await walkAll()).sort().at(-1) ?? '';
      for (const index of [0, 1]) {
        await until(
          async () => {
            const { data } = await ask(urlOf(index), '{ fleet { snapshotAt } }');
            expect(data.fleet.snapshotAt > seen).toBe(true);
          },
          { intervalMs: 100 },
        );
      }
    };
    /**
     * Until one has a reading of the other again. Before, each may read for itself, and a token of such a reading is lost
     * with its replica.
     */
    const shareAgain = async (): Promise<void> => {
      const since = new Date().toISOString();
      await until(
        async () => {
          const [own, other] = await Promise.all(
            [0, 1].map(async (index) => (await ask(urlOf(index), '{ fleet { snapshotAt } }')).data.fleet),
          );
          expect(own.snapshotAt > since).toBe(true);
          expect(other).toEqual(own);
        },
        { intervalMs: 50 },
      );
    };
    for (let round = 0; round < 3; round++) await readAgain();
    await replicas[0]?.close();
    replicas[0] = await startReplica();
    await readAgain();
    await redis.kill();
    await redis.start();
    await shareAgain();
    await readAgain();
    await replicas[1]?.close();
    replicas[1] = await startReplica();
    await readAgain();

    emulator.configure({ churnPerMinute: 0 });
    await readAgain();
    await readAgain();
    await walkAll();
    for (const { filter, machines } of clients.slice(0, 3)) {
      const { data } = await ask(urlOf(0), listQuery, { filter });
      const listed = new Map(data.machines.nodes.map((node: { id: string }) => [node.id, node]));
      expect(machines.size).toBeGreaterThan(10);
      expect(machines).toEqual(listed);
    }
    const truth = emulator.rows().map(({ id }) => String(id));
    expect([...(clients[0]?.machines.keys() ?? [])].sort()).toEqual(truth.sort());
  });
});
