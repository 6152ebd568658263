import { expect } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { type Gateway, startGateway } from '../../src/gateway.ts';
import { untilFleetIs } from './fleet-gateway.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';
import { ask } from './running-gateway.ts';
import { secrets } from './secrets.ts';
import { until } from './until.ts';
import { watchedLog } from './watched-log.ts';

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

/** Clients that follow a moving fleet by its changes, which they ask of two replicas in turn, in real time. */
export interface FollowedByTwo {
  readonly redis: RedisServer;
  /** Stops a replica, and starts another in its place. */
  readonly restart: (index: 0 | 1) => Promise<void>;
  /** All walk, and both replicas have a newer reading than anybody has seen. */
  readonly readAgain: () => Promise<void>;
  /**
   * Until one has a reading of the other again. Before, each may read for itself, and a token of such a reading is lost
   * with its replica.
   */
  readonly shareAgain: () => Promise<void>;
  /** Holds the fleet still, and shows that each client has what it lists. */
  readonly expectEqual: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function startFollowedByTwo(): Promise<FollowedByTwo> {
  const { log } = watchedLog();
  const redis = await startRedisServer();
  const emulator = await startEmulator({
    fleet: { kind: 'seeded', size: 400, seed: 1, now: Date.now() },
    tokens: [secrets.token],
    quota: 'off',
    churnPerMinute: 6_000,
    log,
  });
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
  const replicas: [Gateway, Gateway] = [await startReplica(), await startReplica()];
  const clients = [
    new Client(null),
    new Client({ riskScore: { in: ['HIGH', 'MEDIUM'] } }),
    new Client({ rbacGroupId: { gt: 100 }, not: { machineTags: { isEmpty: true } } }),
    new Client({ lastSeen: { newerThan: 'PT20S' } }),
  ];
  let turn = 0;
  const walkAll = () =>
    Promise.all(
      clients.map((client, index) => client.walk(replicas[(turn + index) % 2 === 0 ? 0 : 1].url)),
    ).finally(() => turn++);
  const standing = async ({ url }: Gateway) => (await ask(url, '{ fleet { snapshotAt } }')).data.fleet;
  const readAgain = async (): Promise<void> => {
    const seen = (await walkAll()).sort().at(-1) ?? '';
    for (const replica of replicas) {
      await until(async () => expect((await standing(replica)).snapshotAt > seen).toBe(true), {
        intervalMs: 100,
      });
    }
  };
  return {
    redis,
    readAgain,
    restart: async (index) => {
      await replicas[index].close();
      replicas[index] = await startReplica();
    },
    shareAgain: async () => {
      const since = new Date().toISOString();
      await until(
        async () => {
          const [own, other] = await Promise.all(replicas.map(standing));
          expect(own.snapshotAt > since).toBe(true);
          expect(other).toEqual(own);
        },
        { intervalMs: 50 },
      );
    },
    expectEqual: async () => {
      emulator.configure({ churnPerMinute: 0 });
      await readAgain();
      await readAgain();
      await walkAll();
      for (const { filter, machines } of clients.slice(0, 3)) {
        const { data } = await ask(replicas[0].url, listQuery, { filter });
        const listed = new Map(data.machines.nodes.map((node: { id: string }) => [node.id, node]));
        expect(machines.size).toBeGreaterThan(10);
        expect(machines).toEqual(listed);
      }
      const truth = emulator.rows().map(({ id }) => String(id));
      expect([...(clients[0]?.machines.keys() ?? [])].sort()).toEqual(truth.sort());
    },
    close: async () => {
      await Promise.all(replicas.map((gateway) => gateway.close()));
      await emulator.close();
      await redis.kill();
    },
  };
}
