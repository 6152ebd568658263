import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { isTimeout } from '../cancellation.ts';
import { createDispatcher } from '../network/dispatcher.ts';
import { networkFailure } from '../network/failure.ts';
import type { Proxies } from '../network/proxies.ts';
import { acceptEncoding, Body, BodyError, readBody } from './body.ts';

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
  /** Bound on the decoded answer, where it is lower than that of the transport. */
  readonly maxBytes?: number;
  /** Takes the body of a 200 as it comes, still encoded. What it throws ends the connection. Default: it is decoded here. */
  readonly take?: (body: Readable, coded: CodedBody) => Promise<void>;
}

/** What is known of a body before it comes. */
export interface CodedBody {
  /** Its `Content-Encoding`. */
  readonly encoding: string | undefined;
  /** Bound on the decoded body. */
  readonly maxBytes: number;
  /** That of the call. */
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Decoded; nothing where it was taken. */
  readonly body: Body;
}

/** Why no whole answer came: what to do about it differs by kind. `barred` is what no other try changes. */
export type TransportFailure = 'timeout' | 'broken' | 'barred' | 'too-large' | 'too-many-rows' | 'aborted';

export class TransportError extends Error {
  readonly kind: TransportFailure;

  /** @param reason for the operator; nothing of what was sent or answered */
  constructor(kind: TransportFailure, cause: unknown, reason = networkFailure(cause).reason) {
    super(reason, { cause });
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
  /** Default: none. */
  readonly proxies?: Proxies | undefined;
  /** Certificates of the authorities to trust, in PEM. Default: those that Node trusts. */
  readonly ca?: readonly string[] | undefined;
  /** How host names are looked up. Default: by the system. */
  readonly lookup?: LookupFunction | undefined;
}

/** How long an idle connection is kept: below the four minutes after which cloud load balancers drop it. */
const keepAliveMs = 60_000;

export function createTransport(options: TransportOptions): Transport {
  const dispatcher = createDispatcher({
    connections: options.connections,
    // One request at a time on a connection: a large answer must not hold up another.
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    headersTimeout: options.headersTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
    connectTimeoutMs: options.connectTimeoutMs,
    proxies: options.proxies,
    ca: options.ca,
    lookup: options.lookup,
  });
  const { origin, pathname } = new URL(options.url);
  const basePath = pathname.replace(/\/+$/, '');
  return {
    async get(path, { headers, signal, maxBytes: asked = Number.POSITIVE_INFINITY, take }) {
      try {
        const response = await dispatcher.request({
          origin,
          // Exactly as it was written: `URL` would escape the query a second way.
          path: basePath + path,
          method: 'GET',
          headers: { ...headers, 'accept-encoding': acceptEncoding },
          signal,
        });
        const { statusCode: status, headers: answered } = response;
        const encoding = single(answered['content-encoding']);
        const maxBytes = Math.min(asked, options.maxResponseBytes);
        if (status !== 200 || take === undefined) {
          const body = await readBody(response.body, encoding, { maxBytes });
          return { status, headers: answered, body };
        }
        await take(response.body, { encoding, maxBytes, signal });
        return { status, headers: answered, body: new Body([]) };
      } catch (error) {
        throw transportError(error, signal);
      }
    },
    close: () => dispatcher.close(),
  };
}

/** The only value of a header that must not come twice. */
export function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function transportError(error: unknown, signal: AbortSignal): TransportError {
  if (signal.aborted) {
    return isTimeout(signal.reason)
      ? new TransportError('timeout', error, 'the time is up')
      : new TransportError('aborted', error, 'all waiting callers left');
  }
  if (error instanceof BodyError) return new TransportError(bodyFailures[error.code], error, error.message);
  const { kind, reason, passing } = networkFailure(error);
  if (kind === 'timeout') return new TransportError('timeout', error, reason);
  return new TransportError(passing ? 'broken' : 'barred', error, reason);
}

const bodyFailures = {
  TOO_LARGE: 'too-large',
  TOO_MANY_ROWS: 'too-many-rows',
  UNKNOWN_ENCODING: 'broken',
} as const satisfies Readonly<Record<BodyError['code'], TransportFailure>>;
