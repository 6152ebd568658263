import { GraphQLError, GraphQLScalarType } from 'graphql';

/**
 * The scalar, whose rejection of a literal says where in the query that stands. graphql-js adds the place by itself only
 * where what is thrown is no GraphQLError.
 */
export function locateLiterals<In, Out>(scalar: GraphQLScalarType<In, Out>): GraphQLScalarType<In, Out> {
  const config = scalar.toConfig();
  return new GraphQLScalarType<In, Out>({
    ...config,
    parseLiteral: (node, variables) => {
      try {
        return config.parseLiteral(node, variables);
      } catch (error) {
        if (!(error instanceof GraphQLError) || error.nodes !== undefined) throw error;
        throw new GraphQLError(error.message, { nodes: node, extensions: error.extensions });
      }
    },
  });
}
