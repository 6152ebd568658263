import { type Answer, single, type TransportError } from './transport.ts';

/** What became of a call, in the words of the public contract (`extensions.code`). */
export type UpstreamErrorCode =
  | 'QUOTA_EXHAUSTED'
  /** On whose behalf the gateway asks must sign in again. */
  | 'UNAUTHENTICATED'
  | 'UPSTREAM_REJECTED'
  | 'UPSTREAM_UNAUTHORIZED'
  | 'UPSTREAM_FORBIDDEN'
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_UNAVAILABLE';

export interface UpstreamErrorDetails {
  readonly code: UpstreamErrorCode;
  /** For the caller: names nothing of upstream's own words, which may hold names of tenants and devices. */
  readonly message: string;
  /** For the operator's log: upstream's own words, cut. */
  readonly detail?: string | undefined;
  readonly status?: number | undefined;
  /** Upstream's `error.code`. */
  readonly upstreamCode?: string | undefined;
  /** What Microsoft's support asks for. */
  readonly correlationId?: string | undefined;
  /** Whole seconds until another try makes sense. */
  readonly retryAfterSeconds?: number | undefined;
  /** What the caller's application must ask for when it signs the caller in again: a claims request, in JSON. */
  readonly claims?: string | undefined;
  /** Whether another try may bring the answer. */
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
  }

  /** All that it tells, as plain data. */
  get details(): UpstreamErrorDetails {
    const { code, message, detail, status, upstreamCode, correlationId } = this;
    const { retryAfterSeconds, claims, retryable } = this;
    return {
      code,
      message,
      detail,
      status,
      upstreamCode,
      correlationId,
      retryAfterSeconds,
      claims,
      retryable,
    };
  }

  /** Whether our own quota has held the call back, so that none was sent. */
  get isOwnQuota(): boolean {
    return this.code === 'QUOTA_EXHAUSTED' && this.status === undefined;
  }

  /** Whether upstream was asked and does not answer this principal, so that what was read before must not be shown. */
  get isRefusalOfPrincipal(): boolean {
    return this.status === 401 || this.status === 403;
  }

  /** Whether it is trouble that passes, rather than a refusal of our query or our sign-in. */
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
  message: 'The quota of the Machines API is used up. Ask again after the time given in retryAfterSeconds.',
};

/**
 * What each status means. Statuses decide, never messages, and `error.code` only informs: codes differ between
 * documentation and recordings (429 comes as `TooManyRequests` or `429`).
 */
const meanings: Readonly<Record<number, Meaning>> = {
  400: {
    code: 'UPSTREAM_REJECTED',
    message:
      'The Machines API refused the query. Simplify the filter, and report this to the operator of the gateway.',
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
      'The Machines API refuses the gateway: its app registration lacks the permission Machine.Read.All with ' +
      'admin consent, or its token is meant for another resource. The operator of the gateway must act.',
  },
  429: quotaExhausted,
  500: unavailable(),
  502: unavailable(),
  503: unavailable(),
  504: unavailable(),
};

function unavailable(): Meaning {
  return {
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'The Machines API is not available at the moment. Ask again later.',
    retryable: true,
  };
}

/** Other statuses: below 500 upstream did not take what we sent, from 500 on it could not answer. */
function meaningOf(status: number): Meaning {
  const known = meanings[status];
  if (known !== undefined) return known;
  if (status >= 500) return { ...unavailable(), retryable: false };
  return { code: 'UPSTREAM_REJECTED', message: `The Machines API refused the query with status ${status}.` };
}

/** The error that an answer other than a success stands for. */
export function errorOfAnswer(answer: Answer): UpstreamError {
  const body = readErrorBody(answer);
  const meaning = meaningOf(answer.status);
  const retryAfterSeconds = readRetryAfter(answer, body.message);
  return new UpstreamError({
    ...meaning,
    status: answer.status,
    detail: body.detail,
    upstreamCode: body.code?.slice(0, 64),
    // With 429 the target was recorded to hold the tenant, not a correlation id.
    correlationId: answer.status === 429 ? undefined : readCorrelationId(body.target),
    retryAfterSeconds,
    // A wait that upstream asks for is for the caller to keep: our own tries end within seconds.
    retryable: meaning.retryable === true && (retryAfterSeconds ?? 0) <= 1,
  });
}

