import type { CredentialError } from '../auth/credential.ts';
import { readErrorBody } from './error-body.ts';
import { redirectPlace } from './redirect-place.ts';
import { retryAfterSeconds } from './retry-after.ts';
import { type Answer, single, type TransportError } from './transport.ts';

/** The outcome of a call, as the public contract names it (`extensions.code`). */
export type UpstreamErrorCode =
  | 'QUOTA_EXHAUSTED'
  /** The whole fleet is needed, and not read yet. */
  | 'FLEET_LOADING'
  /** The whole fleet is needed, and not read at all. */
  | 'FLEET_REQUIRED'
  /** The user on whose behalf upstream is called must sign in again. */
  | 'UNAUTHENTICATED'
  | 'UPSTREAM_REJECTED'
  | 'UPSTREAM_UNAUTHORIZED'
  | 'UPSTREAM_FORBIDDEN'
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_UNAVAILABLE';

export interface UpstreamErrorDetails {
  readonly code: UpstreamErrorCode;
  /** For the caller: without upstream's message, which may name tenants and devices. */
  readonly message: string;
  /** For the operator's log: upstream's message, cut. */
  readonly detail?: string | undefined;
  readonly status?: number | undefined;
  /** Upstream's `error.code`. */
  readonly upstreamCode?: string | undefined;
  /** The id that Microsoft's support asks for. */
  readonly correlationId?: string | undefined;
  /** Whole seconds until a retry makes sense. */
  readonly retryAfterSeconds?: number | undefined;
  /** The claims request, in JSON, with which the caller's application must sign the caller in again. */
  readonly claims?: string | undefined;
  /** Whether a retry may bring the answer. */
  readonly retryable?: boolean;
}

/** Upstream cannot or will not answer. */
export class UpstreamError extends Error {
  readonly code: UpstreamErrorCode;
  readonly detail: string | undefined;
  readonly status: number | undefined;
  readonly upstreamCode: string | undefined;
  readonly correlationId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly claims: string | undefined;
  readonly retryable: boolean;
  readonly #details: UpstreamErrorDetails;

  constructor(details: UpstreamErrorDetails, options?: ErrorOptions) {
    super(details.message, options);
    this.name = 'UpstreamError';
    this.code = details.code;
    this.detail = details.detail;
    this.status = details.status;
    this.upstreamCode = details.upstreamCode;
    this.correlationId = details.correlationId;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.claims = details.claims;
    this.retryable = details.retryable ?? false;
    this.#details = details;
  }

  /** Its content, as plain data. */
  get details(): UpstreamErrorDetails {
    return this.#details;
  }

  /** Whether our own quota rejected the call, so that none was sent. */
  get isOwnQuota(): boolean {
    return this.code === 'QUOTA_EXHAUSTED' && this.status === undefined;
  }

  /** Whether upstream rejected this principal, so that cached rows must not be shown. */
  get isRefusalOfPrincipal(): boolean {
    return this.status === 401 || this.status === 403;
  }

  /** Whether it is passing trouble, rather than a rejection of our query or our sign-in. */
  get isPassing(): boolean {
    return passing.has(this.code);
  }
}

const passing: ReadonlySet<UpstreamErrorCode> = new Set([
  'QUOTA_EXHAUSTED',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
]);

type Meaning = Pick<UpstreamErrorDetails, 'code' | 'message' | 'retryable'>;

const quotaExhausted: Meaning = {
  code: 'QUOTA_EXHAUSTED',
  message: 'The quota of the Machines API is used up. Try again after the time given in retryAfterSeconds.',
};

/** Answers that are not the Machines API's: the address is wrong, or a proxy answers. */
const wrongAddress: Meaning = {
  code: 'UPSTREAM_UNAVAILABLE',
  message:
    'The answer does not come from the Machines API: its address or a proxy is wrong. ' +
    'The operator of the gateway must act.',
};

