import type { ApolloServerPlugin, GraphQLResponse } from '@apollo/server';
import { isTimeout } from '../cancellation.ts';
import type { Call } from '../machines/source.ts';
import type { GatewayContext } from './context.ts';

/**
 * Called after each operation.
 * @param type `query`, or `unknown` where the text could not be read
 * @param code `OK`, the `extensions.code` of the first error, or `ABORTED` where the caller left
 */
export type OnOperation = (type: string, code: string, ms: number) => void;

/**
 * Measures every operation. Its name is no label: callers choose it, and so could make labels without end.
 * @param now clock, in milliseconds
 */
export function operationMetrics(
  onOperation: OnOperation,
  now: () => number,
): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      const startedAt = now();
      return {
        async willSendResponse({ operation, response, contextValue: { call } }) {
          onOperation(operation?.operation ?? 'unknown', outcomeOf(response, call), now() - startedAt);
        },
      };
    },
  };
}

/** `OK`, the `extensions.code` of the first error, or `ABORTED` where the caller left. */
export function outcomeOf({ body }: GraphQLResponse, { signal }: Pick<Call, 'signal'>): string {
  const { errors } = body.kind === 'single' ? body.singleResult : body.initialResult;
  if (signal.aborted && !isTimeout(signal.reason)) return 'ABORTED';
  return errors === undefined ? 'OK' : String(errors[0]?.extensions?.code);
}
