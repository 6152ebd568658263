import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { execute, getOperationAST, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { feedPages } from '../../src/fleet/changes/feed-pages.ts';
import { PlainRequest } from '../../src/graphql/answers/plain-request.ts';
import { PreparedOperations } from '../../src/graphql/answers/prepared-operations.ts';
import { RenderedStore } from '../../src/graphql/answers/rendered-store.ts';
import { OperationLimits } from '../../src/graphql/bounds/operation-bounds.ts';
import { createSubgraphSchema } from '../../src/graphql/subgraph.ts';
import { UpstreamUsage } from '../../src/graphql/upstream-usage.ts';
import { type Catalog, createCatalog } from '../../src/machines/catalog.ts';
import { filterLimits } from '../../src/machines/filter-input.ts';
import type { Machine } from '../../src/machines/machine.ts';
import { momentOf } from '../../src/machines/moment.ts';
import { noFleet } from '../../src/machines/no-fleet.ts';
import { packRows } from '../../src/machines/row-block.ts';
import type { Call, MachineSource, Principal } from '../../src/machines/source.ts';
import { createWindowPages } from '../../src/machines/window-pages.ts';
import { arbitraryMachine } from '../support/arbitrary-machines.ts';
import { cases } from '../support/cases.ts';
import { plainFleet } from '../support/plain-fleet.ts';
import { plainLists } from '../support/plain-lists.ts';
import { plainCall } from '../support/plain-source.ts';
import { type SetClock, setClock } from '../support/set-clock.ts';

const schema = createSubgraphSchema();

/** A catalog whose rows change as a test goes on. */
interface MovingRows {
  readonly catalog: Catalog;
  readonly calls: readonly Call[];
  /** Other rows, time that passes, windows that come and go. */
  readonly move: () => Promise<void>;
}

/** What is answered from plans beside what plain graphql-js answers over the same rows. */
class Compared {
  readonly #catalog: Catalog;
  readonly #prepared: PreparedOperations;
  prepared = 0;

  constructor(catalog: Catalog, maxBytes: number) {
    this.#catalog = catalog;
    this.#prepared = new PreparedOperations({
      catalog,
      limits: new OperationLimits(
        { nodes: 100_000, calls: 1_000 },
        { defaultPageSize: 50, maxPageSize: 1_000, idsPerCall: () => 20 },
      ),
      store: new RenderedStore(maxBytes),
      caching: { scope: 'off', spans: { WINDOWS: 0, FLEET: 0 }, now: Date.now },
      textOf: () => undefined,
      onServed: () => undefined,
    });
  }

  /** By graphql-js alone. */
  async executed(query: string, variables: Record<string, unknown>, call: Call) {
    const usage = new UpstreamUsage(() => undefined);
    const contextValue = { catalog: this.#catalog, call: { ...call, usage }, usage };
    const document = parse(query);
    const result = await execute({ schema, document, variableValues: variables, contextValue });
    const { willSendResponse } = (await this.#prepared.plugin().requestDidStart?.({} as never)) ?? {};
    const operation = getOperationAST(document);
    const response = { body: { kind: 'single', singleResult: result } };
    await willSendResponse?.({ source: query, document, operation, response, schema } as never);
    return JSON.parse(JSON.stringify(result)) as { data?: unknown; errors?: unknown };
  }

  async check(query: string, variables: Record<string, unknown>, call: Call): Promise<void> {
    const before = await this.executed(query, variables, call);
    const message = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      url: '/graphql',
      body: { query, variables },
      isProven: false,
    };
    const request = PlainRequest.read(message);
    const answer = request && (await this.#prepared.answer(request, (usage) => ({ ...call, usage })));
    if (answer === undefined) return;
    this.prepared += 1;
    const body = JSON.parse(Buffer.concat(answer.pieces).toString()) as { data: unknown };
    expect(body).not.toHaveProperty('errors');
    // A refresh in the background may end at any time.
    const others = isDeepStrictEqual(body.data, before.data)
      ? before
      : await this.executed(query, variables, call);
    expect(body.data).toEqual(others.data);
  }
}

const leaves = [
  'id',
  'computerDnsName',
  'firstSeen',
  'lastSeen',
  'osBuild',
  'lastIpAddress',
  'healthStatus',
  'riskScore',
  'rbacGroupId',
  'aadDeviceId',
  'isAadJoined',
  'isLatestOfDevice',
  'machineTags',
  '__typename',
];
const nested = {
  ipAddresses: ['ipAddress', 'macAddress', 'type', 'operationalStatus', '__typename'],
  vmMetadata: ['vmId', 'cloudProvider', 'resourceId', 'subscriptionId', '__typename'],
};
const facets = [
  'riskScore',
  'healthStatus',
  'osPlatform(first: 3)',
  'machineTags',
  'isAadJoined',
  'rbacGroup',
];
const conditions = ['', '@include(if: $yes)', '@skip(if: $yes)', '@include(if: $no)', '@skip(if: $no)'];

/** Draws an operation on lists of machines; whatever is drawn is valid. */
function drawOperation(g: fc.GeneratorValue, withFleet: boolean): string {
  const pick = <T>(values: readonly T[]): T => g(() => fc.constantFrom(...values));
  const some = (values: readonly string[]): string[] => g(() => fc.subarray([...values], { minLength: 1 }));
  let aliases = 0;
  const alias = (): string => (pick([true, false, false]) ? `a${aliases++}: ` : '');
  const machine = (): string => {
    const own = some(leaves).map((name) => `${alias()}${name} ${pick(conditions)}`);
    const inner = pick([[], ['ipAddresses'], ['vmMetadata'], ['ipAddresses', 'vmMetadata']] as const).map(
      (name) => `${alias()}${name} ${pick(conditions)} { ${some(nested[name]).join(' ')} }`,
    );
    const spread = pick([
      '',
      '...Named',
      '... on Node { id }',
      '... on Machine { version ...OnNode }',
      '... { osPlatform }',
    ]);
    return [...own, ...inner, spread].join(' ');
  };
  const counts = (): string =>
    some(facets)
      .map((name) => `${name} { value count __typename }`)
      .join(' ');
  const parts = (): string =>
    [
      ...pick([['nodes'], ['edges'], ['nodes', 'edges'], ['edges', 'edges'], []]).map((name) =>
        name === 'nodes'
          ? `${alias()}nodes ${pick(conditions)} { ${machine()} }`
          : `a${aliases++}: edges { ${pick(['cursor', '__typename', ''])} node { ${machine()} } ${pick(['cursor', ''])} }`,
      ),
      ...pick([
        [],
        ['pageInfo { hasNextPage endCursor }'],
        ['pageInfo { __typename startCursor hasPreviousPage }'],
      ]),
      ...pick([[], ['totalCount'], ['totalCount asOf']]),
      ...(withFleet && pick([true, false])
        ? [`facets(disjunctive: ${pick(['true', 'false', '$yes'])}) { ${counts()} }`]
        : []),
      '__typename',
    ].join(' ');
  const lists = Array.from({ length: pick([1, 1, 1, 2]) }, () => {
    const span = pick(['first: $n', 'first: 3', 'last: 4', 'first: 80', 'last: $n', 'first: 0']);
    const filter = pick([
      '',
      ', filter: $filter',
      ', filter: { riskScore: { in: [HIGH, LOW] } }',
      ', filter: {}',
    ]);
    const order = withFleet
      ? pick(['', ', orderBy: [{ field: LAST_SEEN, direction: DESC }]', ', search: "a"'])
      : '';
    return `l${aliases++}: machines(${span}${filter}${order}) { ${parts()} }`;
  });
  return (
    `query ($n: Int, $yes: Boolean! = true, $no: Boolean! = false, $filter: MachineFilter) {\n${lists.join('\n')} __typename ` +
    // All are used, as the rules want it.
    `used: machines(first: $n, filter: $filter) { __typename totalCount @include(if: $yes) asOf @skip(if: $no) ...Page } }\n` +
    `fragment Named on Machine { managedBy exclusionReason }\nfragment OnNode on Node { id __typename }\n` +
    `fragment Page on MachineConnection { nodes { ...Named ...OnNode } }`
  );
}

const arbitraryVariables: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    fc.constantFrom({}, { n: 0 }, { n: 1 }, { n: 5 }, { n: 40 }, { n: 90 }),
    fc.constantFrom({}, { yes: false }, { yes: false, no: true }),
    fc.constantFrom({}, { filter: { osPlatform: { ne: 'x' } } }, { filter: null }),
  )
  .map((parts) => Object.assign({}, ...parts));

