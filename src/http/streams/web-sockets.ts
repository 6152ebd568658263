import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ApolloServer } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema, parse } from 'graphql';
import { handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Admission } from '../../auth/admission.ts';
import { CallerRefusal } from '../../auth/callers/caller-refusal.ts';
import type { Answers, AnswerTexts, Arrival, CreateContext, GatewayContext } from '../../graphql/context.ts';
import { type CallerRate, tooOften } from '../caller-rate.ts';
import { mayOpenWebSocket } from '../client-headers.ts';
import { becomeStream, type Connections } from '../connections.ts';
import type { Door } from '../door.ts';
import type { Places } from '../places.ts';
import { problem } from '../problem.ts';
import type { RequestSpans } from '../request-spans.ts';
import { tooManyInFlight, tooManyOfOwn } from '../requests-in-flight.ts';
import type { UnsentAnswers } from '../unsent-answers.ts';
import type { OpenStreams, StreamConnection, StreamRefusal } from './open-streams.ts';
import { type StreamEnd, streamEndings } from './stream-end.ts';
import { deliver, maxUnsentOfStream, StreamLine } from './stream-line.ts';
import { textFrames } from './text-frames.ts';
import type { Upgrades } from './upgrades.ts';

export interface WebSocketsOptions {
  readonly apollo: ApolloServer<GatewayContext>;
  readonly createContext: CreateContext;
  readonly door: Door;
  readonly spans: RequestSpans;
  readonly streams: OpenStreams;
  readonly requests: Places;
  /** Undefined for no limit. */
  readonly rate: CallerRate | undefined;
  readonly unsent: UnsentAnswers;
  readonly connections: Connections;
  readonly upgrades: Upgrades;
  /** Origins of pages that may connect, beside those of this host. */
  readonly corsOrigins: readonly string[];
  /** Bytes. */
  readonly maxMessageBytes: number;
  readonly requestTimeoutMs: number;
  readonly monotonic: () => number;
  readonly onRefused: (reason: string) => void;
  readonly log: Logger;
}

/** Time for a caller to say `connection_init`, and who it is. */
const initMs = 5_000;
/** How often the reader is asked whether it is there. */
const pingMs = 15_000;
/** How long a connection without a subscription is kept. */
const unusedMs = 60_000;
/** Time to take a last message. */
const closeMs = 2_000;
/** Bytes of a reason, as WebSocket has it. */
const maxReasonBytes = 123;

/** Queries and subscriptions over WebSocket, by the protocol graphql-transport-ws of the library graphql-ws. */
export class WebSockets {
  readonly #options: WebSocketsOptions;
  readonly #server: WebSocketServer;

  constructor(options: WebSocketsOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      autoPong: false,
      maxPayload: options.maxMessageBytes,
      handleProtocols: (protocols) => handleProtocols(protocols),
    });
  }

  /** Whether a request wants to go on as a WebSocket. */
  wanted({ raw }: FastifyRequest): boolean {
    return this.#options.upgrades.has(raw);
  }

  /** Goes on as a WebSocket, unless a page of another origin asks. */
  async accept(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { upgrades, corsOrigins, log, onRefused, door, spans } = this.#options;
    if (!mayOpenWebSocket(request.headers, corsOrigins)) {
      onRefused('foreign_origin');
      const message =
        'Pages of this origin may not connect. The operator lists in CORS_ORIGINS those that may.';
      await reply.code(403).send(problem('FORBIDDEN', message));
      return;
    }
    const head = upgrades.get(request.raw) ?? Buffer.alloc(0);
    const socket = request.raw.socket;
    reply.code(101);
    reply.hijack();
    reply.raw.detachSocket(socket);
    let isOpen = false;
    this.#server.handleUpgrade(request.raw, socket, head, (webSocket) => {
      isOpen = true;
      endRequest(reply.raw);
      new Session(webSocket, socket, request, door.admittedAs(request), this.#options).open();
    });
    if (!isOpen) {
      log.info(spans.fieldsOf(request), 'a WebSocket could not be opened');
      reply.raw.emit('close');
    }
  }
}

/** The request itself is over: its slots are free, it is logged and measured as any other. */
function endRequest(response: ServerResponse): void {
  becomeStream(response);
  response.emit('finish');
  response.emit('close');
}

/** One WebSocket. */
class Session {
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  readonly #request: FastifyRequest;
  readonly #options: WebSocketsOptions;
  readonly #line: StreamLine;
  readonly #stops = new Set<AbortController>();
  #admission: Admission | undefined;
  #connection: StreamConnection | undefined;
  #isThere = true;
  #unusedTimer: NodeJS.Timeout | undefined;
  #closeTimer: NodeJS.Timeout | undefined;

