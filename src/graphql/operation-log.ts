import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { isTimeout } from '../cancellation.ts';
import type { Call } from '../machines/source.ts';
import { requestFields } from '../tracing/span.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import type { GatewayContext } from './context.ts';
import { isOurFault } from './error-format.ts';

/** Most characters of an operation's name in the log: the caller chooses it. */
const maxNameLength = 100;

/**
 * Says for the log what each operation was, and logs what lay behind its errors. Variables and query text are left out: they
 * name devices.
 * @param monotonic clock that never goes back, in milliseconds
 */
export function operationLog(log: Logger, monotonic: () => number): ApolloServerPlugin<GatewayContext> {
  return {
    async contextCreationDidFail({ error }) {
      log.error({ err: error }, 'request failed ahead of its operation');
    },
    async requestDidStart({ contextValue: started }) {
      const startedAt = monotonic();
      started.note('begun');
      return {
        async didEncounterErrors({ errors, contextValue }) {
          logErrors(errors, log, contextValue.call);
        },
        async willSendResponse({ operationName, operation, errors, contextValue }) {
          contextValue.note({
            caller: contextValue.callerId,
            operation: shownName(operationName),
            kind: operation?.operation,
            errors: errors?.length ?? 0,
            operationMs: Math.round(monotonic() - startedAt),
          });
        },
      };
    },
  };
}

/** The name of an operation as it is logged. */
export const shownName = (name: string | null | undefined): string | undefined =>
  name?.slice(0, maxNameLength);

/** Logs what lay behind errors of one operation. */
export function logErrors(
  errors: readonly unknown[],
  log: Logger,
  call: Pick<Call, 'requestId' | 'span' | 'signal'>,
): void {
  // A caller who left reads no error, and the abort is no fault.
  const { signal } = call;
  if (signal.aborted && !isTimeout(signal.reason)) log.info(requestFields(call), 'caller disconnected');
  else for (const error of errors) logCause(error, log, call);
}

function logCause(error: unknown, log: Logger, call: Pick<Call, 'requestId' | 'span'>): void {
  const cause = unwrapResolverError(error);
  const path = error instanceof GraphQLError ? error.path?.join('.') : undefined;
  if (cause instanceof UpstreamError) {
    const { code, status, upstreamCode, correlationId, detail } = cause;
    log.warn(
      { ...requestFields(call), path, code, status, upstreamCode, correlationId, detail },
      'upstream call failed',
    );
  } else if (isOurFault(error)) {
    log.error({ ...requestFields(call), path, err: cause }, 'internal error');
  }
}
