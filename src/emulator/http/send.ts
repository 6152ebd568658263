import { pipeline, Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Answer } from './answer.ts';
import { type ContentEncoding, encoded, encoder } from './compression.ts';
import type { Fault } from './faults.ts';

/** Sends an answer: streamed, hence chunked, and encoded as the request accepts. */
export function sendAnswer(reply: FastifyReply, answer: Answer, encoding: ContentEncoding): FastifyReply {
  reply.code(answer.status).headers(answer.headers);
  const pieces = Readable.from(answer.body);
  const stream = encoder(encoding);
  if (stream === undefined) return reply.send(pieces);
  reply.header('content-encoding', encoding);
  // A client that leaves in mid-body ends the stream early; no reader is left.
  return reply.send(pipeline(pieces, stream, () => undefined));
}

const NO_JSON = '<!DOCTYPE html><html><body>Service under maintenance</body></html>';

/**
 * Lets an answer go wrong.
 *
 * @param answer the answer that would have been sent; asked for only by the faults that send a part of it
 * @returns the status sent, or undefined when none was
 */
export function sendFault(
  reply: FastifyReply,
  fault: Fault,
  answer: () => Answer,
  encoding: ContentEncoding,
): number | undefined {
  switch (fault.kind) {
    case 'status':
      return sendWhole(reply, statusAnswer(fault), encoding);
    case 'reset':
      reply.hijack();
      reply.raw.socket?.resetAndDestroy();
      return undefined;
    case 'stall':
      if (fault.at === 'body') return sendHalf(reply, answer(), encoding, () => undefined);
      reply.hijack();
      return undefined;
    case 'truncate':
      return sendHalf(reply, answer(), encoding, () => reply.raw.destroy());
    case 'truncatedJson': {
      const { status, headers, body } = answer();
      const text = [...body].join('');
      return sendWhole(reply, { status, headers, body: [text.slice(0, text.length / 2)] }, encoding);
    }
    case 'invalidJson':
      return sendWhole(reply, { ...answer(), body: [NO_JSON] }, encoding);
  }
}

function statusAnswer({ status, headers = {}, body }: Fault & { kind: 'status' }): Answer {
  if (body === undefined) return { status, headers, body: [] };
  if (typeof body === 'string') return { status, headers, body: [body] };
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: [JSON.stringify(body)],
  };
}

/** Sends what streaming would not: also an empty body, and statuses that allow none. */
function sendWhole(reply: FastifyReply, answer: Answer, encoding: ContentEncoding): number {
  const text = [...answer.body].join('');
  reply.code(answer.status).headers(answer.headers);
  if (text === '') {
    reply.send();
    return answer.status;
  }
  if (encoding !== 'identity') reply.header('content-encoding', encoding);
  reply.send(encoded(text, encoding));
  return answer.status;
}

/** Sends the headers and half the bytes of the body, and calls `then` when these are on their way. */
function sendHalf(reply: FastifyReply, answer: Answer, encoding: ContentEncoding, then: () => void): number {
  const bytes = encoded([...answer.body].join(''), encoding);
  reply.hijack();
  reply.raw.writeHead(answer.status, {
    ...answer.headers,
    ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
  });
  reply.raw.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), then);
  return answer.status;
}
