import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Reply, type RunningGateway, runGateway } from '../support/running-gateway.ts';

const depth = 5_000;

describe('a request that is nested without end', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runGateway();
  });
  afterAll(() => running.close());

  it('in its variables is rejected in our words, and no fault of the gateway', async () => {
    const filter = `${'{"not":'.repeat(depth)}{}${'}'.repeat(depth)}`;
    const query = 'query ($filter: MachineFilter) { machines(filter: $filter) { totalCount } }';
    const response = await fetch(`${running.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":${JSON.stringify(query)},"variables":{"filter":${filter}}}`,
    });
    const { errors } = (await response.json()) as Reply;
    // Which of the two depends on how deep this Node goes before it gives up.
    expect(['BAD_REQUEST', 'BAD_USER_INPUT']).toContain(errors?.[0]?.extensions.code);
    expect(errors?.[0]?.message).not.toContain('stack');
  });

  it('in its text is rejected in our words, and no fault of the gateway', async () => {
    const filter = `${'{not:'.repeat(depth)}{}${'}'.repeat(depth)}`;
    const { errors } = await running.ask(`{ machines(filter: ${filter}) { totalCount } }`);
    expect(errors?.[0]?.message).not.toContain('stack');
    expect(errors?.[0]?.extensions.code).not.toBe('INTERNAL_SERVER_ERROR');
  });

  it('leaves the gateway well, and no error in its log', async () => {
    const { data } = await running.ask('{ machines(first: 1) { nodes { id } } }');
    expect(data.machines.nodes).toHaveLength(1);
    expect(running.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
