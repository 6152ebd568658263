import { createHash } from 'node:crypto';
import {
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLResponse,
  HeaderMap,
} from '@apollo/server';
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  executeSync,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { Logger } from 'pino';
import type { ChangePage } from '../machines/changes.ts';
import type { ChangeEvent } from './changes.ts';
import type { Answers, GatewayContext } from './context.ts';
import { EventTexts } from './event-texts.ts';
import { logErrors } from './operation-log.ts';

export interface SubscriptionsOptions {
  /** An error as clients are shown it. */
  readonly show: (formatted: GraphQLFormattedError, thrown: unknown) => GraphQLFormattedError;
  readonly log: Logger;
}

/**
 * Begins a subscription where the server would execute it: it has then passed whatever holds for queries. It gives the
 * answers to the request's stream, and rejects a subscription whose request has none.
 */
export function subscriptions(options: SubscriptionsOptions): ApolloServerPlugin<GatewayContext> {
  const texts = new EventTexts();
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, contextValue }) {
          if (operation?.operation !== 'subscription' || contextValue.stream !== undefined) return;
          throw new GraphQLError(
            'A subscription is answered over WebSocket (graphql-transport-ws), or as server-sent events where the request ' +
              'accepts text/event-stream alone.',
            { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } },
          );
        },
        async responseForOperation(request) {
          const { operation, contextValue } = request;
          // Apollo asks also where the document holds no operation of the name, against its own types.
          const kind: string | undefined = (operation as typeof operation | undefined)?.operation;
          if (kind !== 'subscription' || contextValue.stream === undefined) return null;
          const args = argumentsOf(request);
          const source = await createSourceEventStream(args);
          if (!isStream(source)) {
            const { errors = [] } = source as ExecutionResult;
            return single({ errors: shown(errors.map(asBadInput), contextValue, options) });
          }
          const selection = selectionKey(args, operation);
          contextValue.stream.begin(answersOf(source, args, selection, texts, options));
          return single({ data: null });
        },
      };
    },
  };
}

const single = (singleResult: FormattedExecutionResult): GraphQLResponse => ({
  http: { headers: new HeaderMap() },
  body: { kind: 'single', singleResult },
});

const isStream = (
  source: AsyncIterable<unknown> | ExecutionResult,
): source is AsyncGenerator<ChangePage, void> => Symbol.asyncIterator in source;

/** What graphql-js finds ahead of the resolver, in variables and arguments, is the caller's. */
function asBadInput(error: GraphQLError): GraphQLError {
  if (error.path === undefined) error.extensions.code ??= 'BAD_USER_INPUT';
  return error;
}

type Begun = Pick<GraphQLRequestContext<GatewayContext>, 'schema' | 'request' | 'contextValue'> & {
  readonly document: DocumentNode;
};

type SubscriptionArgs = ExecutionArgs & { readonly contextValue: GatewayContext };

function argumentsOf({ schema, document, request, contextValue }: Begun): SubscriptionArgs {
  const { variables: variableValues, operationName } = request;
  return { schema, document, variableValues, operationName, contextValue };
}

async function* answersOf(
  pages: AsyncGenerator<ChangePage, void>,
  args: SubscriptionArgs,
  selection: string,
  texts: EventTexts,
  options: SubscriptionsOptions,
): Answers {
  const { contextValue } = args;
  const write = (event: ChangeEvent): string => {
    // No field of a change waits for anything.
    const { data, errors } = executeSync({ ...args, rootValue: event });
    return JSON.stringify(
      errors === undefined ? { data } : { errors: shown(errors, contextValue, options), data },
    );
  };
  try {
    for await (const page of pages) yield* texts.of(page, selection, write);
    return undefined;
  } catch (error) {
    if (contextValue.call.signal.aborted) return undefined;
    const thrown =
      error instanceof GraphQLError
        ? error
        : new GraphQLError('', { originalError: asError(error), path: ['machineChanges'] });
    return shown([thrown], contextValue, options)[0];
  }
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

function shown(
  errors: readonly GraphQLError[],
  { call }: GatewayContext,
  { show, log }: SubscriptionsOptions,
): readonly GraphQLFormattedError[] {
  logErrors(errors, log, call);
  return errors.map((error) => show(error.toJSON(), error));
}

/**
 * Names all that an answer hangs on beside its change: the operation and its variables, but for where the subscription
 * begins, which differs with each subscriber.
 */
function selectionKey(
  { document, operationName, variableValues }: ExecutionArgs,
  operation: OperationDefinitionNode,
): string {
  const [root] = operation.selectionSet.selections;
  const after =
    root?.kind === Kind.FIELD ? root.arguments?.find(({ name }) => name.value === 'after')?.value : undefined;
  const { [after?.kind === Kind.VARIABLE ? after.name.value : '']: _, ...variables } = variableValues ?? {};
  return createHash('sha256')
    .update(JSON.stringify([document.loc?.source.body, operationName, variables]))
    .digest('base64url');
}
