import { describe, expect, it, onTestFinished } from 'vitest';
import type { RawMachine } from '../../src/emulator/emulator.ts';
import { hasRedisServer, startRedisServer } from '../support/redis-server.ts';
import { runGateway } from '../support/running-gateway.ts';
import { until } from '../support/until.ts';

const rows: RawMachine[] = Array.from({ length: 400 }, (_, index) => ({
  id: `m${String(index).padStart(3, '0')}`,
  riskScore: 'High',
  lastSeen: new Date(Date.now() - index * 60_000).toISOString(),
}));

const page = `query ($after: String) {
  machines(first: 150, after: $after, orderBy: [{ field: LAST_SEEN }], filter: { riskScore: { eq: HIGH } }) {
    totalCount nodes { id } pageInfo { endCursor hasNextPage }
  }
}`;

describe.skipIf(!hasRedisServer)('gateways that share the fleet', () => {
  it('accept each other’s cursors, within the same reading', async () => {
    const redis = await startRedisServer();
    onTestFinished(() => redis.kill());
    const environment = {
      UPSTREAM_WINDOW_ROWS: '100',
      FLEET: 'on',
      FLEET_REFRESH_SECONDS: '3600',
      FLEET_QUOTA_SHARE: '0.9',
      REDIS_URL: redis.url,
      REPLICAS: '2',
    };
    const first = await runGateway({ rows, environment });
    onTestFinished(() => first.close());
    const second = await runGateway({
      rows: [],
      environment: { ...environment, MACHINES_API_URL: first.emulator.url },
    });
    onTestFinished(() => second.close());
    const snapshots = async (): Promise<unknown[]> =>
      (await Promise.all([first.ask('{ fleet { snapshot } }'), second.ask('{ fleet { snapshot } }')])).map(
        ({ data }) => data.fleet.snapshot,
      );
    await until(
      async () => {
        const held = await snapshots();
        expect(held[0]).toBeTruthy();
        expect(held[0]).toBe(held[1]);
      },
      { intervalMs: 100 },
    );
    const calls = first.emulator.requests().length;
    const met: string[] = [];
    let after: string | null = null;
    for (const gateway of [first, second, first]) {
      const { data, errors, extensions } = await gateway.ask(page, { after });
      expect(errors).toBeUndefined();
      expect(data.machines.totalCount).toBe(400);
      expect(extensions.upstream.consistency).toBe('LISTING');
      met.push(...data.machines.nodes.map(({ id }: { id: string }) => id));
      after = data.machines.pageInfo.endCursor;
    }
    expect(new Set(met).size).toBe(400);
    expect(met).toEqual([...met].sort().reverse());
    expect(first.emulator.requests().length).toBe(calls);
    expect(second.emulator.requests()).toEqual([]);
    const keys = await redis.send('KEYS', '*');
    expect(keys).toMatch(/machines-gateway:fleet:\d+:[\w-]{32}\}:state/);
    expect(keys).not.toMatch(/m\d{3}|127\.0\.0\.1/);
  });
});