/** The error of a call that brought no whole answer. */
export function errorOfTransport(error: TransportError): UpstreamError {
  switch (error.kind) {
    case 'timeout':
    case 'aborted':
      return new UpstreamError(
        {
          code: 'UPSTREAM_TIMEOUT',
          message: 'The Machines API did not answer in time. Ask again later, or for fewer machines.',
          detail: error.message,
        },
        { cause: error },
      );
    case 'too-large':
      return new UpstreamError(
        {
          code: 'UPSTREAM_UNAVAILABLE',
          message: 'The answer of the Machines API is larger than the gateway takes. Ask for fewer machines.',
          detail: `${error.message} The bound is UPSTREAM_MAX_RESPONSE_BYTES.`,
        },
        { cause: error },
      );
    case 'broken':
      return new UpstreamError({ ...unavailable(), detail: error.message }, { cause: error });
    default:
      return error.kind satisfies never;
  }
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
  return new UpstreamError({
    ...unavailable(),
    status: answer.status,
    detail: problem,
    // A success that came broken may come whole; what is not upstream's own will not change.
    retryable: answer.status === 200,
  });
}

const maxDetail = 500;

interface ErrorBody {
  readonly code?: string;
  readonly message?: string;
  readonly target?: string;
  /** For the log. */
  readonly detail?: string | undefined;
}

/** `{"error":{"code","message","target"}}` as recorded; a body may as well be empty or a proxy's page. */
function readErrorBody({ body, headers }: Answer): ErrorBody {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8', 0, 64 * 1024));
    const error = property(parsed, 'error');
    const texts = ['code', 'message', 'target'].map((name) => [name, property(error, name)] as const);
    const read: ErrorBody = Object.fromEntries(texts.filter(([, value]) => typeof value === 'string'));
    return { ...read, detail: read.message === undefined ? undefined : withoutData(read.message) };
  } catch {
    // A page of a proxy may repeat the request, token and all: only what it is is told.
    const type = single(headers['content-type']) ?? 'no content type';
    return body.length === 0 ? {} : { detail: `The body is no JSON: ${type}, ${body.length} bytes.` };
  }
}

/** A message without what was quoted from our request: texts of the filter, addresses, and whatever could be a token. */
function withoutData(message: string): string {
  return message
    .slice(0, maxDetail)
    .replaceAll(/'(?:[^']|'')*'?/g, "'…'")
    .replaceAll(/"[^"]*"?/g, '"…"')
    .replaceAll(/\b(?:https?:\/\/|Bearer )\S+/gi, '…')
    .replaceAll(/[\w.~+/=-]{32,}/g, '…');
}

/** Whether a body is upstream's own: JSON with an error, or nothing. A 404 of a proxy, or of a wrong address, is not. */
export function isOwnError(answer: Answer): boolean {
  const { code, message } = readErrorBody(answer);
  return answer.body.length === 0 || code !== undefined || message !== undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function readCorrelationId(target: string | undefined): string | undefined {
  return target !== undefined && /^[\w|.:-]{1,128}$/.test(target) ? target : undefined;
}

/**
 * `Retry-After` in seconds (documented), else `again in N seconds` of the text (recorded), else for a 429 a minute,
 * the length of the shorter quota window (inferred).
 */
function readRetryAfter(answer: Answer, message: string | undefined): number | undefined {
  const header = single(answer.headers['retry-after'])?.trim();
  if (header !== undefined && /^\d{1,6}$/.test(header)) return Number(header);
  if (answer.status !== 429) return undefined;
  const inText = /again in (\d{1,6}) seconds?/i.exec(message ?? '')?.[1];
  return inText === undefined ? 60 : Number(inText);
}
