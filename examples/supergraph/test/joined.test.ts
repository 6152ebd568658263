import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Child, startChild } from '../src/child.ts';
import { routers } from '../src/routers.ts';
import { readTickets } from '../src/ticket-desk.ts';

const root = new URL('../', import.meta.url);
const tickets = readTickets();
const gone = '0000000000000000000000000000000000000000';
const known = [...new Set(tickets.map(({ machineId }) => machineId))].filter((id) => id !== gone);

interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests are about
  readonly data: any;
  readonly errors?: readonly { readonly message: string }[];
}

async function askAt(url: string, query: string, variables: unknown = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}

// What `npm start` runs, on ports that are free: the demo, the tickets and a router, each with its default settings.
describe.each(Object.keys(routers))('the supergraph through %s', (name) => {
  let program: Child;
  let router: string;
  let machines: string;
  let upstreamRequests: string;
  beforeAll(async () => {
    const free = ['--port', '0', '--tickets-port', '0', '--machines-port', '0'];
    program = startChild(['--import', 'tsx', 'src/main.ts', '--router', name, ...free], root);
    [, router = ''] = await program.says(/through \w+: (http:\S+)/);
    [, machines = ''] = await program.says(/machines (http:\S+)/);
    [, upstreamRequests = ''] = await program.says(/upstream (http:\S+)/);
    await program.says(/Ctrl-C/);
  });
  afterAll(() => program.close());

  const ask = (query: string, variables?: unknown) => askAt(router, query, variables);
  /** Calls that reached the emulated Machines API so far. */
  const calls = async (): Promise<number> =>
    ((await (await fetch(upstreamRequests)).json()) as readonly unknown[]).length;

  it('joins machines to their tickets', async () => {
    const fields = 'id computerDnsName osPlatform riskScore';
    const filter = { id: { in: known } };
    const { data, errors } = await ask(
      `query ($filter: MachineFilter) {
        machines(filter: $filter) { nodes { ${fields} tickets { id title status assignee } } totalCount }
      }`,
      { filter },
    );
    const direct = await askAt(
      machines,
      `query ($filter: MachineFilter) { machines(filter: $filter) { nodes { ${fields} } } }`,
      { filter },
    );
    expect(errors).toBeUndefined();
    expect(data.machines.nodes).toEqual(
      direct.data.machines.nodes.map((machine: { readonly id: string }) => ({
        ...machine,
        tickets: tickets
          .filter(({ machineId }) => machineId === machine.id)
          .map(({ machineId, ...ticket }) => ticket),
      })),
    );
    expect(data.machines.totalCount).toBe(known.length);
  });

  it('joins tickets to their machines, at one upstream call for all and none the second time', async () => {
    const query = '{ tickets { edges { node { id machine { id agentVersion osPlatform } } } } }';
    const before = await calls();
    const { data, errors } = await ask(query);
    expect(errors).toBeUndefined();
    expect(data.tickets.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(
      tickets.map(({ id }) => id),
    );
    const direct = await askAt(
      machines,
      `{ ${known.map((id, index) => `m${index}: machine(id: "${id}") { id agentVersion osPlatform }`).join(' ')} }`,
    );
    const byId = new Map(
      Object.values<{ readonly id: string }>(direct.data).map((machine) => [machine.id, machine]),
    );
    for (const [index, { machineId }] of tickets.entries()) {
      expect(data.tickets.edges[index].node.machine).toEqual(
        byId.get(machineId) ?? { id: gone, agentVersion: null, osPlatform: null },
      );
    }
    expect((await calls()) - before).toBeLessThanOrEqual(1);

    const then = await calls();
    expect((await ask(query)).data).toEqual(data);
    expect(await calls()).toBe(then);
  });

  it('joins there and back', async () => {
    const { data, errors } = await ask(
      '{ ticket(id: "1009") { machine { computerDnsName tickets { id machine { osPlatform } } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data.ticket.machine).toEqual({
      computerDnsName: 'LT-YC46500245',
      tickets: [
        { id: '1012', machine: { osPlatform: 'Windows10' } },
        { id: '1009', machine: { osPlatform: 'Windows10' } },
      ],
    });
  });

  it('answers a ticket about a machine that is gone without an error', async () => {
    const { data, errors } = await ask('{ ticket(id: "1010") { title machine { id computerDnsName } } }');
    expect(errors).toBeUndefined();
    expect(data.ticket).toEqual({
      title: 'Wipe before it is handed on',
      machine: { id: gone, computerDnsName: null },
    });
  });

  it('pages through machines and tickets in one operation, by the PageInfo that both share', async () => {
    const { data, errors } = await ask(
      `{ machines(first: 2) { pageInfo { hasNextPage endCursor } nodes { id } }
         tickets(first: 2, after: "1012") { pageInfo { hasNextPage endCursor } edges { node { id } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.machines.pageInfo).toEqual({ hasNextPage: true, endCursor: expect.any(String) });
    expect(data.tickets).toEqual({
      pageInfo: { hasNextPage: true, endCursor: '1010' },
      edges: [{ node: { id: '1011' } }, { node: { id: '1010' } }],
    });
  });
});
