import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawMachine } from '../../src/emulator/emulator.ts';
import type { Expression } from '../../src/emulator/odata/filter-expression.ts';
import { parseFilter } from '../../src/emulator/odata/filter-syntax.ts';
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

  describe.each(inputs)('in %s stays a text', (_, input) => {
    it.each(hostile)('%j', async (text) => {
      const rows = rowsWith(text);
      running.emulator.replaceFleet({ kind: 'rows', rows });
      running.emulator.clearRequests();
      const filter = input.filter(text);
      const { data, errors }: Reply = await running.ask(listQuery, { filter });
      expect(errors).toBeUndefined();

      const sent = input.sent(text);
      expectSent(sent, text);
      const harmless = taken(parseFilter(input.sent('harmless')));
      const { tree, texts } = taken(parseFilter(sent));
      expect(tree).toEqual(harmless.tree);
      expect(texts).toEqual([text]);
      expect(data.machines.nodes.map(({ id }: { id: string }) => id).sort()).toEqual(
        rows
          .filter((row) => matches(filter, row))
          .map(({ id }) => id)
          .sort(),
      );
    });
  });

  describe.each(['machine', 'node'])('in %s(id) stays a text', (field) => {
    it.each(hostile)('%j', async (text) => {
      running.emulator.replaceFleet({ kind: 'rows', rows: rowsWith(text) });
      running.emulator.clearRequests();
      const { data, errors } = await running.ask(`query ($id: ID!) { ${field}(id: $id) { id } }`, {
        id: text,
      });
      expect(errors).toBeUndefined();
      expect(data[field]).toEqual({ id: text });
      expectSent(`id eq ${odataText(text)}`, text);
    });
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

  describe.each(Object.entries(nearly))(
    'is refused in %s, and nothing is asked upstream',
    (property, own) => {
      it.each([...own, ...hostile])('%j', async (text) => {
        running.emulator.clearRequests();
        const operators = property === 'lastSeen' ? ['gt', 'gte', 'lt', 'lte'] : ['eq', 'ne', 'in', 'notIn'];
        for (const operator of operators) {
          const value = operator.toLowerCase().endsWith('in') ? [text] : text;
          const { errors, data } = await running.ask(listQuery, {
            filter: { [property]: { [operator]: value } },
          });
          expect(errors?.[0]?.extensions.code, operator).toBe('BAD_USER_INPUT');
          expect(data?.machines).toBeUndefined();
        }
        expect(running.emulator.requests()).toEqual([]);
      });
    },
  );
});
