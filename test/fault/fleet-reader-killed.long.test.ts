import { describe, expect, it, onTestFinished } from 'vitest';
import { type RawMachine, startEmulator } from '../../src/emulator/emulator.ts';
import { type Program, runProgram } from '../support/program.ts';
import { hasRedisServer, startRedisServer } from '../support/redis-server.ts';
import { ask } from '../support/running-gateway.ts';
import { secrets } from '../support/secrets.ts';
import { until } from '../support/until.ts';
import { watchedLog } from '../support/watched-log.ts';

const refreshMs = 10_000;
/** As the gateway has it. */
const leaseMs = 15_000;
/** For what this machine itself takes when it is busy. */
const slackMs = 20_000;

const machines = (risk: string): RawMachine[] =>
  Array.from({ length: 400 }, (_, index) => ({
    id: `m${String(index).padStart(3, '0')}`,
    riskScore: risk,
    lastSeen: new Date(Date.now() - index * 60_000).toISOString(),
  }));

const shared = (redis: string) => ({
  CALLER_AUTH: 'none',
  PORT: '0',
  MACHINES_API_TOKEN: secrets.token,
  UPSTREAM_WINDOW_ROWS: '100',
  FLEET: 'on',
  FLEET_REFRESH_SECONDS: String(refreshMs / 1_000),
  FLEET_QUOTA_SHARE: '0.9',
  QUOTA_PER_MINUTE: '1000',
  QUOTA_PER_HOUR: '20000',
  REDIS_URL: redis,
  REPLICAS: '3',
});

const page = `query ($after: String, $risk: [MachineRiskScore!]) {
  machines(first: 150, after: $after, orderBy: [{ field: LAST_SEEN }], filter: { riskScore: { in: $risk } }) {
    totalCount nodes { id } pageInfo { endCursor hasNextPage }
  }
}`;

describe.skipIf(!hasRedisServer)('gateways that share the fleet', { timeout: 150_000 }, () => {
  it('are read on by another one where the reader is killed while it reads', async () => {
    const redis = await startRedisServer();
    onTestFinished(() => redis.kill());
    const { log } = watchedLog();
    const emulator = await startEmulator({
      fleet: { kind: 'rows', rows: machines('Low') },
      tokens: [secrets.token],
      quota: 'off',
      log,
    });
    onTestFinished(() => emulator.close());
    const environment = { ...shared(redis.url), MACHINES_API_URL: emulator.url };
    const gateways = await Promise.all(
      [1, 2, 3].map(async () => {
        const program = runProgram(['start'], environment);
        const [, url = ''] = await program.says(/"url":"(http:[^"]+)\/graphql"/);
        return { program, url };
      }),
    );
    const high = async (url: string): Promise<unknown> =>
      (await ask(url, page, { risk: ['HIGH'] })).data?.machines?.totalCount;
    const fleets = async () =>
      (await Promise.all(gateways.map(({ url }) => ask(url, '{ fleet { snapshot } }')))).map(
        ({ data }) => data.fleet.snapshot,
      );
    /** When it has read the fleet last; empty where it never has. */
    const lastRead = ({ stdout }: Program): string => {
      const line = stdout()
        .split('\n')
        .findLast((each) => each.includes('"the fleet was read"'));
      return line === undefined ? '' : JSON.parse(line).time;
    };
    await until(
      async () => {
        const held = await fleets();
        expect(held[0]).toBeTruthy();
        expect(new Set(held).size).toBe(1);
      },
      { intervalMs: 100 },
    );
    const [reader, ...others] = gateways.toSorted((a, b) =>
      lastRead(a.program) < lastRead(b.program) ? 1 : -1,
    );
    expect(lastRead(reader?.program as Program)).not.toBe('');

    emulator.replaceFleet({ kind: 'rows', rows: machines('High') });
    emulator.configure({ latencyMs: 1_000 });
    const before = emulator.requests().length;
    await until(() => expect(emulator.requests().length).toBeGreaterThan(before + 1));
    reader?.program.signal('SIGKILL');
    await reader?.program.ended;
    const killedAt = performance.now();
    emulator.configure({ latencyMs: 0 });
    await until(
      async () => {
        for (const { url } of others) expect(await high(url)).toBe(400);
      },
      { intervalMs: 100 },
    );
    expect(performance.now() - killedAt).toBeLessThan(refreshMs + leaseMs + slackMs);
    const killed = lastRead(reader?.program as Program);
    expect(others.some(({ program }) => lastRead(program) > killed)).toBe(true);
    await Promise.all(
      others.map(async ({ program }) => {
        program.signal('SIGTERM');
        expect(await program.ended).toBe(0);
      }),
    );
  });
});
