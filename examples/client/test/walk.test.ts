import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ClientError, GraphQLClient } from 'graphql-request';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type RunningGateway, runGateway } from '../../../test/support/running-gateway.ts';
import { walkFleet } from '../src/walk-fleet.ts';

const folder = fileURLToPath(new URL('../', import.meta.url));

let running: RunningGateway;
let url: string;
beforeEach(async () => {
  running = await runGateway({
    emulator: { fleet: { kind: 'seeded', size: 2_500, seed: 5, now: Date.UTC(2026, 8, 8) } },
  });
  url = `${running.gateway.url}/graphql`;
});
afterEach(() => running.close());

const outOfQuota = (waitSeconds: number): void =>
  running.emulator.faults.next(1, {
    kind: 'status',
    status: 429,
    headers: { 'retry-after': String(waitSeconds) },
  });

/** Runs a program of this example to its end. */
async function run(
  environment: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, GATEWAY_URL: url, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (piece: string) => {
      written[name] += piece;
    });
  }
  const [code] = await once(child, 'close');
  return { code, ...written };
}

const impatient = { sleep: async () => undefined, onWait: () => undefined, maxWaits: 0 };

describe('a walk', () => {
  it('meets each machine once', async () => {
    const ids: string[] = [];
    for await (const { id } of walkFleet(new GraphQLClient(url), {}, impatient)) ids.push(id);
    expect(ids.sort()).toEqual(
      running.emulator
        .rows()
        .map(({ id }) => String(id))
        .sort(),
    );
  });

  it('waits as long as the gateway says where the quota is used up, and no oftener than it may', async () => {
    outOfQuota(600);
    const waits: number[] = [];
    const told: number[] = [];
    const patience = {
      sleep: async (ms: number) => void waits.push(ms),
      onWait: (seconds: number) => void told.push(seconds),
      maxWaits: 2,
    };
    const walk = walkFleet(new GraphQLClient(url), {}, patience).next();
    await expect(walk).rejects.toThrow(ClientError);
    expect(waits).toHaveLength(2);
    expect(waits).toEqual(told.map((seconds) => seconds * 1_000));
    for (const seconds of told) {
      expect(seconds).toBeGreaterThan(500);
      expect(seconds).toBeLessThanOrEqual(601);
    }
  });

  it('does not wait for what waiting does not mend', async () => {
    const waits: number[] = [];
    const patience = { ...impatient, sleep: async (ms: number) => void waits.push(ms), maxWaits: 2 };
    const filter = { riskScore: { eq: 'UNRECOGNIZED' } } as const;
    await expect(walkFleet(new GraphQLClient(url), filter, patience).next()).rejects.toThrow('UNRECOGNIZED');
    expect(waits).toEqual([]);
  });
});

describe('the program', () => {
  it('lists ten machines and counts all of them, once the quota lets it', async () => {
    outOfQuota(1);
    const { code, stdout, stderr } = await run({}, '--import', 'tsx', 'src/main.ts');
    expect(stderr).toMatch(/^The quota is used up; waiting [12] s\.\n/);
    expect(code).toBe(0);
    const rows = running.emulator
      .rows()
      .filter(({ osPlatform }) => String(osPlatform).startsWith('Windows'))
      .map(({ riskScore }) => String(riskScore));
    const count = (score: string): number => rows.filter((each) => each === score).length;
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toMatch(new RegExp(`^${count('Medium') + count('High')} machines: `));
    expect(lines.at(-1)).toContain(`${count('Medium')} medium`);
    expect(lines.at(-1)).toContain(`${count('High')} high`);
  });
});

const grave = ['HIGH', 'MEDIUM', 'LOW', 'NONE'];

describe('the overview', () => {
  it('prints the worst machines, the total and the counts by one request, once the fleet is read', async () => {
    const fleet = await runGateway({
      emulator: { fleet: { kind: 'seeded', size: 2_500, seed: 5, now: Date.UTC(2026, 8, 8) } },
      environment: { FLEET: 'on' },
    });
    onTestFinished(fleet.close);
    const environment = { GATEWAY_URL: `${fleet.gateway.url}/graphql` };
    const { code, stdout } = await run(environment, '--import', 'tsx', 'src/overview.ts');
    expect(code).toBe(0);
    const rows = fleet.emulator.rows().filter(({ osPlatform }) => String(osPlatform).startsWith('Windows'));
    const lines = stdout.trimEnd().split('\n');
    const exposures = rows
      .filter(({ riskScore }) => riskScore === 'High')
      .map(({ exposureLevel }) => String(exposureLevel).toUpperCase())
      .toSorted((one, other) => grave.indexOf(one) - grave.indexOf(other));
    expect(lines.slice(0, 5).map((line) => line.split('  ').slice(0, 2))).toEqual(
      exposures.slice(0, 5).map((exposure) => ['HIGH', exposure]),
    );
    expect(lines[5]).toMatch(new RegExp(`^${rows.length} machines, as of 20`));
    expect(lines).toContain(`risk HIGH: ${rows.filter(({ riskScore }) => riskScore === 'High').length}`);
    expect(lines.filter((line) => line.startsWith('group '))).toHaveLength(5);
  });
});

describe('GATEWAY_TOKEN', () => {
  it('is sent as a bearer token', async () => {
    const seen: unknown[] = [];
    const gateway = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.setHeader('content-type', 'application/json');
      response.end('{"data":{"machines":{"nodes":[],"pageInfo":{"hasNextPage":false,"endCursor":null}}}}');
    }).listen(0, '127.0.0.1');
    await once(gateway, 'listening');
    url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/graphql`;
    const { code } = await run({ GATEWAY_TOKEN: 'a.b.c' }, '--import', 'tsx', 'src/main.ts');
    gateway.close();
    expect([code, seen]).toEqual([0, ['Bearer a.b.c']]);
  });
});

describe('the generated code', () => {
  it('is what npm run codegen makes of the schema of the gateway', async () => {
    const generator = 'node_modules/@graphql-codegen/cli/esm/bin.js';
    const { code, stdout, stderr } = await run({}, generator, '--config', 'codegen.ts', '--check');
    expect(code, stdout + stderr).toBe(0);
  });
});
