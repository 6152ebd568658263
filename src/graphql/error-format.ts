import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { BadInput, printInputPath } from '../machines/bad-input.ts';
import { ChangesExpired } from '../machines/changes-expired.ts';
import { FleetRequired } from '../machines/fleet-required.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { tokensMessage } from './bounds/document-bounds.ts';

/**
 * Turns any thrown value into an error for clients: a message that says what to do, and a stable
 * `extensions.code`. No internal messages, names or stacks pass: an unknown error is an INTERNAL_SERVER_ERROR.
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
  if (error instanceof FleetRequired) {
    const inputPath = error.inputPath && printInputPath(error.inputPath);
    return present({
      ...place,
      message: error.message,
      extensions: present({ code: 'FLEET_REQUIRED', inputPath }),
    });
  }
  if (error instanceof ChangesExpired) {
    return present({ ...place, message: error.message, extensions: { code: 'CHANGES_EXPIRED' } });
  }
  if (error instanceof UpstreamError) {
    const { code, correlationId, retryAfterSeconds, claims } = error;
    return present({
      ...place,
      message: error.message,
      extensions: present({ code, correlationId, retryAfterSeconds, claims }),
    });
  }
  if (isTooDeep(error)) {
    return { message: 'The request is nested too deeply.', extensions: { code: 'BAD_REQUEST' } };
  }
  const code = formatted.extensions?.code;
  if (typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR') {
    const message = tokensMessage(formatted.message) ?? formatted.message;
    return present({ ...place, message, extensions: { code } });
  }
  if (!isOurFault(thrown)) {
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

/** Whether something broke inside, rather than that the caller asked for what cannot be, or upstream failed. */
export function isOurFault(thrown: unknown): boolean {
  const error = unwrapResolverError(thrown);
  if ([BadInput, ChangesExpired, FleetRequired].some((kind) => error instanceof kind)) return false;
  if (error instanceof UpstreamError || isTooDeep(error)) return false;
  if (!(error instanceof GraphQLError)) return true;
  if (error.extensions.code !== undefined) return false;
  // A value that breaks its type on the way out is ours, and so is what Apollo wraps as it takes up a request; what
  // graphql-js rejects ahead of the resolvers is the caller's.
  const { path, originalError } = error;
  return path !== undefined || (originalError !== undefined && !(originalError instanceof GraphQLError));
}

const stackText = 'Maximum call stack size';

/** Parser and type checks of graphql-js go down by calls, and end here where a request is nested without end. */
function isTooDeep(error: unknown): boolean {
  return error instanceof Error && error.message.includes(stackText);
}

type Present<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** An object without its undefined properties. */
function present<T extends object>(object: T): Present<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Present<T>;
}
