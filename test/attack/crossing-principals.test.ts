import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  type CallerDirectory,
  type CallerGateway,
  type CallerGatewayOptions,
  startCallerDirectory,
  startCallerGateway,
  users,
} from '../support/caller-gateway.ts';
import { hasRedisServer, startRedisServer } from '../support/redis-server.ts';

interface Row {
  readonly id: string;
  readonly rbacGroupId: number;
}

interface Edge {
  readonly cursor: string;
  readonly node: Row;
}

const rules = JSON.stringify({
  rules: [
    { claim: 'roles', value: 'ada', deviceGroups: users.ada.deviceGroups },
    { claim: 'roles', value: 'ben', deviceGroups: users.ben.deviceGroups },
  ],
});

const unlimited = { CALLER_REQUESTS_PER_MINUTE: '0' };

/** The two ways to keep callers apart. */
const ways: readonly (readonly [string, CallerGatewayOptions])[] = [
  ['asking on behalf of users', { environment: { ...unlimited, UPSTREAM_IDENTITY: 'caller' } }],
  [
    'row rules',
    { environment: { ...unlimited, ROW_RULES_PATH: '/rules.json' }, files: { '/rules.json': rules } },
  ],
];

describe.each(ways)('callers kept apart by %s', (way, options) => {
  let directory: CallerDirectory;
  let gateway: CallerGateway;
  let hers: string;
  let his: string;
  beforeAll(async () => {
    directory = await startCallerDirectory();
    gateway = await startCallerGateway(directory, options);
    hers = await directory.tokenOf('ada', { roles: ['ada'] });
    his = await directory.tokenOf('ben', { roles: ['ben'] });
  });
  afterAll(async () => {
    await gateway.close();
    await directory.close();
  });
  afterEach(async () => {
    expect((await gateway.ask(hers, '{ machines(first: 1) { nodes { id } } }')).errors).toBeUndefined();
  });

  const shownTo = (user: 'ada' | 'ben'): ReadonlySet<string> => {
    const groups: readonly number[] = users[user].deviceGroups;
    const rows = directory.emulator.rows() as unknown as readonly Row[];
    return new Set(rows.flatMap(({ id, rbacGroupId }) => (groups.includes(Number(rbacGroupId)) ? [id] : [])));
  };
  const edges = async (token: string, args: string): Promise<readonly Edge[]> => {
    const { data } = await gateway.ask(token, `{ machines(${args}) { edges { cursor node { id } } } }`);
    return data?.machines.edges ?? [];
  };
  const read = (cursor: string): string => Buffer.from(cursor, 'base64url').toString();
  const write = (text: string): string => Buffer.from(text).toString('base64url');

  const placings = ['first: 5, after', 'first: 5, before', 'last: 5, after', 'last: 5, before'] as const;
  const replays: readonly (readonly [string, (his: string, hers: string) => string])[] = [
    ['as it is', (cursor) => cursor],
    [
      'at her own place',
      (cursor, own) => write(read(cursor).replace(/\.\d+\./, /\.\d+\./.exec(read(own))?.[0] ?? '')),
    ],
    ['at the front', (cursor) => write(read(cursor).replace(/\.\d+\./, '.0.'))],
    ['far behind the end', (cursor) => write(read(cursor).replace(/\.\d+\./, '.999999999.'))],
    [
      'under the fingerprint of her own',
      (cursor, own) => write(read(cursor).replace(/^1\.[^.]*/, /^1\.[^.]*/.exec(read(own))?.[0] ?? '')),
    ],
    [
      'with her own machine in it',
      (cursor, own) => write(read(cursor).replace(/[^.]*$/, /[^.]*$/.exec(read(own))?.[0] ?? '')),
    ],
  ];
  const cases = replays.flatMap(([name, change]) =>
    placings.map((placing) => [name, placing, change] as const),
  );

  it.each(cases)('show her no row of his by his cursor %s (%s)', async (_, placing, change) => {
    const [, hisEdge] = await edges(his, 'first: 50');
    const [, herEdge] = await edges(hers, 'first: 50');
    if (hisEdge === undefined || herEdge === undefined) throw new Error('There are no cursors to replay.');
    const shown = await edges(hers, `${placing}: "${change(hisEdge.cursor, herEdge.cursor)}"`);
    const own = shownTo('ada');
    expect(shown.filter(({ node }) => !own.has(node.id))).toEqual([]);
  });

  it.each([
    ['all', ''],
    ['one group of hers', 'filter: { rbacGroupId: { eq: 140 } }, '],
    ['one group of his', 'filter: { rbacGroupId: { eq: 367 } }, '],
    ['not hers', 'filter: { rbacGroupId: { notIn: [140, 142] } }, '],
    ['either, by or', 'filter: { or: [{ rbacGroupId: { eq: 367 } }, { id: { ne: "" } }] }, '],
    ['not nothing', 'filter: { not: { id: { eq: "" } } }, '],
    ['by name', 'filter: { computerDnsName: { startsWith: "s" } }, '],
  ])('answer at the same time each with their own rows: %s', async (_, filter) => {
    const twenty = Array.from({ length: 10 }, () => [hers, his] as const).flat();
    const answers = await Promise.all(twenty.map((token) => edges(token, `${filter}first: 1000`)));
    for (const [index, shown] of answers.entries()) {
      const own = shownTo(index % 2 === 0 ? 'ada' : 'ben');
      expect(shown.filter(({ node }) => !own.has(node.id))).toEqual([]);
    }
  });

  it('show one user nothing of the other’s machines by their ids, even right after the other saw them', async () => {
    const [id = ''] = shownTo('ben');
    const query = `{ machine(id: "${id}") { id } node(id: "${id}") { id } }`;
    const both = await Promise.all([his, hers, his, hers].map((token) => gateway.ask(token, query)));
    expect(both.map(({ data }) => data.machine)).toEqual([{ id }, null, { id }, null]);
  });

  it('count for each their own', async () => {
    const count = async (token: string): Promise<number> =>
      (await gateway.ask(token, '{ machines(last: 1) { totalCount } }')).data.machines.totalCount;
    const [her, him] = await Promise.all([count(hers), count(his)]);
    expect([her, him]).toEqual([shownTo('ada').size, shownTo('ben').size]);
  });

  it.skipIf(!hasRedisServer)('leave neither tokens nor names of theirs in Redis', async () => {
    const redis = await startRedisServer();
    onTestFinished(redis.kill);
    const shared = await startCallerGateway(directory, {
      ...options,
      environment: { ...options.environment, REDIS_URL: redis.url },
    });
    onTestFinished(shared.close);
    for (const token of [hers, his]) {
      await shared.ask(token, '{ machines(first: 100) { nodes { id } } }');
      await shared.ask(token, `{ machine(id: "${[...shownTo('ben')][0]}") { id } }`);
    }
    const script =
      "local all = {} for _, key in ipairs(redis.call('KEYS', '*')) do all[#all + 1] = key .. ' ' .. redis.call('DUMP', key) end return table.concat(all, ' ')";
    const dump = await redis.send('EVAL', script, '0');
    expect(dump.length).toBeGreaterThan(200);
    for (const word of [
      'eyJ',
      users.ada.id,
      users.ben.id,
      'Bearer',
      way === 'row rules' ? 'app 140' : 'caller ',
    ]) {
      expect(dump).not.toContain(word);
    }
  });
});
