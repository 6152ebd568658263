import { coerceInputValue, isInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawMachine } from '../../src/emulator/emulator.ts';
import type { Expression } from '../../src/emulator/odata/filter-expression.ts';
import { parseFilter } from '../../src/emulator/odata/filter-syntax.ts';
import { createSubgraphSchema } from '../../src/graphql/subgraph.ts';
import { BadInput } from '../../src/machines/bad-input.ts';
import { allDevices } from '../../src/machines/device-scope.ts';
import { type FilterInput, filterLimits, readFilter } from '../../src/machines/filter-input.ts';
import { filterQuery } from '../../src/machines/odata.ts';
import { type Conditions, matches } from '../support/filter-oracle.ts';
import { type Reply, type RunningGateway, runGateway, unkept } from '../support/running-gateway.ts';
import { expectWell } from './well.ts';

/** What would break out of a literal, of the query string or of the request, if anything of it were taken as it is. */
const hostile: readonly string[] = [
  "'",
  "''",
  "'''",
  "' or true or '' eq '",
  "x' or id ne 'x",
  "x') or (id ne 'x",
  "x' or startswith(id,'",
  "') or 1 eq 1 or ('' eq '",
  "x' and not (id eq 'x') or '' eq '",
  "x'&$top=1&$filter=id ne 'x",
  'x&$filter=id ne null',
  'x%27 or id ne %27x',
  'x%2527 or id ne %2527x',
  'x#fragment?$top=1',
  'x+or+true',
  'a\r\nx-injected: 1\r\n\r\nGET /api/machines HTTP/1.1',
  'a\0b',
  '\u2019 or true or \u2019\u2019 eq \u2019',
  '\uff07 or true',
  'a\u2028b\u202ec',
  '\\\' or true or "',
  '"; drop table machines; --',
  '../../etc/passwd',
  `{ machines { nodes { id } } }`,
  '__proto__',
  'null',
];

const bounds = { maxNodes: 100, maxEncodedBytes: 7_800 };
const odataText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** An input that takes free text: how it is asked with, and which filter text must come of it. */
interface TextInput {
  readonly filter: (text: string) => Conditions;
  readonly sent: (text: string) => string;
}

const comparisons = (property: string): readonly (readonly [string, TextInput])[] => [
  [
    `${property}.eq`,
    { filter: (text) => ({ [property]: { eq: text } }), sent: (text) => `${property} eq ${odataText(text)}` },
  ],
  [
    `${property}.ne`,
    { filter: (text) => ({ [property]: { ne: text } }), sent: (text) => `${property} ne ${odataText(text)}` },
  ],
  [
    `${property}.in`,
    {
      filter: (text) => ({ [property]: { in: [text] } }),
      sent: (text) => `${property} eq ${odataText(text)}`,
    },
  ],
  [
    `${property}.notIn`,
    {
      filter: (text) => ({ [property]: { notIn: [text] } }),
      sent: (text) => `${property} ne ${odataText(text)}`,
    },
  ],
  [
    `not ${property}.eq`,
    {
      filter: (text) => ({ not: { [property]: { eq: text } } }),
      sent: (text) => `${property} ne ${odataText(text)}`,
    },
  ],
];

const prefix = (property: string): readonly [string, TextInput] => [
  `${property}.startsWith`,
  {
    filter: (text) => ({ [property]: { startsWith: text } }),
    sent: (text) => `startswith(${property},${odataText(text)})`,
  },
];

const tags: readonly (readonly [string, TextInput])[] = [
  ['has', (text: string) => ({ has: text })] as const,
  ['hasAny', (text: string) => ({ hasAny: [text] })] as const,
  ['hasAll', (text: string) => ({ hasAll: [text] })] as const,
].map(([name, condition]) => [
  `machineTags.${name}`,
  {
    filter: (text: string) => ({ machineTags: condition(text) }),
    sent: (text: string) => `machineTags/any(t: t eq ${odataText(text)})`,
  },
]);

const inputs: readonly (readonly [string, TextInput])[] = [
  ...comparisons('id'),
  ...comparisons('computerDnsName'),
  ...comparisons('osPlatform'),
  ...comparisons('version'),
  prefix('computerDnsName'),
  prefix('osPlatform'),
  ...tags,
];

