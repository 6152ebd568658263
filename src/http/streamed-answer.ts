import { once } from 'node:events';
import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { chooseCoding, compressorOf } from './content-coding.ts';
import { entityTag } from './entity-tag.ts';
import { type HeadersNow, keptAndAskedFor, vary } from './ready-answer.ts';
import { securityHeadersOf } from './security-headers.ts';
import type { UnsentAnswers } from './unsent-answers.ts';

/** An answer whose body is made as its reader takes it. */
export interface StreamedAnswer {
  /** By lower-case name, as those of a ready answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names the body, for the `ETag`. */
  readonly version: string;
  /** The body in UTF-8; undefined where the client has it already, which is answered with 304. */
  readonly pieces: AsyncGenerator<Uint8Array, void> | undefined;
}

export interface StreamOptions {
  /** Whether answers are compressed as callers accept. */
  readonly compression: boolean;
  readonly headersNow: HeadersNow;
  /** Follows what lies unread. */
  readonly unsent: UnsentAnswers;
  /** Ends it; goes off when the caller has gone, too. */
  readonly signal: AbortSignal;
}

/**
 * Sends an answer piece by piece, compressed as the caller accepts: never more of it than a piece beside what the caller has
 * yet to read. A caller who does not read is cut off as by any other answer. What fails on the way closes the connection, by
 * which the caller knows that the answer is not whole.
 * @throws what the body throws, and the signal's reason
 */
export async function sendStreamed(
  request: FastifyRequest,
  reply: FastifyReply,
  { headers: own, version, pieces }: StreamedAnswer,
  { compression, headersNow, unsent, signal }: StreamOptions,
): Promise<void> {
  const { raw: response } = reply;
  const headers: Record<string, OutgoingHttpHeader | undefined> = { ...reply.getHeaders(), ...own };
  headers.etag = entityTag(version);
  headers['cache-control'] = keptAndAskedFor;
  if (compression) vary(headers, 'accept-encoding');
  const coding = compression ? chooseCoding(request.headers['accept-encoding']) : undefined;
  if (coding !== undefined && pieces !== undefined) headers['content-encoding'] = coding;
  const status = pieces === undefined ? 304 : 200;
  if (pieces === undefined) delete headers['content-type'];
  reply.code(status).hijack();
  try {
    if (response.closed) return;
    response.writeHead(status, { ...securityHeadersOf(own['content-type']), ...headers, ...headersNow() });
    if (pieces !== undefined && request.method !== 'HEAD') {
      // A compressor may take many pieces before it hands on the first.
      response.flushHeaders();
      const body = coding === undefined ? pieces : compressed(pieces, compressorOf(coding), signal);
      for await (const piece of body) {
        if (!response.write(piece)) await untilRead(response, unsent, signal);
      }
    }
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  } finally {
    await pieces?.return();
  }
}

/** A stream that compresses pieces as it is read; ended with them, or by the signal. */
function compressed(
  pieces: AsyncGenerator<Uint8Array, void>,
  compressor: ReturnType<typeof compressorOf>,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  // A failure shows where the compressor is read, which fails as well.
  pipeline(Readable.from(pieces), compressor, { signal }).catch(() => undefined);
  return compressor;
}

/** @throws the signal's reason, also where the caller was cut off */
async function untilRead(
  response: ServerResponse,
  unsent: UnsentAnswers,
  signal: AbortSignal,
): Promise<void> {
  const { socket } = response;
  signal.throwIfAborted();
  const stopFollowing = socket === null ? () => undefined : unsent.follow(socket, () => socket.destroy());
  try {
    await once(response, 'drain', { signal });
  } finally {
    stopFollowing();
  }
}
