import { Agent } from 'undici';
import { isTimeout } from '../cancellation.ts';
import { acceptEncoding, BodyError, readBody } from './body.ts';

/** One GET to upstream and its whole answer, over pooled connections. Knows HTTP, and nothing of machines. */
export interface Transport {
  /** @throws {TransportError} where no whole answer came */
  readonly get: (path: string, options: GetOptions) => Promise<Answer>;
  /** Closes the connections once calls under way are done. */
  readonly close: () => Promise<void>;
}

export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Decoded. */
  readonly body: Buffer;
}

/** Why no whole answer came: what to do about it differs by kind. */
export type TransportFailure = 'timeout' | 'broken' | 'too-large' | 'aborted';

export class TransportError extends Error {
  readonly kind: TransportFailure;

  constructor(kind: TransportFailure, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'TransportError';
    this.kind = kind;
  }
}

export interface TransportOptions {
  /** The part of the address before the path. */
  readonly url: string;
  /** Most connections at once. */
  readonly connections: number;
  readonly connectTimeoutMs: number;
  /** From the sending of the request to the answer's head. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of the body. */
  readonly bodyTimeoutMs: number;
  /** Bound on a decoded answer. */
  readonly maxResponseBytes: number;
  /** Certificates of the authorities to trust, in PEM; those that Node brings where it is not given. */
  readonly ca?: readonly string[] | undefined;
}

/** How long an idle connection is kept: below the four minutes after which cloud load balancers drop it. */
const keepAliveMs = 60_000;

export function createTransport(options: TransportOptions): Transport {
  const agent = new Agent({
    connections: options.connections,
    // One request at a time on a connection: a large answer must not hold up another.
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    connect: { timeout: options.connectTimeoutMs, ...(options.ca && { ca: [...options.ca] }) },
    headersTimeout: options.headersTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
  });
  const { origin, pathname } = new URL(options.url);
  const basePath = pathname.replace(/\/+$/, '');
  return {
    async get(path, { headers, signal }) {
      try {
        const response = await agent.request({
          origin,
          // Exactly as it was written: `URL` would escape the query a second way.
          path: basePath + path,
          method: 'GET',
          headers: { ...headers, 'accept-encoding': acceptEncoding },
          signal,
        });
        const body = await readBody(
          response.body,
          single(response.headers['content-encoding']),
          options.maxResponseBytes,
        );
        return { status: response.statusCode, headers: response.headers, body };
      } catch (error) {
        throw new TransportError(failureOf(error, signal), error);
      }
    },
    close: () => agent.close(),
  };
}

/** The only value of a header that must not come twice. */
export function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function failureOf(error: unknown, signal: AbortSignal): TransportFailure {
  if (signal.aborted) return isTimeout(signal.reason) ? 'timeout' : 'aborted';
  if (error instanceof BodyError) return error.code === 'TOO_LARGE' ? 'too-large' : 'broken';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && timeoutCodes.has(code) ? 'timeout' : 'broken';
}

const timeoutCodes = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
