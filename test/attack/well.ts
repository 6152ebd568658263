import { expect } from 'vitest';
import { ask } from '../support/running-gateway.ts';

/** The query that attacks are tried around. */
export const normalQuery = '{ machines(first: 1) { nodes { id } } }';

/** Shows that a gateway is well: it is alive, and answers a normal query at once. */
export async function expectWell({ gateway }: { readonly gateway: { readonly url: string } }): Promise<void> {
  const health = await fetch(`${gateway.url}/healthz`);
  expect(health.status).toBe(200);
  const { data, errors } = await ask(gateway.url, normalQuery);
  expect(errors).toBeUndefined();
  expect(data.machines.nodes).toHaveLength(1);
}

/**
 * Has the normal query answered from its plan, so that what follows is rejected though somebody who may was just answered.
 * @param headers of a caller who may
 */
export async function prepareNormalQuery(
  { url }: { readonly url: string },
  headers: Record<string, string> = {},
): Promise<void> {
  for (let times = 0; times < 3; times++) {
    const { errors } = await ask(url, normalQuery, {}, headers);
    expect(errors).toBeUndefined();
  }
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/^machines_gateway_graphql_prepared_answers_total [1-9]/m);
}
