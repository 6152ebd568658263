import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Reply, type RunningGateway, runGateway, uncached } from '../support/running-gateway.ts';

/** Values of one filter of at most 100 nodes, the gateway's default. */
const idsPerCall = 20;

describe('machines by id in one operation', () => {
  let running: RunningGateway;
  const start = (environment: Readonly<Record<string, string>> = {}) =>
    runGateway({
      emulator: { fleet: { kind: 'seeded', size: 300, seed: 3, now: Date.UTC(2026, 8, 8) } },
      environment,
    });
  // Answers are kept, so that each test needs a gateway that has none yet.
  beforeEach(async () => {
    running = await start();
  });
  afterEach(() => running.close());

  const ids = (count: number) =>
    running.emulator
      .rows()
      .slice(0, count)
      .map(({ id }) => id);
  const calls = () => running.emulator.requests().length;
  const name = (id: string) => running.emulator.rows().find((row) => row.id === id)?.computerDnsName;

  /** Asks for each id under an alias of its own, in turn by `machine` and by `node`. */
  function askFor(wanted: readonly string[]): Promise<Reply> {
    const variables = Object.fromEntries(wanted.map((id, index) => [`i${index}`, id]));
    const declared = wanted.map((_, index) => `$i${index}: ID!`).join(', ');
    const fields = wanted.map((_, index) =>
      index % 2 === 0
        ? `m${index}: machine(id: $i${index}) { id computerDnsName }`
        : `m${index}: node(id: $i${index}) { id ... on Machine { computerDnsName } }`,
    );
    return running.ask(`query (${declared}) { ${fields.join('\n')} }`, variables);
  }

  it('share calls: 100 different ids are 5, each answered by its own machine', async () => {
    const wanted = ids(100);
    const { data, errors } = await askFor(wanted);
    expect(errors).toBeUndefined();
    expect(Object.values(data)).toEqual(wanted.map((id) => ({ id, computerDnsName: name(id) || null })));
    expect(calls()).toBe(5);
    expect(running.emulator.requests().map(({ options }) => options.$top)).toEqual(Array(5).fill('20'));
  });

  it('cost no further call where they come twice', async () => {
    await running.close();
    running = await start({ MAX_QUERY_TOKENS: '10000', MAX_QUERY_ALIASES: '200', MAX_ROOT_FIELDS: '200' });
    const wanted = ids(100);
    const { data, errors } = await askFor([...wanted, ...wanted.toReversed()]);
    expect(errors).toBeUndefined();
    expect(Object.values(data).map((machine) => (machine as { id: string }).id)).toEqual([
      ...wanted,
      ...wanted.toReversed(),
    ]);
    expect(calls()).toBe(5);
  });

  it.each([
    [1, 1],
    [20, 1],
    [21, 2],
    [40, 2],
  ])('are %i in %i calls', async (count, expected) => {
    await askFor(ids(count));
    expect(calls()).toBe(expected);
  });

  it('are null where there is none, without harm to the rest', async () => {
    const [first, second] = ids(2);
    const { data, errors } = await askFor([
      String(first),
      'no such machine',
      String(second),
      'ID+%20&\'"\\ ü 🖥',
    ]);
    expect(errors).toBeUndefined();
    expect([data.m0?.id, data.m1, data.m2?.id, data.m3]).toEqual([first, null, second, null]);
    expect(calls()).toBe(1);
  });

  it('are null where upstream has the id in other letters only', async () => {
    const lower = running.emulator.rows().find(({ id }) => /[a-f]/.test(id))?.id ?? '';
    running.emulator.configure({ caseInsensitive: true });
    const { data } = await askFor([lower.toUpperCase(), lower]);
    expect([data.m0, data.m1?.id]).toEqual([null, lower]);
  });

  it('fail only with their own call', async () => {
    const wanted = ids(3 * idsPerCall);
    running.emulator.faults.next(1, { kind: 'status', status: 400 });

    const { data, errors } = await askFor(wanted);

    const failed = errors?.map(({ path, extensions }) => ({ path, code: extensions.code }));
    const missing = Object.keys(data).filter((alias) => data[alias] === null);
    expect(missing).toHaveLength(idsPerCall);
    expect(failed).toEqual(missing.map((alias) => ({ path: [alias], code: 'UPSTREAM_REJECTED' })));
    expect(calls()).toBe(3);
    for (const [index, id] of wanted.entries()) {
      if (!missing.includes(`m${index}`)) expect(data[`m${index}`]?.id).toBe(id);
    }
  });

  it.each([
    ['empty', ''],
    ['longer than 256 bytes once encoded', 'ü'.repeat(43)],
    ['no well-formed text', 'a\ud800'],
  ])('are rejected before any call where no machine can have them: %s', async (_, impossible) => {
    const [possible] = ids(1);
    const { data, errors } = await askFor([impossible, String(possible)]);
    expect(errors).toEqual([
      expect.objectContaining({ path: ['m0'], extensions: { code: 'BAD_USER_INPUT', inputPath: 'id' } }),
    ]);
    expect([data.m0, data.m1?.id]).toEqual([null, possible]);
    expect(calls()).toBe(1);
  });

  it('of the longest kind fit one call together', async () => {
    const { data, errors } = await askFor(
      Array.from({ length: idsPerCall }, (_, index) => String(index).padStart(256, '-')),
    );
    expect(errors).toBeUndefined();
    expect(Object.values(data)).toEqual(Array(idsPerCall).fill(null));
    expect(calls()).toBe(1);
    expect(running.emulator.requests()[0]?.status).toBe(200);
  });

  it('are cached from one operation to the next, so that only new ids are fetched', async () => {
    const first = await askFor(ids(10));
    expect((await askFor(ids(10))).data).toEqual(first.data);
    expect(calls()).toBe(1);
    const { data } = await askFor(ids(15));
    expect(Object.values(data).map((machine) => (machine as { id: string }).id)).toEqual(ids(15));
    expect(running.emulator.requests().map(({ options }) => options.$top)).toEqual(['10', '5']);
  });

  it('are kept where there is none, too, but not where asking failed', async () => {
    running.emulator.faults.next(1, { kind: 'status', status: 503 });
    expect((await askFor(['no such machine'])).errors).toHaveLength(1);
    for (let operation = 0; operation < 3; operation += 1) {
      expect(await askFor(['no such machine'])).toMatchObject({ data: { m0: null }, errors: undefined });
    }
    expect(calls()).toBe(2);
  });

  it('are fetched by each operation where the cache is off', async () => {
    await running.close();
    running = await start(uncached);
    await askFor(ids(1));
    await askFor(ids(1));
    expect(calls()).toBe(2);
  });
});
