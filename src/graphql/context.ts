import type { GraphQLFormattedError } from 'graphql';
import type { Admission } from '../auth/admission.ts';
import type { Catalog } from '../machines/catalog.ts';
import { allDevices } from '../machines/device-scope.ts';
import type { Call, Principal, ServedFrom } from '../machines/source.ts';
import type { Span } from '../tracing/span.ts';
import type { QuotaState } from '../upstream/quota/quota.ts';
import { createMachineLoader, type MachineLoader } from './machine-loader.ts';
import { UpstreamUsage } from './upstream-usage.ts';

/** What the resolvers of one operation work with. */
export interface GatewayContext {
  readonly catalog: Catalog;
  /** Machines by id: gathers those of this operation into as few calls as hold them. */
  readonly machineById: MachineLoader;
  readonly call: Call;
  /** Tells one caller from another in the log, without saying who it is; undefined where callers are not known. */
  readonly callerId: string | undefined;
  readonly usage: UpstreamUsage;
  /** Told of the operation as it begins, and as it has an answer: for the line of its request in the log. */
  readonly note: (operation: OperationFacts | 'begun') => void;
  readonly quotaState: () => QuotaState;
  /** Undefined where the request gets one answer only. */
  readonly stream: AnswerStream | undefined;
}

/** Where answers go on coming. */
export interface AnswerStream {
  /** Takes the answers of a subscription. */
  readonly begin: (answers: Answers) => void;
  /** The call for what is asked next, with a time of its own. */
  readonly nextCall: () => Call;
}

/** Answers of a subscription, some at a time; in the end, what they broke off with. */
export type Answers = AsyncGenerator<AnswerTexts, GraphQLFormattedError | undefined>;

/** One or more answers, each as JSON in UTF-8. Subscribers of the same changes get the same object. */
export type AnswerTexts = readonly Buffer[];

/** A request at its arrival. */
export interface Arrival extends Pick<Call, 'requestId' | 'signal' | 'deadline'> {
  /** Of the request as HTTP has it. */
  readonly span: Span;
  /** Undefined where the request gets one answer only. */
  readonly stream?: Pick<AnswerStream, 'begin'> & { readonly nextDeadline: () => number };
  readonly note: GatewayContext['note'];
}

/** What is logged of an operation. */
export interface OperationFacts {
  /** Tells one caller from another; undefined where callers are not known. */
  readonly caller: string | undefined;
  /** Its name, cut where it is long: callers choose it. */
  readonly operation: string | undefined;
  /** `query`; undefined where the text could not be read. */
  readonly kind: string | undefined;
  /** Errors of the answer. */
  readonly errors: number;
  readonly operationMs: number;
}

export type CreateContext = (arrival: Arrival, admission: Admission) => GatewayContext;

export interface CallOptions {
  /** Called with each accepted caller. */
  readonly onAdmitted: (admission: Admission) => void;
}

export interface ContextOptions extends CallOptions {
  readonly catalog: Catalog;
  readonly quotaState: () => QuotaState;
  /** Told of each serving. */
  readonly onServed: (from: ServedFrom) => void;
}

/** Tells one caller from another in the log; undefined where callers are not known. */
export const callerIdOf = ({ caller }: Admission): string | undefined =>
  caller.kind === 'known' ? caller.id : undefined;

/**
 * On whose behalf an operation is answered, by what admission found out about its caller.
 * @param span of the operation
 */
export function callOf(
  arrival: Arrival,
  span: Span,
  admission: Admission,
  usage: UpstreamUsage,
  { onAdmitted }: CallOptions,
): Call {
  onAdmitted(admission);
  const { principal, deviceGroups } = admission;
  const call: Omit<Call, 'signal'> = {
    requestId: arrival.requestId,
    span,
    deadline: arrival.deadline,
    principal: principal as Principal,
    scope: deviceGroups === 'all' ? allDevices : { kind: 'groups', groupIds: deviceGroups },
    turn: callerIdOf(admission) ?? principal,
    lane: 'interactive',
    usage,
  };
  // Not copied with a call, as what others wait for may outlive the request.
  Object.defineProperty(call, 'arrival', { value: arrival });
  return Object.defineProperty(call, 'signal', signalOfArrival) as Call;
}

/**
 * The signal of a call, made where something waits for it. One getter for all calls: V8 keeps an object with a getter of its own,
 * and the request with it, until it has gone through the whole memory.
 */
const signalOfArrival: PropertyDescriptor & ThisType<{ readonly arrival: Arrival }> = {
  enumerable: true,
  get() {
    return this.arrival.signal;
  },
};

/** Makes the context of each operation from what admission found out about its caller. */
export function contextsOf(options: ContextOptions): CreateContext {
  const { catalog, quotaState, onServed } = options;
  return (arrival, admission) => {
    const { stream } = arrival;
    const usage = new UpstreamUsage(onServed);
    // Its type is not known yet.
    const span = arrival.span.begin('GraphQL Operation');
    const call = callOf(arrival, span, admission, usage, options);
    return {
      catalog,
      call,
      callerId: callerIdOf(admission),
      usage,
      note: arrival.note,
      quotaState,
      machineById: createMachineLoader(catalog.byIds, call),
      stream: stream && {
        begin: stream.begin,
        nextCall: () => ({ ...call, deadline: stream.nextDeadline() }),
      },
    };
  };
}
