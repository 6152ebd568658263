import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import type { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { isTimeout } from '../cancellation.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import type { GatewayContext } from './context.ts';
import { isOurFault } from './error-format.ts';

/** Characters of an operation's name that are logged: whoever asks writes it. */
const maxNameLength = 100;

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
          const { requestId, signal } = contextValue.call;
          // Whoever left reads no error, and what broke off by that is nobody's fault.
          if (signal.aborted && !isTimeout(signal.reason)) log.info({ requestId }, 'the caller left');
          else for (const error of errors) logCause(error, log, requestId);
        },
        async willSendResponse({ operationName, operation, errors, contextValue }) {
          log.info(
            {
              requestId: contextValue.call.requestId,
              caller: contextValue.callerId,
              operation: operationName?.slice(0, maxNameLength),
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
  } else if (isOurFault(error)) {
    log.error({ requestId, path, err: cause }, 'the gateway failed');
  }
}
