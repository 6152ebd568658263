import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { UpstreamError } from '../upstream/upstream-error.ts';
import type { GatewayContext } from './context.ts';

/** Sets the `Retry-After` header of an answer with failures that may be retried later. */
export function retryAfterHeader(): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ errors, response }) {
          const seconds = longestWait(errors ?? []);
          if (seconds !== undefined) response.http.headers.set('retry-after', String(seconds));
        },
      };
    },
  };
}

/** Whole seconds until another try makes sense after all of some failures; undefined where none says so. */
export function longestWait(thrown: readonly unknown[]): number | undefined {
  const waits = thrown.flatMap((error) => {
    const cause = unwrapResolverError(error);
    return cause instanceof UpstreamError && cause.retryAfterSeconds !== undefined
      ? [cause.retryAfterSeconds]
      : [];
  });
  return waits.length === 0 ? undefined : Math.max(...waits);
}
