import { ClientError, GraphQLClient } from 'graphql-request';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectEachOnce, type Fleet, pageSize, startFleet } from './fleet.ts';
import { pageQuery, walk } from './graphql-request.ts';

describe('graphql-request', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet();
  });
  afterAll(() => fleet.close());

  it.each(['POST', 'GET'] as const)('walks the fleet by %s', async (method) => {
    const client = new GraphQLClient(fleet.url, { method });
    const seen: string[] = [];
    for await (const nodes of walk(client, pageSize)) seen.push(...nodes.map(({ id }) => id));
    expectEachOnce(seen, fleet);
  });

  it('hands over the code of an error, and how long to wait', async () => {
    const exhausted = await startFleet();
    try {
      exhausted.exhaustQuota(600);
      const error = await new GraphQLClient(exhausted.url)
        .request(pageQuery)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ClientError);
      const { response } = error as ClientError;
      expect(response.errors?.[0]?.extensions).toEqual({
        code: 'QUOTA_EXHAUSTED',
        retryAfterSeconds: expect.any(Number),
      });
      expect(new Headers(response.headers as HeadersInit).get('retry-after')).toMatch(/^\d+$/);
    } finally {
      await exhausted.close();
    }
  });

  it('gets a refusal of its query with its code as well', async () => {
    const error = await new GraphQLClient(fleet.url)
      .request('{ machines { nodes { password } } }')
      .catch((thrown: unknown) => thrown);
    expect((error as ClientError).response.status).toBe(400);
    expect((error as ClientError).response.errors?.[0]?.extensions).toEqual({
      code: 'GRAPHQL_VALIDATION_FAILED',
    });
  });

  it('reads an enum value that the schema does not know as UNRECOGNIZED', async () => {
    const { machine } = await new GraphQLClient(fleet.url).request<{ machine: { riskScore: string } }>(
      '{ machine(id: "ID") { riskScore } }'.replace('ID', fleet.oddlyRatedId),
    );
    expect(machine.riskScore).toBe('UNRECOGNIZED');
  });
});
