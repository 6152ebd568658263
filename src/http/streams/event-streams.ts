import type { ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { onAbort } from '../../cancellation.ts';
import type { Answers, AnswerTexts, Arrival, CreateContext, GatewayContext } from '../../graphql/context.ts';
import { becomeStream, whenDone } from '../connections.ts';
import { departureSignal } from '../departure.ts';
import type { Door } from '../door.ts';
import { problem } from '../problem.ts';
import type { RequestSpans } from '../request-spans.ts';
import { securityHeaders } from '../security-headers.ts';
import type { UnsentAnswers } from '../unsent-answers.ts';
import type { OpenStreams, StreamConnection } from './open-streams.ts';
import { type StreamEnd, streamEndings } from './stream-end.ts';
import { deliver, StreamLine } from './stream-line.ts';

export interface EventStreamsOptions {
  readonly apollo: ApolloServer<GatewayContext>;
  readonly createContext: CreateContext;
  readonly door: Door;
  readonly spans: RequestSpans;
  readonly streams: OpenStreams;
  readonly unsent: UnsentAnswers;
  readonly events: EventBytes;
  readonly requestTimeoutMs: number;
  /** Goes off when the gateway does not wait for requests any longer. */
  readonly stopping: AbortSignal;
  readonly monotonic: () => number;
  readonly note: Arrival['note'];
  readonly onRefused: (reason: string) => void;
}

const mediaType = 'text/event-stream';
/** What a client may be answered in, as it prefers; where it does not say, by the first. */
const mediaTypes = [
  'application/json',
  'application/graphql-response+json',
  'multipart/mixed',
  'text/html',
  mediaType,
];
/** How often a line is kept alive: intermediaries close one that is silent for a minute. */
const pingMs = 15_000;
/** Time to take the last words. */
const closeMs = 2_000;

/** Whether a client wants its answer as server-sent events. */
export function wantsEvents({ headers }: FastifyRequest): boolean {
  return headers.accept !== undefined && new Negotiator({ headers }).mediaType(mediaTypes) === mediaType;
}

/**
 * Answers by server-sent events, as the protocol of the library graphql-sse has it, a request for each operation: `next`
 * with each answer, and `complete`. That library's own server writes into a queue without bound.
 */
export async function answerByEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  options: EventStreamsOptions,
): Promise<unknown> {
  const { apollo, createContext, door, requestTimeoutMs, stopping, monotonic, note } = options;
  const { id: requestId, raw } = request;
  const span = options.spans.of(raw);
  const stop = new AbortController();
  let answers: Answers | undefined;
  const departure = departureSignal(reply.raw, requestTimeoutMs, stopping);
  const stopListening = onAbort(departure, () => stop.abort(departure.reason));
  const admission = door.admissionOf(request);
  const body = bodyOf(request);
  if (body === undefined) {
    return reply.code(400).send(problem('BAD_REQUEST', 'The variables or extensions are no JSON.'));
  }
  const {
    status = 200,
    headers,
    body: answer,
  } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: 'POST', headers: headersOf(request), search: '', body },
    context: async () => {
      const nextDeadline = (): number => monotonic() + requestTimeoutMs;
      const begin = (given: Answers): void => {
        answers = given;
      };
      const stream = { begin, nextDeadline };
      return createContext(
        { requestId, span, signal: stop.signal, deadline: nextDeadline(), note, stream },
        admission,
      );
    },
  });
  const text = answer.kind === 'complete' ? answer.string : '';
  if (status >= 400) {
    for (const [name, value] of headers) reply.header(name, value);
    return reply.code(status).send(text);
  }
  if (answers === undefined) {
    return reply.type(mediaType).send(`${nextEvent(text.trimEnd())}${completeEvent}`);
  }
  const end = (why: StreamEnd): void => stream.end(why);
  const connection = options.streams.connect(admission.caller, end);
  if ('reason' in connection) {
    options.onRefused(connection.reason);
    stop.abort();
    const code = connection.reason === 'overloaded' ? 503 : 429;
    reply.header('retry-after', 5);
    return reply.code(code).send(problem(connection.reason.toUpperCase(), connection.message));
  }
  const stream = new EventStream(reply, stop, connection, options.unsent, options.events);
  // What is over with the request is its time; from now on only the end of the connection ends it.
  stopListening();
  raw.socket.setNoDelay(true);
  await stream.run(answers);
  return reply;
}

