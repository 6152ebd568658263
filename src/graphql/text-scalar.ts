import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/**
 * A scalar of input alone that is text with a form of its own. The form is read with the argument that holds it, so that
 * errors name its place, as for any other argument.
 */
export function textScalar(name: string): GraphQLScalarType<string, string> {
  const read = (value: unknown): string => {
    if (typeof value === 'string') return value;
    throw new GraphQLError(`${name} must be text.`);
  };
  return new GraphQLScalarType({
    name,
    serialize: read,
    parseValue: read,
    parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : undefined),
  });
}
