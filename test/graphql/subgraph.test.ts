import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type GraphQLSchema,
  graphqlSync,
  introspectionFromSchema,
  isAbstractType,
  isEnumType,
  isObjectType,
  isScalarType,
  parse,
  printSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { resolvers } from '../../src/graphql/resolvers.ts';
import { composeSubgraph, createSubgraphSchema } from '../../src/graphql/subgraph.ts';
import { readTypeDefinitions } from '../../src/graphql/type-definitions.ts';

/** As Apollo's own function makes it of SDL and resolvers. */
const apollos = buildSubgraphSchema([{ typeDefs: parse(readTypeDefinitions()), resolvers }]);
const ours = createSubgraphSchema();

/** What stands behind the names, federation's own fields aside: functions, and values of enums. */
const behind = (schema: GraphQLSchema) =>
  Object.values(schema.getTypeMap()).map((type) => {
    if (isEnumType(type)) return [type.name, type.getValues().map(({ name, value }) => [name, value])];
    // Federation's own scalars take anything.
    if (isScalarType(type)) {
      return [type.name, type.name in resolvers ? [type.serialize, type.parseValue, type.parseLiteral] : []];
    }
    if (isAbstractType(type)) return [type.name, type.name === '_Entity' ? [] : type.resolveType];
    if (!isObjectType(type)) return [type.name];
    const fields = Object.values(type.getFields()).filter(({ name }) => !name.startsWith('_'));
    const { resolveReference } =
      (type.extensions.apollo as { subgraph?: { resolveReference?: unknown } })?.subgraph ?? {};
    return [
      type.name,
      resolveReference,
      fields.map(({ name, resolve, subscribe }) => [name, resolve, subscribe]),
    ];
  });

describe('the schema, put together from texts that a build composes', () => {
  it('has the types that Apollo gives it', () => {
    expect(printSchema(ours)).toBe(printSchema(apollos));
    expect(introspectionFromSchema(ours)).toEqual(introspectionFromSchema(apollos));
  });

  it('has the same behind each of them', () => {
    const names = (found: ReturnType<typeof behind>) => found.map(([name]) => name);
    expect(names(behind(ours)).sort()).toEqual(names(behind(apollos)).sort());
    expect(new Map(behind(ours) as [string, unknown][])).toEqual(
      new Map(behind(apollos) as [string, unknown][]),
    );
    expect(JSON.stringify(behind(ours))).toContain('Machine');
  });

  it('shows its SDL to the letter', () => {
    const source = '{ _service { sdl } }';
    expect(graphqlSync({ schema: ours, source })).toEqual(graphqlSync({ schema: apollos, source }));
    expect(composeSubgraph().sdl).toContain('@key(fields: "id")');
  });
});