/** Answers as the events of a stream, written once for all streams that are handed the same. */
export class EventBytes {
  readonly #written = new WeakMap<AnswerTexts, Buffer>();

  of(texts: AnswerTexts): Buffer {
    const written = this.#written.get(texts);
    if (written !== undefined) return written;
    const events = Buffer.concat(texts.flatMap((text) => [eventHead, text, eventEnd]));
    this.#written.set(texts, events);
    return events;
  }
}

const eventHead = Buffer.from('event: next\ndata: ');
const eventEnd = Buffer.from('\n\n');

class EventStream {
  readonly #response: ServerResponse;
  readonly #reply: FastifyReply;
  readonly #stop: AbortController;
  readonly #connection: StreamConnection;
  readonly #line: StreamLine;
  readonly #events: EventBytes;
  #isEnded = false;

  constructor(
    reply: FastifyReply,
    stop: AbortController,
    connection: StreamConnection,
    unsent: UnsentAnswers,
    events: EventBytes,
  ) {
    this.#events = events;
    this.#reply = reply;
    this.#response = reply.raw;
    this.#stop = stop;
    this.#connection = connection;
    this.#line = new StreamLine(reply.raw.req.socket, unsent, (isMemoryNeeded) => {
      this.end('slow');
      if (isMemoryNeeded) this.#response.destroy();
    });
  }

  async run(answers: Answers): Promise<void> {
    const response = this.#response;
    this.#reply.hijack();
    response.writeHead(200, {
      ...(this.#reply.getHeaders() as Record<string, string>),
      ...securityHeaders.data,
      'content-type': `${mediaType}; charset=utf-8`,
      // For nginx, which else gathers what it passes on.
      'x-accel-buffering': 'no',
    });
    // Some browsers take a response up with its first bytes only.
    response.write(comment);
    becomeStream(response);
    const pings = setInterval(() => {
      if (response.writableLength === 0) response.write(comment);
    }, pingMs);
    // The caller may have gone before, while the operation began.
    whenDone(response, () => {
      clearInterval(pings);
      this.#connection.leave();
      this.#stop.abort();
    });
    const failure = await deliver(answers, this.#line, this.#stop.signal, (texts) => {
      response.write(this.#events.of(texts));
    });
    if (this.#isEnded || response.destroyed) return;
    const last = failure === undefined ? '' : nextEvent(JSON.stringify({ errors: [failure] }));
    this.#finish(`${last}${completeEvent}`);
  }

  /** Clients come back by themselves where a stream breaks off ahead of `complete`. */
  end(why: StreamEnd): void {
    const { code, message, comesBack } = streamEndings[why];
    const error =
      why === 'stopping' ? '' : nextEvent(JSON.stringify({ errors: [{ message, extensions: { code } }] }));
    this.#finish(comesBack ? error : `${error}${completeEvent}`);
    this.#stop.abort();
  }

  #finish(text: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const response = this.#response;
    response.end(text);
    const timer = setTimeout(() => response.destroy(), closeMs);
    whenDone(response, () => clearTimeout(timer));
  }
}

const comment = ':\n\n';
const completeEvent = 'event: complete\ndata:\n\n';
/** @param json without line breaks, as JSON is printed */
const nextEvent = (json: string): string => `event: next\ndata: ${json}\n\n`;

/** With the proof of a GET, as of a query; and in JSON, of which the events are made. */
function headersOf({ headers }: FastifyRequest): HTTPGraphQLRequest['headers'] {
  const given = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) given.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  given.set('accept', 'application/json');
  return given;
}

/** The operation; of a GET, from its address. Undefined where a part of that is no JSON. */
function bodyOf({ method, body, raw }: FastifyRequest): unknown {
  if (method === 'POST') return body ?? null;
  const params = [...new URL(raw.url ?? '', 'http://gateway').searchParams];
  try {
    return Object.fromEntries(
      params.map(([name, value]) => [name, jsonParams.has(name) ? JSON.parse(value) : value]),
    );
  } catch {
    return undefined;
  }
}

const jsonParams: ReadonlySet<string> = new Set(['variables', 'extensions']);
