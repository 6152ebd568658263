import { type Answer, single } from './transport.ts';

const maxDetail = 500;

/** The content of an error of upstream. */
export interface ErrorBody {
  readonly code?: string;
  readonly message?: string;
  /** The id that Microsoft's support asks for. */
  readonly correlationId?: string | undefined;
  /** For the log. */
  readonly detail?: string | undefined;
}

/** `{"error":{"code","message","target"}}` as recorded; a body may as well be empty or a proxy's page. */
export function readErrorBody({ body, headers }: Answer): ErrorBody {
  try {
    const parsed: unknown = JSON.parse(body.join().toString('utf8', 0, 64 * 1024));
    const error = property(parsed, 'error');
    const texts = ['code', 'message'].map((name) => [name, property(error, name)] as const);
    const read: ErrorBody = Object.fromEntries(texts.filter(([, value]) => typeof value === 'string'));
    return {
      ...read,
      correlationId: readCorrelationId(property(error, 'target')),
      detail: read.message === undefined ? undefined : withoutData(read.message),
    };
  } catch {
    // A page of a proxy may repeat the request, token and all: only its type and size are reported.
    const type = single(headers['content-type']) ?? 'no content type';
    return body.length === 0 ? {} : { detail: `The body is no JSON: ${type}, ${body.length} bytes.` };
  }
}

/** A message without quotes of our request: texts of the filter, addresses, and possible tokens. */
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

function readCorrelationId(target: unknown): string | undefined {
  return typeof target === 'string' && /^[\w|.:-]{1,128}$/.test(target) ? target : undefined;
}
