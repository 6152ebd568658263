import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { expectEachOnce, type Fleet, pageSize, startFleet, watchEncodings } from './fleet.ts';
import { connect, pageQuery, walk } from './urql.ts';

/** What the client asks by, seen on its way through the real `fetch`. */
function watchMethods(): () => readonly string[] {
  const watched = vi.spyOn(globalThis, 'fetch');
  onTestFinished(() => watched.mockRestore());
  return () => [...new Set(watched.mock.calls.map(([, init]) => init?.method ?? 'GET'))];
}

describe('urql', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet();
  });
  afterAll(() => fleet.close());

  it('walks the fleet by GET, as it does unless told otherwise', async () => {
    const methods = watchMethods();
    const seen: string[] = [];
    for await (const nodes of walk(connect(fleet.url), pageSize)) seen.push(...nodes.map(({ id }) => id));
    expectEachOnce(seen, fleet);
    expect(methods()).toEqual(['GET']);
  });

  it('reads answers that are compressed', async () => {
    const encodings = watchEncodings();
    const { data } = await connect(fleet.url).query(pageQuery, { first: pageSize }).toPromise();
    expect(data?.machines.nodes).toHaveLength(pageSize);
    expect(await encodings()).toEqual(new Set(['gzip']));
  });

  it('asks by POST where the address would become too long', async () => {
    const methods = watchMethods();
    const client = connect(fleet.url);
    const filter = { or: Array.from({ length: 20 }, () => ({ computerDnsName: { eq: 'x'.repeat(150) } })) };
    const { data, error } = await client.query(pageQuery, { first: pageSize, filter }).toPromise();
    expect(error).toBeUndefined();
    expect(data?.machines.nodes).toEqual([]);
    expect(methods()).toEqual(['POST']);
  });

  it('hands over the code of an error, and how long to wait', async () => {
    const exhausted = await startFleet();
    try {
      exhausted.exhaustQuota(600);
      const { error } = await connect(exhausted.url).query(pageQuery, { first: 5 }).toPromise();
      expect(error?.graphQLErrors.map(({ extensions }) => extensions)).toEqual([
        { code: 'QUOTA_EXHAUSTED', retryAfterSeconds: expect.any(Number) },
      ]);
    } finally {
      await exhausted.close();
    }
  });

  it('reads an enum value that the schema does not know as UNRECOGNIZED', async () => {
    const client = connect(fleet.url);
    const filter = { id: { eq: fleet.oddlyRatedId } };
    const { data } = await client.query(pageQuery, { first: 5, filter }).toPromise();
    expect(data?.machines.nodes.map(({ riskScore }) => riskScore)).toEqual(['UNRECOGNIZED']);
  });
});
