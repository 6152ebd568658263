import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../schema/check/changes.ts';

const before = `
  directive @mark(name: String) on OBJECT | FIELD_DEFINITION
  "All that can be asked."
  type Query { things(first: Int): [Thing!]!  kind: Kind }
  type Thing { id: ID!  name: String }
  input Filter { name: String }
  enum Kind { ONE TWO }
`;

/** The changes when `replaced` becomes `by`, as path and weight. */
async function weigh(replaced: string, by: string): Promise<readonly (readonly [string, string])[]> {
  expect(before).toContain(replaced);
  const changes = await changesBetween(before, before.replace(replaced, by));
  return changes.map(({ path, weight }) => [path, weight] as const);
}

describe('a change of the schema', () => {
  it.each([
    ['a field that goes', 'name: String }\n  input', '}\n  input', 'Thing.name'],
    ['a field of another type', 'id: ID!', 'id: Int!', 'Thing.id'],
    [
      'an answer that may now be null',
      'things(first: Int): [Thing!]!',
      'things(first: Int): [Thing!]',
      'Query.things',
    ],
    ['an argument that goes', 'things(first: Int)', 'things', 'Query.things.first'],
    ['an argument that must now be given', 'first: Int', 'first: Int!', 'Query.things.first'],
    ['a new argument that must be given', 'first: Int', 'first: Int, after: ID!', 'Query.things.after'],
    ['an input that must now be given', 'Filter { name: String', 'Filter { name: String!', 'Filter.name'],
    ['an enum value that goes', 'ONE TWO', 'ONE', 'Kind.TWO'],
    ['a type that goes', 'input Filter { name: String }', '', 'Filter'],
  ])('is breaking: %s', async (_, replaced, by, path) => {
    expect(await weigh(replaced, by)).toContainEqual([path, 'breaking']);
  });

  it.each([
    ['an enum value that comes', 'ONE TWO', 'ONE TWO THREE', 'Kind.THREE', 'dangerous'],
    ['an argument that comes', 'first: Int', 'first: Int, after: ID', 'Query.things.after', 'dangerous'],
    [
      'a field that comes',
      'name: String }\n  input',
      'name: String, size: Int }\n  input',
      'Thing.size',
      'safe',
    ],
    [
      'a field that is deprecated',
      'kind: Kind',
      'kind: Kind @deprecated(reason: "x")',
      'Query.kind.@deprecated',
      'safe',
    ],
    ['a mark that comes', 'type Thing', 'type Thing @mark(name: "x")', 'Thing.@mark', 'dangerous'],
  ])('is not breaking: %s', async (_, replaced, by, path, weight) => {
    expect(await weigh(replaced, by)).toContainEqual([path, weight]);
    expect((await weigh(replaced, by)).map(([, each]) => each)).not.toContain('breaking');
  });

  it('is one where a type comes, with all its fields', async () => {
    const changes = await changesBetween(before, `${before} type New { id: ID!, other: New }`);
    expect(changes).toEqual([{ path: 'New', weight: 'safe', message: "Type 'New' was added" }]);
  });

  it('is none where only a description or the order differs', async () => {
    expect(await weigh('All that can be asked.', 'What can be asked.')).toEqual([]);
    expect(await weigh('ONE TWO', 'TWO ONE')).toEqual([]);
  });
});
