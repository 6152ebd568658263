import type { ApolloServerPlugin } from '@apollo/server';
import type { GatewayContext } from './context.ts';
import { shownName } from './operation-log.ts';
import { outcomeOf } from './operation-metrics.ts';

/** Ends the span of each operation. Text and variables are left out: they name devices. */
export function operationTrace(): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ operationName, operation, response, contextValue: { call, usage } }) {
          const outcome = outcomeOf(response, call);
          const type = operation?.operation;
          call.span.end(
            {
              operationType: type,
              operationName: shownName(operationName),
              source: usage.report().source ?? undefined,
              error: outcome === 'OK' ? undefined : outcome,
            },
            type,
          );
        },
      };
    },
  };
}
