import { getIntrospectionQuery } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { graphqlResponse, type RunningGateway, runGateway, uncached } from '../support/running-gateway.ts';
import { expectWell } from './well.ts';

const times = (count: number, text: (index: number) => string, between = ' '): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(between);
const nested = (count: number, open: string, inner: string, close: string): string =>
  open.repeat(count) + inner + close.repeat(count);

/** Fragments that spread the one before twice each: 2^n selections. */
const doubling = (count: number, spread: (name: string) => string): string =>
  times(
    count,
    (index) =>
      `fragment F${index} on Query { ${index === 0 ? '__typename' : spread(`F${index - 1}`).repeat(2)} }`,
  );

interface Bomb {
  readonly query: string;
  readonly variables?: unknown;
  /** Of the rejection: it must say the bound. */
  readonly says: RegExp;
  readonly code?: string;
}

const validation = 'GRAPHQL_VALIDATION_FAILED';
const parsing = 'GRAPHQL_PARSE_FAILED';
const input = 'BAD_USER_INPUT';

const bombs: readonly (readonly [string, Bomb])[] = [
  // Tokens
  [
    'fields without number',
    { query: `{ ${times(5_000, () => '__typename')} }`, says: /4000 tokens/, code: parsing },
  ],
  [
    'aliases without number',
    { query: `{ ${times(2_000, (i) => `a${i}: __typename`)} }`, says: /4000 tokens/, code: parsing },
  ],
  [
    'one list of values without end',
    {
      query: `{ machines(filter: { id: { in: [${times(5_000, () => '"a"')}] } }) { nodes { id } } }`,
      says: /4000 tokens/,
      code: parsing,
    },
  ],
  [
    'directives without number',
    { query: `{ __typename ${times(4_500, () => '@a')} }`, says: /4000 tokens/, code: parsing },
  ],
  [
    'variables without number',
    {
      query: `query (${times(1_500, (i) => `$v${i}: Int`)}) { __typename }`,
      says: /4000 tokens/,
      code: parsing,
    },
  ],
  [
    'a list type nested without end',
    {
      query: `query ($v: ${nested(3_000, '[', 'Int', ']')}) { __typename }`,
      says: /4000 tokens|nested too deeply/,
      code: parsing,
    },
  ],
  // Depth
  [
    'selections 13 levels deep',
    { query: nested(13, '{ a ', '', '}'), says: /13 levels of fields; at most 12/ },
  ],
  [
    'selections 1,000 levels deep',
    { query: nested(1_000, '{ a ', '', '}'), says: /1000 levels of fields; at most 12/ },
  ],
  [
    'depth hidden in inline fragments',
    { query: nested(20, '{ ... { a ', '', '} }'), says: /20 levels of fields; at most 12/ },
  ],
  [
    'depth hidden in fragments',
    {
      query: `{ ...F0 } ${times(20, (i) => `fragment F${i} on Query { a { ${i === 19 ? 'b' : `...F${i + 1}`} } }`)}`,
      says: /21 levels of fields; at most 12/,
    },
  ],
  [
    'introspection 100 levels deep',
    {
      query: `{ __schema { types { fields { type { ${nested(100, 'ofType { ', 'name', '}')} } } } } }`,
      says: /levels of introspection; at most 30/,
    },
  ],
  [
    'introspection of __type 40 levels deep',
    {
      query: `{ __type(name: "Machine") { ${nested(40, 'ofType { ', 'name', '}')} } }`,
      says: /levels of introspection; at most 30/,
    },
  ],
  [
    'introspection that goes in circles',
    {
      query: `{ __schema { types { ${nested(4, 'fields { type { ', 'name', '} }')} } } }`,
      says: /introspection depth exceeded/,
    },
  ],
  // Fragments
  [
    'doubling fragments',
    { query: `{ ...F60 } ${doubling(61, (name) => `...${name} `)}`, says: /more than 5000 selections/ },
  ],
  [
    'doubling fragments that no operation uses',
    {
      query: `{ __typename } ${doubling(61, (name) => `...${name} `)}`,
      says: /same fields again \d+ times; at most 100/,
    },
  ],
  [
    'doubling fragments within inline fragments',
    {
      query: `{ ...F40 } ${doubling(41, (name) => `... { ...${name} } `)}`,
      says: /more than 5000 selections/,
    },
  ],
  [
    'fragments that multiply aliases',
    {
      query: `{ ...A ${times(10, (i) => `x${i}: __typename`)} } fragment A on Query { ${times(91, (i) => `a${i}: __typename`)} }`,
      says: /101 aliases; at most 100/,
    },
  ],
  [
    'one fragment in a circle',
    { query: '{ ...A } fragment A on Query { ...A }', says: /Cannot spread fragment "A" within itself/ },
  ],
  [
    '90 fragments in a circle',
    {
      query: `{ ...F0 } ${times(90, (i) => `fragment F${i} on Query { ...F${(i + 1) % 90} }`)}`,
      says: /Cannot spread fragment/,
    },
  ],
  [
    '90 fragments, each of which spreads all',
    {
      query: `{ ...F0 } ${times(40, (i) => `fragment F${i} on Query { ${times(40, (j) => `...F${j}`)} }`)}`,
      says: /Cannot spread fragment|more than 5000 selections/,
    },
  ],
  [
    '101 fragments',
    {
      query: `{ __typename } ${times(101, (i) => `fragment F${i} on Query { __typename }`)}`,
      says: /102 operations and fragments; at most 100/,
    },
  ],
  [
    '101 operations',
    {
      query: times(101, (i) => `query Q${i} { __typename }`),
      says: /101 operations and fragments; at most 100/,
    },
  ],
  // Comparing each with each
  [
    'one field 900 times',
    {
      query: `{ ${times(900, () => 'upstreamQuota { gate }')} }`,
      says: /900 fields of its root; at most 100/,
    },
  ],
  [
    'one inner field 1,000 times',
    {
      query: `{ machines { ${times(1_000, () => 'totalCount')} } }`,
      says: /same fields again 999 times; at most 100/,
    },
  ],
  [
    'one inner field 1,000 times by way of inline fragments',
    {
      query: `{ machines { ${times(700, () => '... { totalCount }')} } }`,
      says: /same fields again 699 times; at most 100/,
    },
  ],
  [
    'one alias for many fields',
    {
      query: `{ machines { nodes { ${times(300, (i) => `... { a: ${i % 2 ? 'id' : 'version'} }`)} } } }`,
      says: /aliases; at most 100|same fields again/,
    },
  ],
  [
    'objects that are compared within objects',
    {
      query: `{ machines { ${times(60, () => `nodes { ${times(10, () => 'id')} }`)} } }`,
      says: /same fields again \d+ times; at most 100/,
    },
  ],
  [
    'repeats within a fragment that is spread often',
    {
      query: `{ machines { ${times(5, (i) => `edges { node { ...R } } a${i}: totalCount`)} } } fragment R on Machine { ${times(60, () => 'id')} }`,
      says: /same fields again \d+ times; at most 100/,
    },
  ],
  // Root fields, aliases, directives, variables
  [
    '101 fields of the root',
    { query: `{ ${times(101, () => '__typename')} }`, says: /101 fields of its root; at most 100/ },
  ],
  [
    '101 fields of the root by way of a fragment',
    {
      query: `{ ${times(50, () => '__typename')} ...R } fragment R on Query { ${times(51, () => '__typename')} }`,
      says: /101 fields of its root; at most 100/,
    },
  ],
  [
    '101 aliases',
    { query: `{ machines { ${times(101, (i) => `a${i}: totalCount`)} } }`, says: /101 aliases; at most 100/ },
  ],
  [
    '101 directives',
    {
      query: `{ machines { ${times(101, (i) => `${i % 2 ? 'asOf' : 'totalCount'} @include(if: true)`)} } }`,
      says: /101 directives; at most 100/,
    },
  ],
  [
    'one directive 101 times on one field',
    {
      query: `{ __typename ${times(101, () => '@include(if: true)')} }`,
      says: /101 directives; at most 100/,
    },
  ],
  [
    '101 directives on the operation',
    {
      query: `query ${times(101, () => '@skip(if: false)')} { __typename }`,
      says: /101 directives; at most 100/,
    },
  ],
  [
    '301 declared variables',
    {
      query: `query (${times(301, (i) => `$v${i}: Int`)}) { __typename }`,
      says: /declares 301 variables; at most 300/,
    },
  ],
  [
    'a literal nested 51 levels deep',
    {
      query: `{ machines(filter: ${nested(51, '{ not: ', '{}', '}')}) { totalCount } }`,
      says: /nested 52 levels deep; at most 50/,
    },
  ],
  [
    'a literal list nested 60 levels deep',
    {
      query: `{ machines(filter: { and: ${nested(60, '[', '', ']')} }) { totalCount } }`,
      says: /nested \d+ levels deep; at most 50/,
    },
  ],
  [
    'a default value nested 60 levels deep',
    {
      query: `query ($f: MachineFilter = ${nested(60, '{ not: ', '{}', '}')}) { machines(filter: $f) { totalCount } }`,
      says: /nested 61 levels deep; at most 50/,
    },
  ],
  // What is sent beside the text
  [
    'variables nested 60 levels deep',
    {
      query: 'query ($f: MachineFilter) { machines(filter: $f) { totalCount } }',
      variables: { f: JSON.parse(nested(60, '{"not":', '{}', '}')) },
      says: /nested more than 50 levels/,
      code: input,
    },
  ],
  [
    '301 variables',
    {
      query: '{ __typename }',
      variables: Object.fromEntries(Array.from({ length: 301 }, (_, i) => [`v${i}`, i])),
      says: /301 variables; at most 300/,
      code: input,
    },
  ],
  [
    'a variable of 30,000 values',
    {
      query: 'query ($ids: [ID!]) { machines(filter: { id: { in: $ids } }) { totalCount } }',
      variables: { ids: Array(30_000).fill('a') },
      says: /more than 20000 values/,
      code: input,
    },
  ],
  [
    'a variable that nobody declared, of 30,000 values',
    {
      query: '{ __typename }',
      variables: { x: Array(30_000).fill(0) },
      says: /more than 20000 values/,
      code: input,
    },
  ],
  // What is asked for
  [
    '6 pages of 1,000',
    {
      query: `{ ${times(6, (i) => `p${i}: machines(first: 1000) { nodes { id } }`)} }`,
      says: /up to 6000 machines; at most 5000/,
      code: input,
    },
  ],
  [
    '6 pages of 1,000 by a variable',
    {
      query: `query ($n: Int) { ${times(6, (i) => `p${i}: machines(first: $n) { nodes { id } }`)} }`,
      variables: { n: 1_000 },
      says: /up to 6000 machines; at most 5000/,
      code: input,
    },
  ],
  [
    '6 pages of 1,000 by a default value',
    {
      query: `query ($n: Int = 1000) { ${times(6, (i) => `p${i}: machines(last: $n) { nodes { id } }`)} }`,
      says: /up to 6000 machines; at most 5000/,
      code: input,
    },
  ],
  [
    '6 pages of 1,000 by a fragment',
    {
      query: `{ ...P } fragment P on Query { ... { ${times(6, (i) => `p${i}: machines(first: 1000) { nodes { id } }`)} } }`,
      says: /up to 6000 machines; at most 5000/,
      code: input,
    },
  ],
  [
    '6 pages of 1,000 that are included by a variable',
    {
      query: `query ($on: Boolean!) { ${times(6, (i) => `p${i}: machines(first: 1000) @include(if: $on) { nodes { id } }`)} }`,
      variables: { on: true },
      says: /up to 6000 machines; at most 5000/,
      code: input,
    },
  ],
  [
    '51 different filters',
    {
      query: `{ ${times(51, (i) => `f${i}: machines(first: 1, filter: { rbacGroupId: { eq: ${i} } }) { nodes { id } }`)} }`,
      says: /can take 51 upstream calls; at most 50/,
      code: input,
    },
  ],
  [
    '50 different filters and an id',
    {
      query: `{ machine(id: "a") { id } ${times(50, (i) => `f${i}: machines(first: 0, filter: { rbacGroupId: { eq: ${i} } }) { nodes { id } }`)} }`,
      says: /can take 51 upstream calls; at most 50/,
      code: input,
    },
  ],
];

