import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compose } from '../src/compose.ts';
import { type Demo, startMachines } from '../src/machines-subgraph.ts';
import { routers } from '../src/routers.ts';
import { fetchSdl, type Service } from '../src/service.ts';
import { startTickets } from '../src/tickets-subgraph.ts';

const refreshSeconds = 10;

// Apollo Gateway, the library, knows no subscriptions. Hive Gateway follows them by server-sent events.
describe('a subscription through Hive Gateway', () => {
  let machines: Demo;
  let tickets: Service;
  let router: Service;
  beforeAll(async () => {
    vi.stubEnv('FLEET_REFRESH_SECONDS', String(refreshSeconds));
    machines = await startMachines(0, 500);
    vi.unstubAllEnvs();
    tickets = await startTickets(0);
    const subgraphs = { machines, tickets };
    router = await routers.hive(
      compose(
        await Promise.all(
          Object.entries(subgraphs).map(async ([name, service]) => ({
            name,
            url: service.url,
            sdl: await fetchSdl(service),
          })),
        ),
      ),
      0,
    );
    await fetch(new URL('/emulator/settings', machines.upstreamRequests), {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ churnPerMinute: 600 }),
    });
  }, 180_000);
  afterAll(async () => {
    for (const service of [router, tickets, machines]) await service?.close();
  });

  it('tells changes as they come, joined to what other subgraphs know, and goes on behind a cursor', async () => {
    const { changes, last } = await follow(null, 3);
    expect(changes).toHaveLength(3);
    for (const { kind, id, machine } of changes) {
      expect(['ADDED', 'UPDATED', 'REMOVED']).toContain(kind);
      if (kind !== 'REMOVED') expect(machine).toEqual({ id, tickets: expect.any(Array) });
    }
    const { changes: more } = await follow(last, 1);
    expect(more).toHaveLength(1);
    expect(more[0]?.id).not.toBe(changes.at(-1)?.id);
  }, 120_000);

  /** Takes so many changes, and leaves. */
  async function follow(
    after: string | null,
    count: number,
  ): Promise<{ readonly changes: readonly Change[]; readonly last: string | null }> {
    const controller = new AbortController();
    const response = await fetch(router.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query: `subscription ($after: String) {
          machineChanges(after: $after) { kind id cursor machine { id tickets { id } } }
        }`,
        variables: { after },
      }),
      signal: controller.signal,
    });
    const changes: Change[] = [];
    let text = '';
    for await (const bytes of response.body ?? []) {
      text += Buffer.from(bytes).toString();
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events.filter((each) => each.includes('event: next'))) {
        const { data, errors } = JSON.parse(event.slice(event.indexOf('{')));
        expect(errors).toBeUndefined();
        changes.push(data.machineChanges);
      }
      if (changes.length >= count) break;
    }
    controller.abort();
    const taken = changes.slice(0, count);
    return { changes: taken, last: taken.at(-1)?.cursor ?? null };
  }
});

interface Change {
  readonly kind: string;
  readonly id: string;
  readonly cursor: string;
  readonly machine: { readonly id: string; readonly tickets: readonly unknown[] } | null;
}
