import { ClientError } from 'graphql-request';
import { property } from './property.ts';

/** Why a question was not answered, as far as it matters for what to do. */
export type Failure =
  /** The gateway answered with an error that has a code. */
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly message: string;
      readonly retryAfterSeconds: number | null;
      readonly correlationId: string | null;
      /** The part of the question that it is about, such as `filter.riskScore.in[2]`. */
      readonly inputPath: string | null;
    }
  /** Something answered, but not in GraphQL: a proxy whose gateway is down, or a sign-in page. */
  | { readonly kind: 'not-graphql'; readonly status: number | null }
  /** Nothing answered in time. */
  | { readonly kind: 'timeout' }
  /** Nothing answered. */
  | { readonly kind: 'unreachable' };

/** What the page says of a failure, and how it goes on. */
export interface Remedy {
  readonly title: string;
  readonly advice: string;
  /** `timed`: by itself after that time. `button`: when somebody presses it. `change`: the same would fail again. */
  readonly retry:
    | { readonly kind: 'timed'; readonly afterSeconds: number }
    | { readonly kind: 'button' }
    | { readonly kind: 'change' };
}

/** The gateway made no file, and said why. */
export class RefusedDownload extends Error {
  override readonly name = 'RefusedDownload';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super('The gateway made no file.');
    this.failure = failure;
  }
}

/** Reads what {@link ask} and {@link download} throw. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof RefusedDownload) return thrown.failure;
  if (thrown instanceof ClientError) return failureOfResponse(thrown.response);
  if (thrown instanceof Error && thrown.name === 'TimeoutError') return { kind: 'timeout' };
  // What fetch itself throws; anything else is about the text of a success.
  if (thrown instanceof TypeError) return { kind: 'unreachable' };
  return { kind: 'not-graphql', status: null };
}

/** Reads an answer that holds errors, or that is none of a GraphQL server. */
export function failureOfResponse(response: { readonly status: number; readonly errors?: unknown }): Failure {
  const error: unknown = Array.isArray(response.errors) ? response.errors[0] : undefined;
  const message = property(error, 'message');
  if (typeof message !== 'string') return { kind: 'not-graphql', status: response.status };
  const extensions = property(error, 'extensions');
  const code = property(extensions, 'code');
  const seconds = property(extensions, 'retryAfterSeconds');
  const correlationId = property(extensions, 'correlationId');
  const inputPath = property(extensions, 'inputPath');
  return {
    kind: 'refused',
    code: typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR',
    message,
    retryAfterSeconds: typeof seconds === 'number' && seconds >= 0 ? seconds : null,
    correlationId: typeof correlationId === 'string' ? correlationId : null,
    inputPath: typeof inputPath === 'string' ? inputPath : null,
  };
}

/** Whether only the fleet can answer, and the gateway holds none. */
export const needsFleet = (failure: Failure): boolean =>
  failure.kind === 'refused' && failure.code === 'FLEET_REQUIRED';

/** What the gateway does not take in a field that is typed into. */
export interface FieldProblem {
  readonly field: 'search' | 'subnet';
  readonly message: string;
}

/** The field whose text the gateway does not take; null for a failure that is about none. */
export function fieldProblemOf(failure: Failure): FieldProblem | null {
  if (failure.kind !== 'refused' || failure.code !== 'BAD_USER_INPUT') return null;
  const { inputPath, message } = failure;
  if (inputPath === null) return null;
  const field = inputPath === 'search' ? 'search' : /\.inSubnets\b/.test(inputPath) ? 'subnet' : null;
  return field === null ? null : { field, message: message.replace(`${inputPath}: `, '') };
}

/** How long to wait where the quota is used up and nobody says until when: the length of its shorter window. */
const quotaWaitSeconds = 60;

const titles: Readonly<Record<string, string>> = {
  BAD_USER_INPUT: 'The gateway does not take this filter',
  UNAUTHENTICATED: 'You are not signed in',
  FORBIDDEN: 'You may not see this',
  FLEET_LOADING: 'The gateway is reading the fleet',
  FLEET_REQUIRED: 'The gateway does not hold the whole fleet',
  UPSTREAM_REJECTED: 'The Machines API rejected the query',
  UPSTREAM_UNAUTHORIZED: 'The gateway cannot sign in to the Machines API',
  UPSTREAM_FORBIDDEN: 'The gateway lacks a permission at the Machines API',
  UPSTREAM_TIMEOUT: 'The Machines API did not answer in time',
  UPSTREAM_UNAVAILABLE: 'The Machines API is not available',
  INTERNAL_SERVER_ERROR: 'Something went wrong inside the gateway',
};

/** Codes after which the same question would be refused again. */
const final: ReadonlySet<string> = new Set(['BAD_USER_INPUT', 'FLEET_REQUIRED', 'GRAPHQL_VALIDATION_FAILED']);

/** What to do about a failure. */
export function remedyOf(failure: Failure): Remedy {
  switch (failure.kind) {
    case 'refused':
      return remedyOfRefusal(failure);
    case 'not-graphql':
      return {
        title: `The gateway did not answer${failure.status === null ? '' : ` (HTTP ${failure.status})`}`,
        advice:
          'Something before it answered in its place. It may be starting or stopped, or ask to sign in.',
        retry: { kind: 'button' },
      };
    case 'timeout':
      return {
        title: 'The gateway did not answer in time',
        advice: 'It may be busy, or the connection may be slow.',
        retry: { kind: 'button' },
      };
    case 'unreachable':
      return {
        title: 'The gateway cannot be reached',
        advice: 'Check the network connection, and whether the gateway runs.',
        retry: { kind: 'button' },
      };
    default:
      return failure satisfies never;
  }
}

function remedyOfRefusal(refusal: Extract<Failure, { kind: 'refused' }>): Remedy {
  const { code, message, retryAfterSeconds } = refusal;
  if (code === 'QUOTA_EXHAUSTED') {
    return {
      title: 'The quota of the Machines API is used up',
      advice: 'All users of the gateway share it.',
      retry: { kind: 'timed', afterSeconds: Math.max(1, retryAfterSeconds ?? quotaWaitSeconds) },
    };
  }
  const title = titles[code] ?? 'The gateway refused the query';
  if (final.has(code)) return { title, advice: message, retry: { kind: 'change' } };
  if (retryAfterSeconds !== null) {
    return {
      title,
      advice: message,
      retry: { kind: 'timed', afterSeconds: Math.max(1, retryAfterSeconds) },
    };
  }
  return { title, advice: message, retry: { kind: 'button' } };
}