  /** @param admission undefined where no token came with the request */
  constructor(
    webSocket: WebSocket,
    socket: Socket,
    request: FastifyRequest,
    admission: Admission | undefined,
    options: WebSocketsOptions,
  ) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#request = request;
    this.#admission = admission;
    this.#options = options;
    this.#line = new StreamLine(socket, options.unsent, (isMemoryNeeded) => {
      this.#end('slow');
      if (isMemoryNeeded) webSocket.terminate();
    });
  }

  open(): void {
    const webSocket = this.#webSocket;
    const { log, spans } = this.#options;
    const protocol = this.#protocol();
    let receive: (text: string) => Promise<void> = async () => undefined;
    const closed = protocol.opened(
      {
        protocol: webSocket.protocol,
        send: async (text) => this.#send(text),
        close: (code = 1_000, reason = '') => this.#close(code, reason),
        onMessage: (take) => {
          receive = take;
        },
      },
      undefined,
    );
    const pings = setInterval(() => this.#ping(), pingMs);
    webSocket.on('message', (data) => {
      receive(String(data)).catch((err: unknown) => {
        log.error({ ...spans.fieldsOf(this.#request), err }, 'a message over WebSocket failed');
        this.#close(4_500, 'Something went wrong inside the gateway.');
      });
    });
    webSocket.on('ping', (data) => {
      if (this.#hasRoom()) webSocket.pong(data);
    });
    webSocket.on('pong', () => {
      this.#isThere = true;
    });
    // Messages that are too large or break the protocol: the library closes the connection, with its code.
    webSocket.on('error', (err) => log.info({ ...spans.fieldsOf(this.#request), err }, 'a WebSocket failed'));
    webSocket.once('close', (code, reason) => {
      clearInterval(pings);
      clearTimeout(this.#unusedTimer);
      clearTimeout(this.#closeTimer);
      for (const stop of this.#stops) stop.abort();
      this.#connection?.leave();
      void closed(code, String(reason));
    });
  }

  #protocol() {
    return makeServer({
      connectionInitWaitTimeout: initMs,
      onConnect: ({ connectionParams = {} }) => this.#admit(connectionParams),
      onSubscribe: async (_, id, payload) => {
        const outcome = await this.#begin(id, payload);
        return Array.isArray(outcome)
          ? outcome
          : { schema: noSchema, document: anyDocument, contextValue: outcome };
      },
      subscribe: ({ contextValue }) => contextValue as AsyncGenerator<never>,
    });
  }

  /** @returns whether the caller is let in; where not, the connection is closed with the reason */
  async #admit(params: Readonly<Record<string, unknown>>): Promise<boolean> {
    const { door, streams, connections } = this.#options;
    const token = params.authorization ?? params.Authorization;
    try {
      this.#admission ??= await door.admit(typeof token === 'string' ? [token] : [], this.#request);
    } catch (error) {
      if (!(error instanceof CallerRefusal)) throw error;
      this.#close(error.status === 503 ? 1_013 : 4_000 + error.status, error.message);
      return false;
    }
    // It may have left meanwhile.
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return false;
    const connection = streams.connect(this.#admission.caller, (why) => this.#end(why));
    if ('reason' in connection) {
      this.#refuse(connection);
      this.#close(1_013, connection.message);
      return false;
    }
    this.#connection = connection;
    connections.keep(this.#socket);
    this.#watchUse();
    return true;
  }

  /** Begins an operation, by the same checks as one over HTTP. @returns what is wrong with it, or its course */
  async #begin(id: string, payload: SubscribePayload): Promise<GraphQLError[] | AsyncGenerator<never>> {
    const connection = this.#connection;
    const admission = this.#admission;
    if (connection === undefined || admission === undefined) throw new Error('Nobody was let in.');
    const places = this.#takePlaces(connection, admission);
    if ('reason' in places) return [this.#refuse(places)];
    const { endRequest, endSubscription } = places;
    const stop = new AbortController();
    this.#stops.add(stop);
    this.#watchUse();
    const end = (): void => {
      endRequest();
      endSubscription();
      this.#stops.delete(stop);
      this.#watchUse();
    };
    try {
      const { requestTimeoutMs, monotonic, createContext, apollo, log, spans } = this.#options;
      let answers: Answers | undefined;
      const nextDeadline = (): number => monotonic() + requestTimeoutMs;
      const begin = (given: Answers): void => {
        answers = given;
      };
      const requestId = this.#request.id;
      const arrival: Arrival = {
        requestId,
        span: spans.of(this.#request.raw),
        signal: stop.signal,
        deadline: nextDeadline(),
        // The line of the request in the log is that of the whole connection.
        note: (operation) => {
          if (operation !== 'begun')
            log.info({ ...spans.fieldsOf(this.#request), ...operation }, 'operation answered');
        },
        stream: { begin, nextDeadline },
      };
      const timer = setTimeout(() => stop.abort(timeIsUp()), requestTimeoutMs);
      const { query, operationName, variables, extensions } = payload;
      const { body } = await apollo
        .executeOperation(
          {
            query,
            operationName: operationName ?? undefined,
            variables: variables ?? undefined,
            extensions: extensions ?? undefined,
          } as Parameters<typeof apollo.executeOperation>[0],
          { contextValue: createContext(arrival, admission) },
        )
        .finally(() => clearTimeout(timer));
      endRequest();
      if (body.kind !== 'single') throw new Error('The operation was not executed whole.');
      const { errors, data } = body.singleResult;
      if (answers === undefined && data === undefined) {
        end();
        return (errors ?? []).map((error) => new ShownError(error));
      }
      const course = answers ?? answerOf(body.singleResult);
      const head = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
      return courseOf(
        deliver(course, this.#line, stop.signal, (texts) => this.#write(head, texts)),
        stop,
        end,
      );
    } catch (error) {
      end();
      throw error;
    }
  }

  #takePlaces(
    connection: StreamConnection,
    { caller }: Admission,
  ): { readonly endRequest: () => void; readonly endSubscription: () => void } | StreamRefusal {
    const { rate, requests, monotonic } = this.#options;
    const id = caller.kind === 'known' ? caller.id : undefined;
    const waitMs = rate?.take(id ?? this.#request.ip, monotonic()) ?? 0;
    if (rate !== undefined && waitMs > 0) {
      return { reason: 'rate_limited', message: tooOften(rate, Math.ceil(waitMs / 1_000)) };
    }
    const ofCaller = requests.takeOf(id);
    if (ofCaller === undefined) return { reason: 'rate_limited', message: tooManyOfOwn(requests) };
    const ofAll = requests.take();
    if (ofAll === undefined) {
      ofCaller();
      return { reason: 'overloaded', message: tooManyInFlight };
    }
    const endRequest = (): void => {
      ofAll();
      ofCaller();
    };
    const place = connection.place();
    if (typeof place === 'function') return { endRequest, endSubscription: place };
    endRequest();
    return place;
  }

  #refuse({ reason, message }: StreamRefusal): GraphQLError {
    this.#options.onRefused(reason);
    return new GraphQLError(message, { extensions: { code: reason.toUpperCase() } });
  }

  /** Has the connection closed where nothing is subscribed to for a while. */
  #watchUse(): void {
    clearTimeout(this.#unusedTimer);
    if (this.#stops.size === 0 && this.#webSocket.readyState === this.#webSocket.OPEN) {
      this.#unusedTimer = setTimeout(() => this.#end('unused'), unusedMs);
    }
  }

  #ping(): void {
    // One that is behind with its events has a deadline for those.
    if (this.#socket.writableLength > 0) return;
    if (this.#isThere) this.#webSocket.ping();
    else this.#webSocket.terminate();
    this.#isThere = false;
  }

  /** Past the library, which writes each frame by itself: those of a page leave in one piece. */
  #write(head: Buffer, texts: AnswerTexts): void {
    if (this.#webSocket.readyState === this.#webSocket.OPEN)
      this.#socket.write(textFrames(head, texts, closingBrace));
  }

  #send(text: string): void {
    if (this.#hasRoom()) this.#webSocket.send(text);
  }

  /** A client that asks without reading its answers is not written to without end. */
  #hasRoom(): boolean {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return false;
    if (this.#socket.writableLength <= 2 * maxUnsentOfStream) return true;
    this.#end('slow');
    return false;
  }

  #end(why: StreamEnd): void {
    const { status, message } = streamEndings[why];
    this.#close(status, message);
  }

  /** Sends the reason, and terminates the connection where the client does not close it in time. */
  #close(code: number, reason: string): void {
    for (const stop of this.#stops) stop.abort();
    this.#webSocket.close(code, shortened(reason));
    this.#closeTimer ??= setTimeout(() => this.#webSocket.terminate(), closeMs);
  }
}

const closingBrace = Buffer.from('}');

/** Never executed: the library wants to know no more of it than that it is a subscription. */
const anyDocument = parse('subscription { _ }');
const noSchema = {} as GraphQLSchema;

const timeIsUp = (): DOMException => new DOMException('The time for the request is up.', 'TimeoutError');

/** An error as clients are shown it. */
class ShownError extends GraphQLError {
  readonly #shown: GraphQLFormattedError;

  constructor(shown: GraphQLFormattedError) {
    super(shown.message, { extensions: shown.extensions ?? null });
    this.#shown = shown;
  }

  override toJSON(): GraphQLFormattedError {
    return this.#shown;
  }
}

/** The one answer of a query. */
async function* answerOf(result: unknown): Answers {
  yield [Buffer.from(JSON.stringify(result))];
  return undefined;
}

/**
 * The course of an operation, as the library waits for its end and ends it: the answers themselves are written past it,
 * each as the text that all its readers share.
 */
function courseOf(
  delivered: Promise<GraphQLFormattedError | undefined>,
  stop: AbortController,
  end: () => void,
): AsyncGenerator<never> {
  const ended = delivered.finally(end);
  ended.catch(() => undefined);
  const done = { done: true, value: undefined } as const;
  const course: AsyncGenerator<never> = {
    next: async () => {
      const failure = await ended;
      if (failure !== undefined) throw new ShownError(failure);
      return done;
    },
    return: async () => {
      stop.abort();
      await ended.catch(() => undefined);
      return done;
    },
    throw: () => course.return(undefined),
    [Symbol.asyncIterator]: () => course,
  };
  return course;
}

function shortened(reason: string): string {
  const bytes = Buffer.from(reason);
  return bytes.length <= maxReasonBytes
    ? reason
    : `${bytes.subarray(0, maxReasonBytes - 4).toString('latin1')} ...`;
}
