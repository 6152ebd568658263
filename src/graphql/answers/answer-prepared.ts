import type { Admission } from '../../auth/admission.ts';
import { type Arrival, type CallOptions, callerIdOf, callOf } from '../context.ts';
import { shownName } from '../operation-log.ts';
import type { OnOperation } from '../operation-metrics.ts';
import { type HttpMessage, PlainRequest } from './plain-request.ts';
import type { PreparedAnswer, PreparedOperations } from './prepared-operations.ts';

/** Answers a request whose operation is prepared; undefined where it must take the ordinary way. */
export type AnswerPrepared = (
  message: HttpMessage,
  arrival: Arrival,
  admission: Admission,
) => Promise<PreparedAnswer | undefined>;

export interface AnswerPreparedOptions extends CallOptions {
  readonly prepared: PreparedOperations;
  readonly onOperation: OnOperation;
  /** Told of each answer from a plan. */
  readonly onPrepared: () => void;
  /** Clock that never goes back, in milliseconds. */
  readonly monotonic: () => number;
}

/** Logs and measures what is answered from plans, as Apollo's plugins do with the rest. */
export function preparedAnswers(options: AnswerPreparedOptions): AnswerPrepared {
  const { prepared, onOperation, onPrepared, monotonic } = options;
  return async (message, arrival, admission) => {
    const request = PlainRequest.read(message);
    if (request === undefined) return undefined;
    const startedAt = monotonic();
    const span = arrival.span.begin('query');
    const answer = await prepared.answer(request, (usage) =>
      callOf(arrival, span, admission, usage, options),
    );
    if (answer === undefined) return undefined;
    const operation = shownName(answer.operationName);
    const ms = monotonic() - startedAt;
    onOperation('query', 'OK', ms);
    onPrepared();
    span.end({
      operationType: 'query',
      operationName: operation,
      prepared: true,
      source: answer.source ?? undefined,
    });
    arrival.note({
      caller: callerIdOf(admission),
      operation,
      kind: 'query',
      errors: 0,
      operationMs: Math.round(ms),
    });
    return answer;
  };
}
