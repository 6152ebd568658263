import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/emulator/emulator.ts';
import { type Reply, type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { setClock } from '../support/set-clock.ts';
import { upstreamCodes, upstreamFaults } from '../support/upstream-faults.ts';

const requestTimeoutMs = 8_000;
const query = `query ($filter: MachineFilter, $after: String) {
  machines(filter: $filter, first: 60, after: $after) {
    nodes { id computerDnsName osPlatform } pageInfo { endCursor hasNextPage }
  }
}`;

interface Walks {
  /** Walks through a list of its own; ahead of each page, the next faults are queued. */
  readonly walk: (coming: readonly (readonly Fault[])[]) => Promise<void>;
  /** Asks for lists of their own, all at once, of upstream as it is. */
  readonly askAll: (lists: number) => Promise<readonly Reply[]>;
  /** Lets upstream be well again, and checks that the gateway is, too. */
  readonly expectWell: () => Promise<void>;
  readonly running: RunningGateway;
}

/** A gateway in front of a fleet that moves with every page, and those who walk through it. */
async function startWalks(): Promise<Walks> {
  const clock = setClock();
  const running = await runGateway({
    now: clock.now,
    emulator: {
      fleet: { kind: 'seeded', size: 500, seed: 5 },
      order: 'newest-seen',
      churnPerMinute: 6_000,
    },
    environment: {
      UPSTREAM_WINDOW_ROWS: '150',
      UPSTREAM_RETRIES: '1',
      UPSTREAM_HEADERS_TIMEOUT_SECONDS: '1',
      UPSTREAM_BODY_TIMEOUT_SECONDS: '1',
      REQUEST_TIMEOUT_SECONDS: String(requestTimeoutMs / 1_000),
    },
  });
  /** Name and platform of each machine that ever was: what a row of it must say. */
  const known = new Map<string, string>();
  const note = (): void => {
    for (const { id, computerDnsName, osPlatform } of running.emulator.rows()) {
      known.set(id, JSON.stringify([computerDnsName || null, osPlatform || null]));
    }
  };
  let lists = 0;
  const anotherList = (): unknown => {
    lists += 1;
    return { computerDnsName: { ne: `list-${lists}` } };
  };

  /** Asks, and checks that the answer came in time and is either right or an error of the contract. */
  const ask = async (variables: unknown): Promise<Reply> => {
    const startedAt = performance.now();
    const reply = await running.ask(query, variables);
    expect(performance.now() - startedAt).toBeLessThan(requestTimeoutMs + 20_000);
    for (const { extensions } of reply.errors ?? []) expect(upstreamCodes).toContain(extensions.code);
    for (const { id, computerDnsName, osPlatform } of reply.data?.machines.nodes ?? []) {
      expect(JSON.stringify([computerDnsName, osPlatform])).toBe(known.get(id));
    }
    return reply;
  };

  return {
    running,
    async walk(coming) {
      const filter = anotherList();
      const met = new Set<string>();
      let failures = 0;
      for (let after: string | null = null, page = 0, more = true; more; page += 1) {
        for (const fault of coming[page] ?? []) running.emulator.faults.next(1, fault);
        note();
        const { data, errors, extensions } = await ask({ filter, after });
        if (errors !== undefined) {
          failures += 1;
          expect(failures).toBeLessThan(100);
          continue;
        }
        const { nodes, pageInfo } = data.machines;
        for (const { id } of nodes) {
          expect(met.has(id), `${id} twice in one listing`).toBe(false);
          met.add(id);
        }
        expect(extensions.upstream.consistency).toBe('LISTING');
        if (pageInfo.hasNextPage) expect(nodes).toHaveLength(60);
        after = pageInfo.endCursor;
        more = pageInfo.hasNextPage;
        clock.advance(500);
      }
      expect(met.size).toBeGreaterThan(300);
    },
    askAll: (size) => Promise.all(Array.from({ length: size }, () => ask({ filter: anotherList() }))),
    async expectWell() {
      running.emulator.faults.clear();
      note();
      const { data, errors } = await ask({ filter: anotherList() });
      expect(errors).toBeUndefined();
      expect(data.machines.nodes).toHaveLength(60);
      expect((await fetch(`${running.gateway.url}/healthz`)).status).toBe(200);
      expect(unhandled).toEqual([]);
    },
  };
}

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => {
  unhandled.push(reason);
};
beforeAll(() => {
  process.on('unhandledRejection', onUnhandled);
});
afterAll(() => {
  process.off('unhandledRejection', onUnhandled);
});

/** Most of the time is spent in waiting, which can be done together. */
describe.concurrent('a walk over a moving fleet, of whose calls some go wrong', () => {
  const withWalks = async (test: (walks: Walks) => Promise<void>): Promise<void> => {
    const walks = await startWalks();
    try {
      await test(walks);
    } finally {
      await walks.running.close();
    }
  };

  it.each(Object.entries(upstreamFaults))(
    '%s: is told or got over, and leaves the gateway well',
    (_, fault) =>
      withWalks(async ({ walk, expectWell }) => {
        await walk([[fault], [], [fault, fault]]);
        await expectWell();
      }),
  );

  it('is right whatever goes wrong, and when', () =>
    withWalks(async ({ walk, expectWell }) => {
      const some = fc.array(fc.constantFrom(...Object.values(upstreamFaults)), { maxLength: 2 });
      await fc.assert(
        fc.asyncProperty(fc.array(some, { maxLength: 5 }), async (coming) => {
          await walk(coming);
          await expectWell();
        }),
        { numRuns: 2, endOnFailure: true },
      );
    }));

  it('ends in time for everybody where upstream only stalls', () =>
    withWalks(async ({ askAll, expectWell, running }) => {
      running.emulator.faults.next(100, { kind: 'stall', at: 'headers' });
      const replies = await askAll(20);
      expect(replies.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual(
        Array(20).fill('UPSTREAM_TIMEOUT'),
      );
      await expectWell();
    }));
});
