import { buildSchema, Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { type CostRules, costOf } from '../../src/graphql/bounds/operation-cost.ts';

const schema = buildSchema(`
  scalar _Any
  union _Entity = Machine
  input Text { eq: String in: [String!] contains: String hasAll: [String!] inSubnets: [String!] ignoreCase: Boolean }
  input Filter { id: ID and: [Filter!] or: [Filter!] not: Filter name: Text ip: Text }
  type Machine { id: ID! }
  type Connection { nodes: [Machine!]! facets(disjunctive: Boolean): Facets }
  type Facets { one: Int two: Int }
  type Query {
    machines(filter: Filter, search: String, orderBy: [String!], first: Int, last: Int): Connection!
    machineChanges(filter: Filter, after: String, first: Int): Connection!
    machine(id: ID!): Machine
    node(id: ID!): Machine
    nodes(ids: [ID!]!): [Machine]!
    other: Int
    _entities(representations: [_Any!]!): [_Entity]!
  }
`);

function cost(
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  fleet: Partial<CostRules> = {},
) {
  const { definitions } = parse(query);
  const operation = definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  const fragments = definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
  if (operation === undefined) throw new Error('There is no operation.');
  const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  return costOf(schema, operation, byName, variables, {
    defaultPageSize: 50,
    maxPageSize: 1_000,
    idsPerCall: 20,
    isFleetThere: false,
    idsToAsk: (ids) => ids.length,
    ...fleet,
  });
}

const many = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

describe('the cost of an operation', () => {
  it.each([
    ['a page of the default size', '{ machines { nodes { id } } }', { nodes: 50, calls: 1 }],
    ['a page', '{ machines(first: 7) { nodes { id } } }', { nodes: 7, calls: 1 }],
    ['a page from the end', '{ machines(last: 7) { nodes { id } } }', { nodes: 7, calls: 1 }],
    ['no row', '{ machines(first: 0) { nodes { id } } }', { nodes: 0, calls: 1 }],
    [
      'a page that is refused anyway',
      '{ machines(first: 5000) { nodes { id } } }',
      { nodes: 1_000, calls: 1 },
    ],
    ['a page of less than nothing', '{ machines(first: -5) { nodes { id } } }', { nodes: 0, calls: 1 }],
    [
      'two pages of one list',
      '{ a: machines(first: 2) { nodes { id } } b: machines(last: 3) { nodes { id } } }',
      { nodes: 5, calls: 1 },
    ],
    [
      'two lists',
      '{ a: machines(first: 2) { nodes { id } } b: machines(first: 3, filter: { id: "x" }) { nodes { id } } }',
      { nodes: 5, calls: 2 },
    ],
    [
      'one field twice',
      '{ machines(first: 2) { nodes { id } } machines(first: 2) { nodes { id } } }',
      { nodes: 2, calls: 1 },
    ],
    ['a page of changes', '{ machineChanges { nodes { id } } }', { nodes: 50, calls: 0 }],
    ['changes of any number', '{ machineChanges(first: 3) { nodes { id } } }', { nodes: 3, calls: 0 }],
    ['an id', '{ machine(id: "a") { id } }', { nodes: 1, calls: 1 }],
    ['one id in two fields', '{ machine(id: "a") { id } node(id: "a") { id } }', { nodes: 2, calls: 1 }],
    ['21 ids', `{ ${many(21, (i) => `m${i}: machine(id: "${i}") { id }`)} }`, { nodes: 21, calls: 2 }],
    ['nothing of machines', '{ other __typename __schema { types { name } } }', { nodes: 0, calls: 0 }],
    [
      'a fragment in a fragment',
      '{ ...A } fragment A on Query { ... { ...B } } fragment B on Query { machines(first: 4) { nodes { id } } }',
      { nodes: 4, calls: 1 },
    ],
    [
      'what is left out',
      '{ machines(first: 4) @skip(if: true) { nodes { id } } ... @include(if: false) { machine(id: "a") { id } } }',
      { nodes: 0, calls: 0 },
    ],
  ])('is told of %s', (_, query, expected) => {
    expect(cost(query)).toMatchObject(expected);
  });

  it('is counted with the values of variables, and without them by their defaults', () => {
    const query = 'query ($n: Int = 9) { machines(first: $n) { nodes { id } } }';
    expect(cost(query)?.nodes).toBe(9);
    expect(cost(query, { n: 4 })?.nodes).toBe(4);
    expect(cost(query, { n: null })?.nodes).toBe(50);
  });

  it('counts entities by the length of their list', () => {
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Machine { id } } }';
    const r = Array.from({ length: 41 }, (_, index) => ({ __typename: 'Machine', id: `${index}` }));
    expect(cost(query, { r })).toMatchObject({ nodes: 41, calls: 3 });
    expect(cost(query, { r: [...r, ...r] })).toMatchObject({ nodes: 82, calls: 3 });
  });

  it('is left to execution to reject where variables or arguments do not fit', () => {
    expect(cost('query ($n: Int!) { machines(first: $n) { nodes { id } } }')).toBeUndefined();
    expect(cost('query ($n: Int) { machines(first: $n) { nodes { id } } }', { n: 'x' })).toBeUndefined();
    expect(cost('query ($id: ID) { machine(id: $id) { id } other }', { id: null })).toMatchObject({
      nodes: 0,
      calls: 0,
    });
  });

  it('counts nodes by the length of their list', () => {
    const ids = Array.from({ length: 41 }, (_, index) => `${index}`);
    expect(cost('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })).toMatchObject({
      nodes: 41,
      calls: 3,
    });
  });

  it('asks nothing of upstream for what the fleet answers', () => {
    const fleet = { isFleetThere: true, idsToAsk: () => 0 };
    expect(cost('{ machines { nodes { id } } machine(id: "a") { id } }', {}, fleet)).toMatchObject({
      calls: 0,
    });
    const some = {
      isFleetThere: true,
      idsToAsk: (ids: readonly string[]) => ids.filter((id) => id > '5').length,
    };
    const nodes = '{ nodes(ids: ["1", "5", "6", "7"]) { id } }';
    expect(cost(nodes, {}, some)).toMatchObject({ nodes: 4, calls: 1 });
    expect(cost('{ machines(orderBy: ["ID"]) { nodes { id } } }')).toMatchObject({ calls: 0 });
  });

  it.each([
    ['a list', '{ machines { nodes { id } } }', 10],
    ['two lists', '{ a: machines { nodes { id } } b: machines { nodes { id } } }', 20],
    ['each word of a search', '{ machines(search: " web  01 ") { nodes { id } } }', 90],
    ['each facet', '{ machines { facets { one two } } }', 22],
    ['each facet, each time', '{ machines { facets { one } again: facets { one x: one } } }', 33],
    ['facets in fragments', '{ machines { ...F } } fragment F on Connection { facets { ... { one } } }', 21],
    ['no facet that is left out', '{ machines { facets @skip(if: true) { one } } }', 10],
    ['a condition', '{ machines(filter: { name: { eq: "a", ignoreCase: true } }) { nodes { id } } }', 11],
    [
      'conditions at any depth',
      '{ machines(filter: { or: [{ id: "a" }, { not: { and: [{ id: "b" }, { name: { eq: "c" } }] } }] }) { nodes { id } } }',
      13,
    ],
    ['a part of a text', '{ machines(filter: { name: { contains: "a" } }) { nodes { id } } }', 18],
    [
      'values',
      `{ machines(filter: { name: { in: [${many(200, (i) => `"${i}"`)}] } }) { nodes { id } } }`,
      13,
    ],
    [
      'values that must all be there',
      '{ machines(filter: { name: { hasAll: ["a", "b"] } }) { nodes { id } } }',
      12,
    ],
    [
      'ranges of addresses',
      `{ machines(filter: { ip: { inSubnets: [${many(30, (i) => `"10.${i}.0.0/16"`)}] } }) { nodes { id } } }`,
      13,
    ],
    [
      'facets under other conditions, as often as there can be such',
      '{ machines(filter: { id: "a", name: { contains: "b" } }) { facets(disjunctive: true) { one two x: one } } }',
      10 + 9 + 10 + 3 + 2 * 9,
    ],
    [
      'facets under the same conditions',
      '{ machines(filter: { id: "a" }) { facets(disjunctive: false) { one two } } }',
      10 + 1 + 10 + 2,
    ],
    ['nothing', '{ other }', 0],
  ])('counts the passes over the fleet of %s', (_, query, passes) => {
    expect(cost(query)).toMatchObject({ passes });
  });
});
