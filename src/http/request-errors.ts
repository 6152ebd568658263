import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Connections } from './connections.ts';
import { problem } from './problem.ts';
import { newRequestId, requestIdHeader, requestIdOf } from './request-id.ts';
import type { RequestSpans } from './request-spans.ts';
import { securityHeaders } from './security-headers.ts';

/** Answers what the framework or a route throws: always in the one form that clients of GraphQL read. */
export function errorAnswer(
  log: Logger,
  spans: RequestSpans,
): (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  return (error, request, reply) => {
    const status = error.statusCode ?? 500;
    // No hook runs where the address itself cannot be read.
    reply.code(status).headers({ [requestIdHeader]: request.id, ...securityHeaders.data });
    if (status < 500) return reply.send(problem('BAD_REQUEST', messages[error.code] ?? error.message));
    log.error({ ...spans.fieldsOf(request), err: error }, 'request failed');
    return reply.send(problem('INTERNAL_SERVER_ERROR', 'Something went wrong inside the gateway.'));
  };
}

const messages: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL:
    'The path cannot be decoded: each % must begin the code of a byte, and bytes must be UTF-8.',
};

/** What Node's parser or its timers report of a connection. */
type ConnectionError = Error & { readonly code?: string };

/** By the codes of Node and of its parser. */
const refusals: Readonly<Record<string, readonly [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request was incomplete when its time was up.'],
  HPE_HEADER_OVERFLOW: [431, 'The head of the request is too large.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The extensions of the chunks are too large.'],
};
const unreadable = [400, 'This is not an HTTP request, or an ambiguous one.'] as const;

/** Answers unreadable input of a connection, in the same form, and closes the connection. */
export function refuseUnreadable(
  connections: Connections,
  log: Logger,
  spans: RequestSpans,
): (error: ConnectionError, socket: Socket) => void {
  return (error, socket) => {
    const current = connections.current(socket);
    const { code = '' } = error;
    // A request before it is being answered: bytes written now would be read as that answer.
    const isAnotherAnswered =
      current !== undefined && (current.request.complete || current.response.headersSent);
    if (socket.writable && !isAnotherAnswered && code !== 'ECONNRESET') {
      const [status, message] = refusals[code] ?? unreadable;
      const requestId = current === undefined ? newRequestId() : requestIdOf(current.request);
      log.info(
        {
          ...(current === undefined
            ? { requestId }
            : spans.fieldsOf({ id: requestId, raw: current.request })),
          address: socket.remoteAddress,
          status,
          reason: code,
        },
        'unreadable request rejected',
      );
      socket.write(printAnswer(status, requestId, JSON.stringify(problem('BAD_REQUEST', message))));
    }
    socket.destroy();
  };
}

function printAnswer(status: number, requestId: string, body: string): string {
  const headers = {
    [requestIdHeader]: requestId,
    ...securityHeaders.data,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n');
}
