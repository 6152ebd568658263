import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoadGenerator } from '../load-generator.ts';
import type { Row } from '../peers/fleet.ts';
import { type Peer, Processes, type Running } from '../processes.ts';
import { fields, pageBody, pageQuery } from '../queries.ts';
import { ask, untilFleetIsHeld, walkRows } from '../rows.ts';

const processes = new Processes();
const machines = 1_500;
let gateway: Running;
let rows: readonly Row[];
let path: string;

beforeAll(async () => {
  const emulator = await processes.emulator(machines);
  gateway = await processes.gateway(emulator, {}, 'source');
  await untilFleetIsHeld(gateway);
  path = `${processes.folder}/rows.json`;
  rows = await walkRows(gateway, path);
});
afterAll(() => processes.close());

/** Of the first page, of one in the middle and of the last, which is short. */
const places = [undefined, 699, machines - 20];

describe.each<Peer>(['apollo', 'mercurius', 'ready-bytes'])('%s', (peer) => {
  it.each(['identity', 'gzip'] as const)('gives the data that the gateway gives, %s', async (compression) => {
    const { url } = await processes.peer(peer, path, compression);
    for (const first of [50, 1_000]) {
      for (const place of places) {
        const variables = { first, after: place === undefined ? null : rows[place]?.cursor };
        expect(await ask(url, pageQuery, variables)).toEqual(await ask(gateway.url, pageQuery, variables));
      }
    }
  });
});

describe('the rows', () => {
  it('are all machines of the fleet, with twelve fields each', () => {
    expect(new Set(rows.map(({ node }) => node.id)).size).toBe(machines);
    expect(new Set(rows.map(({ node }) => Object.keys(node).length))).toEqual(new Set([fields.length]));
  });
});

describe('the load', () => {
  it('counts answers, and keeps to its rate', async () => {
    const { url } = await processes.peer('ready-bytes', path, 'identity');
    const load = new LoadGenerator(processes.script('load.ts'));
    const common = {
      url,
      method: 'POST',
      requests: [pageBody(50, null)],
      headers: {},
      connections: 4,
    } as const;
    const { answers, bytesPerAnswer } = await load.run({
      ...common,
      ms: 1_000,
      rate: 100,
      status: 200,
      leastBytes: 1,
    });
    expect(answers).toHaveLength(100);
    expect(bytesPerAnswer).toBeGreaterThan(10_000);
    await expect(load.run({ ...common, ms: 50, status: 304, leastBytes: 0 })).rejects.toThrow(
      'The status was 200',
    );
    const small = await load.run({ ...common, ms: 50, status: 200, leastBytes: 1_000_000 });
    expect([small.rate, small.refusals > 0]).toEqual([0, true]);
  });
});