/** A filter's tree with its texts taken out, and those texts. */
function taken(expression: Expression): { readonly tree: unknown; readonly texts: readonly string[] } {
  const texts: string[] = [];
  const tree = JSON.parse(JSON.stringify(expression), (_, value: unknown) => {
    const literal = value as { kind?: unknown; value?: unknown } | null;
    if (typeof literal !== 'object' || literal === null || literal.kind !== 'string') return value;
    texts.push(String(literal.value));
    return 'a text';
  }) as unknown;
  return { tree, texts };
}

const rowsWith = (text: string): RawMachine[] => [
  { id: text, computerDnsName: text, osPlatform: text, version: text, machineTags: [text] },
  {
    id: 'behind',
    computerDnsName: `${text}!`,
    osPlatform: `${text}!`,
    version: `${text}!`,
    machineTags: [`${text}!`],
  },
  {
    id: 'other',
    computerDnsName: 'other',
    osPlatform: 'other',
    version: 'other',
    machineTags: ['other', 'x'],
  },
  { id: 'bare' },
];

const listQuery = 'query ($filter: MachineFilter) { machines(filter: $filter) { nodes { id } } }';

describe('free text', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runGateway({ environment: unkept });
  });
  afterAll(async () => {
    await expectWell(running);
    await running.close();
  });

  /** Shows that upstream got this filter in one call, and nothing of the text anywhere else. */
  function expectSent(filter: string, text: string): void {
    const requests = running.emulator.requests();
    expect(requests.map(({ options }) => options.$filter)).toEqual([filter]);
    const [request] = requests;
    expect(request?.path).toBe('/api/machines');
    expect(
      Object.keys(request?.options ?? {})
        .filter((name) => name !== '$skip')
        .sort(),
    ).toEqual(['$filter', '$top']);
    expect(request?.rawQuery).toMatch(/^[\x21-\x7e]+$/);
    expect(request?.options.$top).toMatch(/^\d+$/);
    for (const [name, value] of Object.entries(request?.headers ?? {})) {
      expect(name).not.toBe('x-injected');
      // Short ones stand in many a header by chance.
      if (text.length > 4) expect(String(value)).not.toContain(text);
    }
  }

  it.each(inputs)('stays a text in the filter that is written for %s', (_, input) => {
    const harmless = taken(parseFilter(input.sent('harmless')));
    for (const text of hostile) {
      const written = filterQuery(readFilter(input.filter(text), filterLimits(100), allDevices), bounds);
      expect(written).toMatchObject({ kind: 'some', text: input.sent(text) });
      const { tree, texts } = taken(parseFilter(input.sent(text)));
      expect(tree).toEqual(harmless.tree);
      expect(texts).toEqual([text]);
    }
  });

  /** Each input with a text, and each text in an input. */
  const sent = Array.from({ length: Math.max(inputs.length, hostile.length) }, (_, index) => ({
    input: inputs[index % inputs.length],
    text: hostile[index % hostile.length] ?? '',
  })).flatMap(({ input, text }) => (input === undefined ? [] : [[input[0], text, input[1]] as const]));
  it.each(sent)('reaches upstream as a text, and finds its machines: in %s, %j', async (_, text, input) => {
    const rows = rowsWith(text);
    running.emulator.replaceFleet({ kind: 'rows', rows });
    running.emulator.clearRequests();
    const filter = input.filter(text);
    const { data, errors }: Reply = await running.ask(listQuery, { filter });
    expect(errors).toBeUndefined();
    expectSent(input.sent(text), text);
    expect(data.machines.nodes.map(({ id }: { id: string }) => id).sort()).toEqual(
      rows
        .filter((row) => matches(filter, row))
        .map(({ id }) => id)
        .sort(),
    );
  });

  it.each(['machine', 'node'])('stays a text in %s(id)', async (field) => {
    for (const text of hostile) {
      running.emulator.replaceFleet({ kind: 'rows', rows: rowsWith(text) });
      running.emulator.clearRequests();
      const { data, errors } = await running.ask(`query ($id: ID!) { ${field}(id: $id) { id } }`, {
        id: text,
      });
      expect(errors).toBeUndefined();
      expect(data[field]).toEqual({ id: text });
      expectSent(`id eq ${odataText(text)}`, text);
    }
  });

  it('written into the query is the same as in a variable', async () => {
    for (const text of hostile) {
      running.emulator.replaceFleet({ kind: 'rows', rows: rowsWith(text) });
      running.emulator.clearRequests();
      const { data, errors } = await running.ask(
        `{ machines(filter: { computerDnsName: { eq: ${JSON.stringify(text)} } }) { nodes { id } } }`,
      );
      expect(errors).toBeUndefined();
      expect(data.machines.nodes).toEqual([{ id: text }]);
      expectSent(`computerDnsName eq ${odataText(text)}`, text);
    }
  });

  it.each(['id', 'computerDnsName', 'osPlatform', 'version'])(
    'that is no Unicode is refused in %s, and nothing is asked',
    async (property) => {
      running.emulator.clearRequests();
      const { errors } = await running.ask(listQuery, { filter: { [property]: { eq: "\ud800' or true" } } });
      expect(errors?.[0]?.message).toMatch(/well-formed Unicode/);
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
      expect(running.emulator.requests()).toEqual([]);
    },
  );
});

