import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { UpstreamError } from '../upstream/upstream-error.ts';
import type { GatewayContext } from './context.ts';

/** Says in the `Retry-After` header of an answer, too, when what failed in it may be asked again. */
export function retryAfterHeader(): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ errors, response }) {
          const waits = (errors ?? []).flatMap((error) => {
            const cause = unwrapResolverError(error);
            return cause instanceof UpstreamError && cause.retryAfterSeconds !== undefined
              ? [cause.retryAfterSeconds]
              : [];
          });
          if (waits.length > 0) response.http.headers.set('retry-after', String(Math.max(...waits)));
        },
      };
    },
  };
}
