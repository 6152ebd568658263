import { buildSchema, Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { costOf } from '../../src/graphql/bounds/operation-cost.ts';

const schema = buildSchema(`
  scalar _Any
  union _Entity = Machine
  input Filter { id: ID and: [Filter!] }
  type Machine { id: ID! }
  type Connection { nodes: [Machine!]! }
  type Query {
    machines(filter: Filter, first: Int, last: Int): Connection!
    machine(id: ID!): Machine
    node(id: ID!): Machine
    other: Int
    _entities(representations: [_Any!]!): [_Entity]!
  }
`);

function cost(query: string, variables: Readonly<Record<string, unknown>> = {}) {
  const { definitions } = parse(query);
  const operation = definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  const fragments = definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
  if (operation === undefined) throw new Error('There is no operation.');
  const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  return costOf(schema, operation, byName, variables, {
    defaultPageSize: 50,
    maxPageSize: 1_000,
    idsPerCall: 20,
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
    expect(cost(query)).toEqual(expected);
  });

  it('is told with the values of variables, and without them by their defaults', () => {
    const query = 'query ($n: Int = 9) { machines(first: $n) { nodes { id } } }';
    expect(cost(query)?.nodes).toBe(9);
    expect(cost(query, { n: 4 })?.nodes).toBe(4);
    expect(cost(query, { n: null })?.nodes).toBe(50);
  });

  it('is told of entities by the length of their list', () => {
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Machine { id } } }';
    const r = Array.from({ length: 41 }, (_, index) => ({ __typename: 'Machine', id: `${index}` }));
    expect(cost(query, { r })).toEqual({ nodes: 41, calls: 3 });
    expect(cost(query, { r: [...r, ...r] })).toEqual({ nodes: 82, calls: 3 });
  });

  it('is left to execution to refuse where variables or arguments do not fit', () => {
    expect(cost('query ($n: Int!) { machines(first: $n) { nodes { id } } }')).toBeUndefined();
    expect(cost('query ($n: Int) { machines(first: $n) { nodes { id } } }', { n: 'x' })).toBeUndefined();
    expect(cost('query ($id: ID) { machine(id: $id) { id } other }', { id: null })).toEqual({
      nodes: 0,
      calls: 0,
    });
  });
});