/** Windows of lists that change, for two principals, some rows without an id and some that come twice. */
function movingWindows(all: readonly Machine[], maxBytes: number): MovingRows & { readonly clock: SetClock } {
  const clock = setClock();
  let shift = 0;
  const source: MachineSource = {
    window: async ({ skip, top }, { principal }) => {
      const own = all.filter((_, index) => (principal === 'ada' ? index % 3 !== 0 : index % 2 === 0));
      const rows = [...own.slice(shift), ...own.slice(0, shift + 2)].map((row, index) =>
        index % 17 === 5 ? undefined : row,
      );
      const block = packRows(rows.slice(skip, skip + top));
      return { block, ended: skip + top > rows.length, readAt: momentOf(clock.now()) };
    },
  };
  const { listings, byIds } = plainLists({ source, grid: { firstRows: 40, rows: 30 }, clock, maxBytes });
  const sizes = { defaultSize: 50, maxSize: 1_000 };
  const bounds = { maxNodes: 100, maxEncodedBytes: 7_800 };
  const catalog = createCatalog({
    windows: createWindowPages({
      listings,
      forms: { not: false, startsWithAnywhere: false },
      bounds,
      sizes,
      now: clock.wall,
    }),
    byIds,
    fleet: noFleet('There is none.'),
    limits: filterLimits(100),
    sizes,
    maxNodes: 100,
    changePages: feedPages(),
  });
  return {
    clock,
    catalog,
    calls: ['ada', 'ben'].map((principal) => plainCall({ principal: principal as Principal })),
    move: async () => {
      shift = (shift + 1) % 20;
      clock.advance(45_000);
    },
  };
}