/** The API no longer exists. Rows in memory stay true and are served, so the error counts as passing. */
const gone: Meaning = {
  code: 'UPSTREAM_UNAVAILABLE',
  message: 'The Machines API no longer exists. The operator of the gateway must act.',
};

/**
 * What each status means. Statuses decide, never messages, and `error.code` only informs: codes differ between
 * documentation and recordings (429 comes as `TooManyRequests` or `429`).
 */
const meanings: Readonly<Record<number, Meaning>> = {
  400: {
    code: 'UPSTREAM_REJECTED',
    message:
      'The Machines API rejected the query. Simplify the filter, and report this to the operator of the gateway.',
  },
  401: {
    code: 'UPSTREAM_UNAUTHORIZED',
    message:
      'The Machines API does not accept the sign-in of the gateway, or the tenant has no active Defender licence. ' +
      'The operator of the gateway must act.',
  },
  403: {
    code: 'UPSTREAM_FORBIDDEN',
    message:
      'The Machines API rejects the gateway: its app registration lacks the permission Machine.Read.All with ' +
      'admin consent, or its token is for another resource. The operator of the gateway must act.',
  },
  407: wrongAddress,
  408: unavailable(),
  410: gone,
  421: wrongAddress,
  429: quotaExhausted,
  500: unavailable(),
  502: unavailable(),
  503: unavailable(),
  504: unavailable(),
  // A network that wants a sign-in of its own.
  511: wrongAddress,
};

function unavailable(): Meaning {
  return {
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'The Machines API is not available at the moment. Try again later.',
    retryable: true,
  };
}

/** For the operator, beside the status. */
const checkAddress = 'Check MACHINES_API_URL, and HTTPS_PROXY where there is a proxy.';

/** Whether a status says that the address is wrong, or a proxy on the way. */
export function isOfWrongAddress(status: number): boolean {
  return meaningOf(status) === wrongAddress;
}

/**
 * Other statuses: below 400 it is no answer to a list call, below 500 upstream did not take what we sent, from 500 on it
 * could not answer.
 */
function meaningOf(status: number): Meaning {
  const known = meanings[status];
  if (known !== undefined) return known;
  if (status < 400) return wrongAddress;
  if (status >= 500) return { ...unavailable(), retryable: false };
  return { code: 'UPSTREAM_REJECTED', message: `The Machines API rejected the query with status ${status}.` };
}

/**
 * The error of an answer other than a success.
 * @param now epoch milliseconds
 */
export function errorOfAnswer(answer: Answer, now: number): UpstreamError {
  const body = readErrorBody(answer);
  const meaning = meaningOf(answer.status);
  const { status, headers } = answer;
  const sources = { status, header: single(headers['retry-after']), date: single(headers.date) };
  const waitSeconds = retryAfterSeconds({ ...sources, message: body.message }, now);
  const place = answer.status >= 300 && answer.status < 400 ? redirectPlace(answer) : undefined;
  const redirect =
    place === undefined ? undefined : `It redirects to ${place}, where the gateway does not follow.`;
  const advice = isOfWrongAddress(answer.status) || answer.status === 410 ? checkAddress : undefined;
  return new UpstreamError({
    ...meaning,
    status: answer.status,
    detail: [body.detail, redirect, advice].filter((text) => text !== undefined).join(' ') || undefined,
    upstreamCode: body.code?.slice(0, 64),
    // With 429 the target was recorded to hold the tenant, not a correlation id.
    correlationId: answer.status === 429 ? undefined : body.correlationId,
    retryAfterSeconds: waitSeconds,
    // A wait that upstream asks for is left to the caller: our own retries end within seconds.
    retryable: meaning.retryable === true && (waitSeconds ?? 0) <= 1,
  });
}

const timedOut: Meaning = {
  code: 'UPSTREAM_TIMEOUT',
  message: 'The Machines API did not answer in time. Try again later, or for fewer machines.',
};

