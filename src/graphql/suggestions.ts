import type { GraphQLFormattedError } from 'graphql';
import { formatError } from './error-format.ts';

/** What graphql-js appends to a message: `Did you mean "a", "b", or "c"?`, also of enum values, types and fields. */
const suggestion = /\s*Did you mean [^?]*\?/g;

/**
 * An error without the names that graphql-js suggests, for schemas that are not shown. The suggestions for variables are
 * made while an operation is executed, where Apollo cannot turn them off.
 */
function withoutSuggestions(error: GraphQLFormattedError): GraphQLFormattedError {
  return { ...error, message: error.message.replace(suggestion, '') };
}

/**
 * How errors are shown to clients, by every way of answering.
 * @param introspection whether they may name what the schema has
 */
export const errorsShown =
  (introspection: boolean): typeof formatError =>
  (formatted, thrown) => {
    const shown = formatError(formatted, thrown);
    return introspection ? shown : withoutSuggestions(shown);
  };
