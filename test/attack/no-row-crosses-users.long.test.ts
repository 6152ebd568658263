import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { mulberry32 } from '../../src/emulator/random.ts';
import {
  type CallerDirectory,
  type CallerGateway,
  startCallerDirectory,
  startCallerGateway,
  users,
} from '../support/caller-gateway.ts';
import { hasRedisServer, startRedisServer } from '../support/redis-server.ts';

type User = 'ada' | 'ben';

interface Row {
  readonly id: string;
  readonly rbacGroupId: number;
}

const queries = 10_000;
const atOnce = 40;

/** Rows are fresh for no time, windows are small, and little of them is kept: everything is read, shared and renewed. */
const restless = {
  UPSTREAM_IDENTITY: 'caller',
  UPSTREAM_WINDOW_ROWS: '100',
  MAX_PAGE_SIZE: '50',
  CALLER_REQUESTS_PER_MINUTE: '0',
  CACHE_FRESH_SECONDS: '0',
  CACHE_RENEW_SECONDS: '1',
} as const;

const filters = [
  '',
  'filter: { riskScore: { eq: HIGH } }',
  'filter: { healthStatus: { ne: ACTIVE } }',
  'filter: { osPlatform: { eq: "Windows11" } }',
  'filter: { rbacGroupId: { in: [140, 142, 367] } }',
  'filter: { rbacGroupId: { ne: 0 } }',
] as const;

describe('two users in different device groups', () => {
  let directory: CallerDirectory;
  let tokens: Readonly<Record<User, string>>;
  let idsOf: Readonly<Record<User, readonly string[]>>;
  beforeAll(async () => {
    directory = await startCallerDirectory({
      fleet: { kind: 'seeded', size: 600, seed: 7, now: Date.UTC(2026, 8, 8) },
    });
    tokens = { ada: await directory.tokenOf('ada'), ben: await directory.tokenOf('ben') };
    const rows = directory.emulator.rows() as unknown as readonly Row[];
    const shownTo = (user: User): readonly string[] => {
      const groups: readonly number[] = users[user].deviceGroups;
      return rows.flatMap(({ id, rbacGroupId }) => (groups.includes(Number(rbacGroupId)) ? [id] : []));
    };
    idsOf = { ada: shownTo('ada'), ben: shownTo('ben') };
  });
  afterAll(() => directory.close());

  /** Asks many things for both, interleaved, with ids and cursors of each other. @returns how many rows were shown */
  async function interleave(gateways: readonly CallerGateway[], seed: number): Promise<number> {
    const random = mulberry32(seed);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    const cursors: (readonly [filter: string, cursor: string])[] = [];
    let shown = 0;

    const askOnce = async (): Promise<void> => {
      const user: User = pick(['ada', 'ben']);
      const other: User = user === 'ada' ? 'ben' : 'ada';
      const gateway = pick(gateways);
      const own = new Set(idsOf[user]);
      if (random() < 0.25) {
        const ids = [pick(idsOf[user]), pick(idsOf[other])];
        const query = `{ own: machine(id: "${ids[0]}") { id } other: machine(id: "${ids[1]}") { id } node(id: "${ids[1]}") { id } }`;
        const { data, errors } = await gateway.ask(tokens[user], query);
        expect(errors, query + JSON.stringify(errors)).toBeUndefined();
        expect(data).toEqual({ own: { id: ids[0] }, other: null, node: null });
        return;
      }
      const followed = cursors.length > 0 && random() < 0.6 ? pick(cursors) : undefined;
      const filter = followed?.[0] ?? pick(filters);
      const place = followed === undefined ? '' : `${pick(['after', 'before'])}: "${followed[1]}"`;
      const size = `${pick(['first', 'last'])}: ${1 + Math.floor(random() * 20)}`;
      const query = `{ machines(${size} ${place} ${filter}) { totalCount edges { cursor node { id rbacGroupId } } } }`;
      const { data, errors } = await gateway.ask(tokens[user], query);
      expect(errors, query + JSON.stringify(errors)).toBeUndefined();
      const { edges, totalCount } = data.machines as {
        edges: { cursor: string; node: Row }[];
        totalCount: number | null;
      };
      for (const { cursor, node } of edges) {
        if (!own.has(node.id)) throw new Error(`${user} was shown ${JSON.stringify(node)} by ${query}`);
        if (cursors.length < 2_000) cursors.push([filter, cursor]);
        shown += 1;
      }
      if (filter === '' && totalCount !== null) expect(totalCount).toBe(own.size);
    };

    let asked = 0;
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (asked < queries) {
          asked += 1;
          await askOnce();
        }
      }),
    );
    return shown;
  }

  const timeout = 300_000;
  const logLevel = 'warn';

  it(`see no row of each other in ${queries} interleaved queries, through memory`, { timeout }, async () => {
    const gateway = await startCallerGateway(directory, { environment: restless, logLevel });
    onTestFinished(gateway.close);
    expect(await interleave([gateway], 11)).toBeGreaterThan(queries);
  });

  it.skipIf(!hasRedisServer)(
    `see no row of each other in ${queries} interleaved queries, through two replicas on one Redis`,
    { timeout },
    async () => {
      const redis = await startRedisServer();
      onTestFinished(redis.kill);
      const environment = { ...restless, REDIS_URL: redis.url, REPLICAS: '2' };
      const start = () => startCallerGateway(directory, { environment, logLevel });
      const gateways = await Promise.all([start(), start()]);
      for (const { close } of gateways) onTestFinished(close);
      expect(await interleave(gateways, 12)).toBeGreaterThan(queries);
    },
  );
});
