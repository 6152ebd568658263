import { expect } from 'vitest';
import { ask } from '../support/running-gateway.ts';

/** Shows that a gateway is well: it is alive, and answers a normal query at once. */
export async function expectWell({ gateway }: { readonly gateway: { readonly url: string } }): Promise<void> {
  const health = await fetch(`${gateway.url}/healthz`);
  expect(health.status).toBe(200);
  const { data, errors } = await ask(gateway.url, '{ machines(first: 1) { nodes { id } } }');
  expect(errors).toBeUndefined();
  expect(data.machines.nodes).toHaveLength(1);
}
