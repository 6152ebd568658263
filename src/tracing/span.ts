/**
 * Spans as the layers know them: what may be said of a piece of work. The SDK that exports them is behind this interface, and is
 * not loaded where tracing is off.
 */
export interface Span {
  /** For the log: 32 hexadecimal digits; undefined where tracing is off. */
  readonly traceId: string | undefined;
  /** For the log: 16 hexadecimal digits; undefined where tracing is off. */
  readonly spanId: string | undefined;
  /** Whether it is exported as it ends. Of one that is not, neither are those begun within it. */
  readonly isRecorded: boolean;
  /** The header of W3C Trace Context for calls within it; undefined where tracing is off. */
  readonly traceparent: string | undefined;
  /** Begins a span within it. One that is never ended is never exported. */
  readonly begin: (name: SpanName, facts?: SpanFacts) => Span;
  /** Points to work of another span that it waits for. */
  readonly link: (other: Span) => void;
  /** Ends it. Repeated calls do nothing. @param name in place of the first one, where more is known by now */
  readonly end: (facts?: SpanFacts, name?: SpanName) => void;
}

/** Every span that there is, and its kind. */
export const spanKinds = {
  'GET /graphql': 'server',
  'POST /graphql': 'server',
  'GET /export/machines.ndjson': 'server',
  'GET /export/machines.csv': 'server',
  'GraphQL Operation': 'internal',
  query: 'internal',
  mutation: 'internal',
  subscription: 'internal',
  machines: 'internal',
  'machines by id': 'internal',
  'fleet reading': 'internal',
  'sign in': 'internal',
  'quota wait': 'internal',
  'GET /api/machines': 'client',
  'read rows': 'internal',
} as const satisfies Readonly<Record<string, 'server' | 'client' | 'internal'>>;

export type SpanName = keyof typeof spanKinds;

/** Paths whose requests have spans. */
export type TracedRoute = '/graphql' | '/export/machines.ndjson' | '/export/machines.csv';

/**
 * Everything that a span may say: no filter, no variable, no name or id of a device, no token, no query of an address. What is
 * undefined is left out.
 */
export interface SpanFacts {
  readonly method?: 'GET' | 'POST' | undefined;
  /** The path that the gateway serves, not the one that was asked for. */
  readonly route?: TracedRoute | undefined;
  /** The path that is asked upstream. */
  readonly upstreamPath?: '/api/machines' | undefined;
  /** Host and port of the setting, not of an answer. */
  readonly upstreamHost?: string | undefined;
  readonly upstreamPort?: number | undefined;
  /** Of the answer. */
  readonly status?: number | undefined;
  /** What went wrong, as a code: what errors say may name machines. */
  readonly error?: string | undefined;
  readonly operationType?: 'query' | 'mutation' | 'subscription' | undefined;
  /** As the log shows it. */
  readonly operationName?: string | undefined;
  /** Whether it was answered from its plan, without being executed. */
  readonly prepared?: boolean | undefined;
  /** Who answered. */
  readonly source?: 'FLEET' | 'WINDOWS' | 'BOTH' | undefined;
  readonly lane?: 'interactive' | 'background' | undefined;
  readonly rows?: number | undefined;
  /** Decoded. */
  readonly bytes?: number | undefined;
}

/** The names of the attributes: OpenTelemetry's semantic conventions where there is one, else in a namespace of our own. */
export const attributeNames = {
  method: 'http.request.method',
  route: 'http.route',
  upstreamPath: 'url.template',
  upstreamHost: 'server.address',
  upstreamPort: 'server.port',
  status: 'http.response.status_code',
  error: 'error.type',
  operationType: 'graphql.operation.type',
  operationName: 'graphql.operation.name',
  prepared: 'machines_gateway.prepared',
  source: 'machines_gateway.source',
  lane: 'machines_gateway.quota.lane',
  rows: 'machines_gateway.rows',
  bytes: 'machines_gateway.bytes',
} as const satisfies Readonly<Record<keyof SpanFacts, string>>;

/** Stands in for every span where tracing is off. */
export const untraced: Span = {
  traceId: undefined,
  spanId: undefined,
  isRecorded: false,
  traceparent: undefined,
  begin: () => untraced,
  link: () => undefined,
  end: () => undefined,
};

/** Does work of a call within a span of its own, which ends with it. @param work gets the call with the new span */
export async function inSpan<C extends { readonly span: Span }, T>(
  name: SpanName,
  call: C,
  work: (call: C) => Promise<T>,
  factsOf?: (result: T) => SpanFacts,
): Promise<T> {
  if (!call.span.isRecorded) return await work(call);
  const span = call.span.begin(name);
  try {
    const result = await work({ ...call, span });
    span.end(factsOf?.(result));
    return result;
  } catch (error) {
    span.end({ error: errorType(error) });
    throw error;
  }
}

/** An error as its code, else as its name; never by its message. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** How lines of the log name a request: by its id, and by its trace where it has one. */
export const requestFields = ({
  requestId,
  span: { traceId, spanId },
}: {
  readonly requestId: string;
  readonly span: Span;
}) => (traceId === undefined ? { requestId } : { requestId, traceId, spanId });
