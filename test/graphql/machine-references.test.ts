import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Reply, type RunningGateway, runGateway } from '../support/running-gateway.ts';

/** Values of one filter of at most 100 nodes, the gateway's default. */
const idsPerCall = 20;

const query = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { __typename ... on Machine { id computerDnsName } }
}`;

describe('machines that other subgraphs refer to', () => {
  let running: RunningGateway;
  beforeEach(async () => {
    running = await runGateway({
      emulator: { fleet: { kind: 'seeded', size: 1_200, seed: 5, now: Date.UTC(2026, 8, 8) } },
    });
  });
  afterEach(() => running.close());

  const ids = (count: number) =>
    running.emulator
      .rows()
      .slice(0, count)
      .map(({ id }) => id);
  const calls = () => running.emulator.requests().length;
  const machine = (id: string) => ({
    __typename: 'Machine',
    id,
    computerDnsName: running.emulator.rows().find((row) => row.id === id)?.computerDnsName || null,
  });
  const refer = (id: unknown) => ({ __typename: 'Machine', id });
  const resolve = (representations: readonly unknown[]): Promise<Reply> =>
    running.ask(query, { representations });

  it('are found: 1,000 of them in 50 calls at most, and in none where they were read before', async () => {
    const wanted = ids(1_000);
    const cold = await resolve(wanted.map(refer));
    expect(cold.errors).toBeUndefined();
    expect(cold.data._entities).toEqual(wanted.map(machine));
    expect(calls()).toBe(50);

    const warm = await resolve(wanted.map(refer));
    expect(warm.data).toEqual(cold.data);
    expect(calls()).toBe(50);
    expect(warm.extensions.upstream).toMatchObject({ calls: 0, cache: 'HIT' });
  });

  it('cost no call where a list in memory has them', async () => {
    await running.ask('{ machines(first: 100) { nodes { id } } }');
    const before = calls();
    const { data } = await resolve(ids(100).map(refer));
    expect(data._entities).toEqual(ids(100).map(machine));
    expect(calls()).toBe(before);
  });

  it('share calls with what else the operation asks for by id', async () => {
    const [first, second] = ids(2);
    const { data } = await running.ask(
      `query ($representations: [_Any!]!, $id: ID!) {
        _entities(representations: $representations) { ... on Machine { id } }
        machine(id: $id) { id }
      }`,
      { representations: [refer(first), refer(second)], id: second },
    );
    expect(data).toEqual({ _entities: [{ id: first }, { id: second }], machine: { id: second } });
    expect(calls()).toBe(1);
  });

  it('are the same where one comes doubly, in one call', async () => {
    const [id = ''] = ids(1);
    const { data, errors } = await resolve([refer(id), refer(id)]);
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([machine(id), machine(id)]);
    expect(calls()).toBe(1);
  });

  it.each([
    ['nobody has', 'no such machine'],
    ['is empty', ''],
    ['is longer than any', 'ü'.repeat(43)],
    ['is no well-formed text', 'a\ud800'],
  ])('are null where their id %s, without an error and without harm to the rest', async (_, unknown) => {
    const [first = '', second = ''] = ids(2);
    const { data, errors } = await resolve([refer(first), refer(unknown), refer(second)]);
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([machine(first), null, machine(second)]);
    expect(calls()).toBe(1);
  });

  it('are found by a number, too, as an ID may be one', async () => {
    running.emulator.replaceFleet({ kind: 'rows', rows: [{ id: '7', computerDnsName: 'seven' }] });
    const { data, errors } = await resolve([refer(7)]);
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([{ __typename: 'Machine', id: '7', computerDnsName: 'seven' }]);
  });

  it('fail only with their own call', async () => {
    const wanted = ids(3 * idsPerCall);
    running.emulator.faults.next(1, { kind: 'status', status: 400 });
    const { data, errors } = await resolve(wanted.map(refer));

    const missing = wanted.flatMap((_, index) => (data._entities[index] === null ? [index] : []));
    expect(missing).toHaveLength(idsPerCall);
    expect(errors?.map(({ path, extensions }) => ({ path, code: extensions.code }))).toEqual(
      missing.map((index) => ({ path: ['_entities', index], code: 'UPSTREAM_REJECTED' })),
    );
    for (const [index, id] of wanted.entries()) {
      if (!missing.includes(index)) expect(data._entities[index]).toEqual(machine(id));
    }
    expect(calls()).toBe(3);
  });

  it.each([
    ['is missing', { __typename: 'Machine' }],
    ['is null', refer(null)],
    ['is no text', refer({ in: ['a'] })],
    ['is no whole number', refer(0.5)],
  ])('are an error of their own where the id %s', async (_, representation) => {
    const [id = ''] = ids(1);
    const { data, errors } = await resolve([representation, refer(id)]);
    expect(data._entities).toEqual([null, machine(id)]);
    expect(errors).toEqual([
      expect.objectContaining({
        path: ['_entities', 0],
        extensions: { code: 'BAD_USER_INPUT', inputPath: 'id' },
      }),
    ]);
  });

  it.each([
    ['a type that is not there', { __typename: 'Ticket', id: '1' }],
    ['a type that nothing refers to', { __typename: 'PageInfo' }],
    ['no type', { id: '1' }],
    ['no object', 'Machine'],
    ['a list', [{ __typename: 'Machine' }]],
  ])(
    'must be given as machines: %s is refused before any call, as the fault of who asks',
    async (_, wrong) => {
      const { data, errors } = await resolve([refer(ids(1)[0]), wrong]);
      expect(data).toBeUndefined();
      expect(errors).toEqual([
        expect.objectContaining({
          message: expect.stringContaining('__typename is one of: Machine'),
          extensions: { code: 'BAD_USER_INPUT' },
        }),
      ]);
      expect(calls()).toBe(0);
      expect(running.lines.filter(({ level }) => level === 'error')).toEqual([]);
    },
  );

  it('may be given within the text of the operation', async () => {
    const [id = ''] = ids(1);
    const { data } = await running.ask(
      `{ _entities(representations: [{ __typename: "Machine", id: "${id}" }]) { ... on Machine { id } } }`,
    );
    expect(data).toEqual({ _entities: [{ id }] });
  });
});