describe('a query bomb', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runGateway({ environment: { ...uncached } });
  });
  afterAll(() => running.close());
  afterEach(() => expectWell(running));

  it.each(bombs)('is rejected without an upstream call: %s', async (_, bomb) => {
    running.emulator.clearRequests();
    const { status, data, errors } = await running.ask(bomb.query, bomb.variables, graphqlResponse);
    expect(errors?.map(({ message }) => message).join('\n')).toMatch(bomb.says);
    expect(errors?.[0]?.extensions).toEqual({ code: bomb.code ?? validation });
    expect(status).toBe(400);
    expect(data).toBeUndefined();
    expect(running.emulator.requests()).toEqual([]);
  });

  it('is reported once, however many errors it has', async () => {
    const { errors } = await running.ask(`{ ${times(150, (i) => `a${i}: nothing${i}`)} }`);
    expect(errors).toHaveLength(1);
  });

  it('leaves no error in the log', () => {
    expect(running.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('a query that is no bomb', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runGateway();
  });
  afterAll(() => running.close());

  it.each([
    ['the plain introspection query', getIntrospectionQuery()],
    [
      'the introspection query of tools, with all that it can ask for',
      getIntrospectionQuery({
        descriptions: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        inputValueDeprecation: true,
        oneOf: true,
      }),
    ],
    ['100 fields of the root', `{ ${times(100, () => '__typename')} }`],
    ['100 aliases', `{ machines { ${times(100, (i) => `a${i}: totalCount`)} } }`],
    ['5 pages of 1,000', `{ ${times(5, (i) => `p${i}: machines(first: 1000) { nodes { id } }`)} }`],
    [
      '50 different filters',
      `{ ${times(50, (i) => `f${i}: machines(first: 1, filter: { rbacGroupId: { eq: ${i} } }) { totalCount }`)} }`,
    ],
    [
      '100 pages of one list',
      `{ ${times(100, (i) => `f${i}: machines(first: ${i % 50}) { nodes { id } }`)} }`,
    ],
    [
      'pages that are left out',
      `query ($on: Boolean = false) { ${times(6, (i) => `p${i}: machines(first: 1000) @include(if: $on) { nodes { id } }`)} __typename }`,
    ],
    ['pages under one name, which are one', `{ ${times(20, () => 'machines(first: 1000) { totalCount }')} }`],
    [
      'a filter nested 12 levels deep',
      `{ machines(filter: ${nested(12, '{ and: [', '{ rbacGroupId: { eq: 1 } }', '] }')}) { totalCount } }`,
    ],
  ])('is answered: %s', async (_, query) => {
    const { status, errors } = await running.ask(query);
    expect(errors).toBeUndefined();
    expect(status).toBe(200);
  });

  it('keeps the words of the field itself for a page that is too large', async () => {
    const { errors } = await running.ask('{ machines(first: 1000000) { totalCount } }');
    expect(errors?.[0]?.message).toMatch(/is 1000000; it must be 0 to 1000/);
  });
});
