import type { ApolloServerPlugin } from '@apollo/server';
import Negotiator from 'negotiator';
import type { GatewayContext } from './context.ts';

/** Codes of requests that are well-formed as HTTP has it, and which GraphQL rejects ahead of executing them. */
const refusals: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
]);

const json = 'application/json';
const graphqlResponse = 'application/graphql-response+json';

/**
 * The status of what GraphQL rejects, as GraphQL over HTTP has it. An answer in `application/json` has 200 for every
 * well-formed request, for a client could not know whether an error with that type comes from GraphQL or from something
 * on the way. One in `application/graphql-response+json` keeps the 400 that Apollo gives it. What is no request that can
 * be answered at all (`BAD_REQUEST`) has 400 in either.
 */
export function answerStatus(): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart({ request }) {
      return {
        async willSendResponse({ response }) {
          if (response.body.kind !== 'single') return;
          const { errors = [], data } = response.body.singleResult;
          // Rejected as it was to be executed, as a subscription is, for which Apollo sets no status.
          const isBadRequest = errors.some(({ extensions }) => extensions?.code === 'BAD_REQUEST');
          const isAnswered = (data ?? null) !== null;
          if (isBadRequest && !isAnswered && (response.http.status ?? 200) < 400) response.http.status = 400;
          if (response.http.status !== 400) return;
          if (!errors.every(({ extensions }) => refusals.has(extensions?.code))) return;
          // The types, and the choice among them, are those of Apollo, which sets the type of the answer after this.
          const negotiator = new Negotiator({ headers: { accept: request.http?.headers.get('accept') } });
          if (negotiator.mediaType([json, graphqlResponse]) === json) response.http.status = 200;
        },
      };
    },
  };
}
