import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { chooseCoding } from './content-coding.ts';
import { bytesOf, type EncodedAnswers } from './encoded-answers.ts';
import { entityTag, isKnownTag } from './entity-tag.ts';
import { securityHeadersOf } from './security-headers.ts';

/** An answer as bytes, ahead of compression and of what `If-None-Match` asks. */
export interface ReadyAnswer {
  readonly status: number;
  /** By lower-case name: content-type, retry-after … Without content-length, content-encoding, etag and vary. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body in UTF-8, in order. No piece is written to any more. */
  readonly pieces: readonly Uint8Array[];
  /**
   * Names what the body was made from: equal versions mean equal bytes, for every caller. The `ETag` follows from it, and
   * the compressed body is cached by it. Printable ASCII without quotes. Undefined where it is unknown, and for errors.
   */
  readonly version?: string | undefined;
}

/**
 * Sends an answer: compressed as the caller accepts, as 304 where the caller has it already, with the headers of every
 * answer. Fulfilled once the answer was handed over, or the caller has gone.
 */
export type SendReady = (request: FastifyRequest, reply: FastifyReply, answer: ReadyAnswer) => Promise<void>;

export interface SendReadyOptions {
  /** Undefined where compressing is left to a proxy. */
  readonly encoded: EncodedAnswers | undefined;
  /** Headers that change as the server does, for every answer. */
  readonly headersNow: HeadersNow;
}

export type HeadersNow = () => Headers;

/** By lower-case name. */
type Headers = Record<string, OutgoingHttpHeader | undefined>;

/** Least bytes of a body that is compressed: one that fits into a packet arrives no sooner for being smaller. */
const leastBytes = 1_024;

/** A client may keep such an answer, and asks each time whether it is still the same. No proxy may. */
export const keptAndAskedFor = 'private, no-cache';

export function createSendReady({ encoded, headersNow }: SendReadyOptions): SendReady {
  return async (request, reply, { status, headers: own, pieces, version }) => {
    const { raw: response } = reply;
    const headers: Headers = Object.assign(reply.getHeaders(), own);
    const send = (code: number, body: readonly Uint8Array[]): void => {
      reply.code(code).hijack();
      if (response.closed) return;
      // Not spread: of so many headers, that takes longer than the rest of this function.
      const all = Object.assign({}, securityHeadersOf(headers['content-type']), headers, headersNow());
      response.writeHead(code, all);
      write(response, request.method === 'HEAD' ? [] : body);
    };
    const isKeptOnTheWay = /max-age/.test(String(headers['cache-control'] ?? ''));
    if (isKeptOnTheWay) {
      vary(headers, 'accept');
      // A cache that keeps it for one caller must not hand it to another.
      vary(headers, 'authorization');
    }
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && version !== undefined) {
      headers.etag = entityTag(version);
      headers['cache-control'] ??= keptAndAskedFor;
      vary(headers, 'accept');
      if (encoded !== undefined) vary(headers, 'accept-encoding');
      if (isKnownTag(request.headers['if-none-match'], headers.etag)) {
        delete headers['content-type'];
        send(304, []);
        return;
      }
    }
    const bytes = bytesOf(pieces);
    headers['content-length'] = bytes;
    if (encoded !== undefined && bytes >= leastBytes) {
      vary(headers, 'accept-encoding');
      const coding = chooseCoding(request.headers['accept-encoding']);
      const body =
        coding &&
        ((version === undefined ? undefined : encoded.known(version, coding)) ??
          (await encoded.encode(pieces, coding, version, response)));
      if (body !== undefined) {
        headers['content-encoding'] = coding;
        headers['content-length'] = body.length;
        send(status, [body]);
        return;
      }
    }
    send(status, pieces);
  };
}

/** Names a request header that decides which of several answers is sent. */
export function vary(headers: Headers, name: string): void {
  const known = headers.vary;
  const names = known === undefined ? [] : String(known).toLowerCase().split(/,\s*/);
  if (!names.includes(name)) headers.vary = [...names, name].join(', ');
}

/** Writes past the framework, which takes one piece only. */
function write(response: ServerResponse, pieces: readonly Uint8Array[]): void {
  const last = pieces.at(-1);
  if (last === undefined) {
    response.end();
    return;
  }
  // All in one call of the system, with the head.
  if (pieces.length > 1) response.cork();
  for (const piece of pieces.slice(0, -1)) response.write(piece);
  response.end(last);
  if (pieces.length > 1) response.uncork();
}