/** Texts that begin as what the type takes. */
const nearly: Readonly<Record<string, readonly string[]>> = {
  lastIpAddress: [
    "10.0.0.1' or true or '' eq '",
    '10.0.0.1\n',
    '10.0.0.1%27',
    '::1) or (id ne null',
    '10.0.0.1\0',
  ],
  aadDeviceId: [
    "11111111-2222-4333-8444-555555555555' or true",
    '11111111-2222-4333-8444-555555555555 or id ne null',
    '11111111-2222-4333-8444-555555555555\n',
    '{11111111-2222-4333-8444-555555555555} or true',
  ],
  lastSeen: [
    '2026-09-08T00:00:00Z or true',
    "2026-09-08T00:00:00Z' or true",
    '2026-09-08T00:00:00Z\n',
    '2026-09-08T00:00:00Z) or (id ne null',
    '2026-09-08T00:00:00+14:00 or true',
  ],
  rbacGroupId: ['1 or true', '1) or (id ne null', '1\n', '0x10', '1e3'],
  healthStatus: ["ACTIVE' or true", 'ACTIVE\n', 'Active', 'UNRECOGNIZED', 'toString'],
  riskScore: ["HIGH' or true", 'hasOwnProperty'],
  exposureLevel: ["HIGH' or true", '__proto__'],
  onboardingStatus: ["ONBOARDED' or true", 'valueOf'],
  deviceValue: ["HIGH' or true", 'constructor'],
};

describe('a text where another type is due', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runGateway();
  });
  afterAll(async () => {
    await expectWell(running);
    await running.close();
  });

  const filterType = createSubgraphSchema().getType('MachineFilter');
  /** Why the schema or the reading of filters rejects a filter; undefined where neither does. */
  const refusal = (filter: FilterInput): string | undefined => {
    if (!isInputObjectType(filterType)) throw new Error('The schema has no MachineFilter.');
    const problems: string[] = [];
    const coerced = coerceInputValue(filter, filterType, (_path, _value, { message }) => {
      problems.push(message);
    });
    if (problems.length > 0) return problems[0];
    try {
      readFilter(coerced as FilterInput, filterLimits(100), allDevices);
      return undefined;
    } catch (error) {
      if (error instanceof BadInput) return error.message;
      throw error;
    }
  };
  /** The text under each operator that the property has. */
  const filtersOf = (property: string, text: string): FilterInput[] =>
    (property === 'lastSeen' ? ['gt', 'gte', 'lt', 'lte'] : ['eq', 'ne', 'in', 'notIn']).map((operator) => ({
      [property]: { [operator]: operator.toLowerCase().endsWith('in') ? [text] : text },
    }));

  it.each(Object.entries(nearly))('is refused in %s under every operator', (property, own) => {
    for (const text of [...own, ...hostile]) {
      for (const filter of filtersOf(property, text)) {
        expect(refusal(filter), JSON.stringify(filter)).toMatch(/./);
      }
    }
  });

  it.each(Object.entries(nearly))(
    'is told to the caller of %s, and nothing is asked upstream',
    async (property, own) => {
      running.emulator.clearRequests();
      for (const filter of own.flatMap((text) => filtersOf(property, text))) {
        const { errors, data } = await running.ask(listQuery, { filter });
        expect(errors?.[0]?.extensions.code, JSON.stringify(filter)).toBe('BAD_USER_INPUT');
        expect(data?.machines).toBeUndefined();
      }
      expect(running.emulator.requests()).toEqual([]);
    },
  );
});
