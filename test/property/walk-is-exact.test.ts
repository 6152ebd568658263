import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cases } from '../support/cases.ts';
import { type RunningGateway, runGateway, uncached } from '../support/running-gateway.ts';

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number | null;
}

const query = `query ($first: Int, $after: String, $last: Int, $before: String) {
  machines(first: $first, after: $after, last: $last, before: $before, filter: { riskScore: { ne: LOW } }) {
    edges { cursor node { id } } nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount
  }
}`;

const rowsOf = (size: number) =>
  Array.from({ length: size }, (_, index) => ({
    id: `m${index}`,
    riskScore: index % 3 === 0 ? 'Low' : 'High',
  }));
const wanted = (size: number): string[] =>
  rowsOf(size)
    .filter(({ riskScore }) => riskScore !== 'Low')
    .map(({ id }) => id);

describe('a walk over a fleet that stands still', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    // Windows of 7 rows: a walk meets the borders of upstream calls as well as of pages.
    running = await runGateway({ environment: { ...uncached, UPSTREAM_WINDOW_ROWS: '7' } });
  });
  afterAll(() => running.close());

  const page = async (variables: Record<string, unknown>): Promise<Page> => {
    const { data, errors } = await running.ask(query, variables);
    expect(errors).toBeUndefined();
    return data.machines;
  };

  const sizes = [fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 25 })] as const;

  it('forwards meets each machine once, in order, for any page size', async () => {
    await fc.assert(
      fc.asyncProperty(...sizes, async (size, first) => {
        running.emulator.replaceFleet({ kind: 'rows', rows: rowsOf(size) });
        const met: string[] = [];
        let after: string | null = null;
        for (let more = true; more; ) {
          const found: Page = await page({ first, after });
          expect(found.pageInfo.hasPreviousPage).toBe(after !== null);
          expect(found.edges.map(({ node }) => node.id)).toEqual(found.nodes.map(({ id }) => id));
          expect(found.pageInfo.startCursor).toBe(found.edges.at(0)?.cursor ?? null);
          expect(found.pageInfo.endCursor).toBe(found.edges.at(-1)?.cursor ?? null);
          met.push(...found.nodes.map(({ id }) => id));
          more = found.pageInfo.hasNextPage;
          if (found.totalCount !== null || !more) expect(found.totalCount).toBe(wanted(size).length);
          if (more) expect(found.nodes).toHaveLength(first);
          after = found.pageInfo.endCursor;
        }
        expect(met).toEqual(wanted(size));
      }),
      { numRuns: cases(40) },
    );
  });

  it('backwards meets each machine once, in order, for any page size', async () => {
    await fc.assert(
      fc.asyncProperty(...sizes, async (size, last) => {
        running.emulator.replaceFleet({ kind: 'rows', rows: rowsOf(size) });
        const met: string[] = [];
        let before: string | null = null;
        for (let more = true; more; ) {
          const found: Page = await page({ last, before });
          expect(found.pageInfo.hasNextPage).toBe(before !== null);
          met.unshift(...found.nodes.map(({ id }) => id));
          more = found.pageInfo.hasPreviousPage;
          before = found.pageInfo.startCursor;
        }
        expect(met).toEqual(wanted(size));
      }),
      { numRuns: cases(40) },
    );
  });

  it('between any two cursors shows what lies between them, from either end', {
    timeout: 60_000,
  }, async () => {
    const size = 30;
    running.emulator.replaceFleet({ kind: 'rows', rows: rowsOf(size) });
    const all = await page({ first: 100 });
    const ids = wanted(size);
    const place = fc.integer({ min: -1, max: ids.length });
    await fc.assert(
      fc.asyncProperty(place, place, fc.nat(25), fc.boolean(), async (low, high, count, forwards) => {
        fc.pre(low < high);
        const between = ids.slice(low + 1, high);
        const found = await page({
          [forwards ? 'first' : 'last']: count,
          after: all.edges[low]?.cursor ?? null,
          before: all.edges[high]?.cursor ?? null,
        });
        const expected = forwards
          ? between.slice(0, count)
          : between.slice(Math.max(0, between.length - count));
        expect(found.nodes.map(({ id }) => id)).toEqual(expected);
        const start = forwards ? low + 1 : Math.max(low + 1, high - count);
        expect(found.pageInfo.hasPreviousPage).toBe(start > 0);
        expect(found.pageInfo.hasNextPage).toBe(start + expected.length < ids.length);
      }),
      { numRuns: cases(100) },
    );
  });
});