/** The fleet, for somebody who may see all and for somebody of one group, read anew now and then. */
function movingFleet(all: readonly Machine[]): MovingRows {
  const fleet = plainFleet(all);
  let shift = 0;
  return {
    catalog: fleet.catalog,
    calls: [
      plainCall(),
      plainCall({ principal: 'app 1,140' as Principal, scope: { kind: 'groups', groupIds: [1, 140] } }),
    ],
    move: async () => {
      shift = (shift + 7) % 50;
      fleet.read(all.slice(shift), shift % 2 === 0);
    },
  };
}

describe('what is answered from plans', () => {
  const [all = []] = fc.sample(fc.array(arbitraryMachine, { minLength: 160, maxLength: 160 }), {
    numRuns: 1,
    seed: 7,
  });
  const machines = all.map((machine, index) => ({ ...machine, id: `m${String(index).padStart(4, '0')}` }));

  const operations = cases(5_000, 1 / 16);

  it.each([
    ['the fleet', 0.5, 2 ** 26, () => movingFleet(machines), true, 3],
    ['windows that come and go', 0.3, 2 ** 26, () => movingWindows(machines, 2 ** 25), false, 2],
    [
      'windows that are evicted, and little that is kept',
      0.2,
      200_000,
      () => movingWindows(machines, 40_000),
      false,
      0.5,
    ],
  ] as const)(
    'is what graphql-js answers: %s',
    { timeout: 1_800_000 },
    async (_, share, keptBytes, open, withFleet, expectedEach) => {
      const numRuns = Math.ceil(operations * share);
      const rows = open();
      const compared = new Compared(rows.catalog, keptBytes);
      await fc.assert(
        fc.asyncProperty(fc.gen(), async (g) => {
          const query = drawOperation(g, withFleet);
          expect(validate(schema, parse(query)), query).toEqual([]);
          const variables = g(() => arbitraryVariables);
          for (let times = 0; times < 3; times++) {
            for (const call of rows.calls) await compared.check(query, variables, call);
            if (g(() => fc.nat({ max: 5 })) === 0) await rows.move();
          }
        }),
        { numRuns, seed: 20_260_908 },
      );
      expect(compared.prepared).toBeGreaterThan(numRuns * expectedEach);
    },
  );
});
