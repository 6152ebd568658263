import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { BadInput } from '../machines/bad-input.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import type { GatewayContext } from './context.ts';

/**
 * Logs each operation once, and what lay behind its errors. Variables and query text are left out: they name devices.
 * @param now clock, in milliseconds
 */
export function operationLog(log: Logger, now: () => number): ApolloServerPlugin<GatewayContext> {
  return {
    async contextCreationDidFail({ error }) {
      log.error({ err: error }, 'a request could not be taken up');
    },
    async requestDidStart() {
      const startedAt = now();
      return {
        async didEncounterErrors({ errors, contextValue }) {
          for (const error of errors) logCause(error, log, contextValue.call.requestId);
        },
        async willSendResponse({ operationName, operation, errors, contextValue }) {
          log.info(
            {
              requestId: contextValue.call.requestId,
              operation: operationName ?? undefined,
              kind: operation?.operation,
              errors: errors?.length ?? 0,
              ms: Math.round(now() - startedAt),
            },
            'operation answered',
          );
        },
      };
    },
  };
}

function logCause(error: GraphQLError, log: Logger, requestId: string): void {
  const cause = unwrapResolverError(error);
  const path = error.path?.join('.');
  if (cause instanceof UpstreamError) {
    const { code, status, upstreamCode, correlationId, detail } = cause;
    log.warn(
      { requestId, path, code, status, upstreamCode, correlationId, detail },
      'upstream refused or failed',
    );
  } else if (error.path !== undefined && !(cause instanceof BadInput || cause instanceof GraphQLError)) {
    log.error({ requestId, path, err: cause }, 'a resolver failed');
  }
}
