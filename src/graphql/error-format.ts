import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { BadInput, printInputPath } from '../machines/bad-input.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';

/**
 * Turns whatever was thrown into what a client may read: a message that says what to do, and a stable
 * `extensions.code`. Nobody's inner words, names or stacks pass: what is not known here is an INTERNAL_SERVER_ERROR.
 */
export function formatError(formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError {
  const error = unwrapResolverError(thrown);
  const place = { locations: formatted.locations, path: formatted.path };
  if (error instanceof BadInput) {
    return present({
      ...place,
      message: error.message,
      extensions: { code: 'BAD_USER_INPUT', inputPath: printInputPath(error.inputPath) },
    });
  }
  if (error instanceof UpstreamError) {
    const { code, correlationId, retryAfterSeconds } = error;
    return present({
      ...place,
      message: error.message,
      extensions: present({ code, correlationId, retryAfterSeconds }),
    });
  }
  const code = formatted.extensions?.code;
  if (typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR') {
    return present({ ...place, message: formatted.message, extensions: { code } });
  }
  if (thrown instanceof GraphQLError && thrown.path === undefined && thrown.originalError === undefined) {
    // graphql-js itself will not execute it, as it will no subscription.
    return present({ ...place, message: formatted.message, extensions: { code: 'BAD_REQUEST' } });
  }
  return present({
    ...place,
    message:
      'Something went wrong inside the gateway. Its log says more under the id in the x-request-id response header.',
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  });
}

type Present<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** An object without its undefined properties. */
function present<T extends object>(object: T): Present<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Present<T>;
}