/** What it means that no whole answer came, and for the operator what to look at. */
const transportMeanings: Readonly<Record<TransportError['kind'], Meaning & { readonly advice?: string }>> = {
  timeout: timedOut,
  aborted: timedOut,
  'too-large': {
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'The answer of the Machines API is larger than the gateway accepts. Ask for fewer machines.',
    advice: 'UPSTREAM_MAX_RESPONSE_BYTES and the rows asked for are its bounds.',
  },
  'too-many-rows': {
    code: 'UPSTREAM_UNAVAILABLE',
    message:
      'The Machines API answered with more machines than it was asked for. The operator of the gateway must act.',
    advice: checkAddress,
  },
  barred: {
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'The gateway cannot connect to the Machines API. The operator of the gateway must act.',
  },
  broken: unavailable(),
};

/** The error of a call that brought no whole answer. */
export function errorOfTransport(error: TransportError): UpstreamError {
  const { advice, ...meaning } = transportMeanings[error.kind];
  const detail =
    advice === undefined
      ? `The call failed: ${error.message.replace(/\.$/, '')}.`
      : `${error.message} ${advice}`;
  return new UpstreamError({ ...meaning, detail }, { cause: error });
}

/** The error of a call that the quota does not allow in time. */
export function errorOfQuota(retryAfterMs: number): UpstreamError {
  return new UpstreamError({
    ...quotaExhausted,
    retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs / 1_000)),
  });
}

/** The error of a success that cannot be read, as when a proxy answers in upstream's place or cuts it short. */
export function errorOfUnreadable(answer: Answer, problem: string): UpstreamError {
  const detail = isPage(answer)
    ? `The answer is a web page (text/html) in place of a list. ${checkAddress}`
    : problem;
  // A broken answer may come whole at a retry.
  return new UpstreamError({ ...unavailable(), status: answer.status, detail });
}

/** Whether a browser would show it: a proxy's page, or that of a portal to sign in at. */
const isPage = ({ headers }: Answer): boolean => /^text\/html\b/i.test(single(headers['content-type']) ?? '');

/** The error of a 404 that cannot mean "no recent machines". */
export function errorOfNotFound(problem: string, retryable: boolean): UpstreamError {
  return new UpstreamError({
    ...unavailable(),
    status: 404,
    detail: `${problem} ${checkAddress}`,
    retryable,
  });
}

/** The error of a 404 of an API that answers so to all. @param reason for the operator */
export function errorOfGone(reason: string | undefined): UpstreamError {
  return new UpstreamError({ ...gone, status: 404, detail: reason });
}

/** The error of a call for which there is no token. */
export function errorOfCredential(error: CredentialError): UpstreamError {
  const { providerCode: upstreamCode, message: detail, claims } = error;
  const meaning = credentialMeaning(error);
  return new UpstreamError({ ...meaning, detail, upstreamCode, claims }, { cause: error });
}

function credentialMeaning({ kind, providerCode, message }: CredentialError): Meaning {
  switch (kind) {
    case 'refused': {
      const code = providerCode === undefined ? '' : ` (${providerCode})`;
      return {
        code: 'UPSTREAM_UNAUTHORIZED',
        message: `The gateway cannot sign in to the Machines API${code}. The operator of the gateway must act.`,
      };
    }
    // These messages are our own, written for the caller.
    case 'caller-refused':
      return { code: 'UPSTREAM_FORBIDDEN', message };
    case 'caller-must-sign-in':
      return { code: 'UNAUTHENTICATED', message };
    case 'unreachable':
      return {
        code: 'UPSTREAM_UNAVAILABLE',
        message: 'The gateway cannot reach its identity provider at the moment. Try again later.',
      };
    default:
      return kind satisfies never;
  }
}

/** A rejection of a user by upstream, as a message about that user's rights. */
export function explainToCaller(error: UpstreamError): UpstreamError {
  if (error.status !== 403) return error;
  const message =
    'Defender does not show you its devices: an administrator must give you a role with the permission "View Data", and ' +
    'grant the delegated permission Machine.Read of WindowsDefenderATP to the app registration of the gateway.';
  return new UpstreamError({ ...error.details, message }, { cause: error });
}
