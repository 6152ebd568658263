import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionsOptions {
  /** Connections at once. */
  readonly most: number;
  /** A connection on which too many requests waited was closed. */
  readonly onCrowded: (socket: Socket) => void;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly handle: RequestListener;
}

/** The request in progress, and those that wait behind it. */
interface Line {
  current: Exchange;
  readonly waiting: Exchange[];
}

/** Requests that may wait on one connection behind the one that is worked on; each can take 32 KiB. */
const maxWaiting = 8;

/**
 * The connections of callers; each has one request in progress at a time.
 *
 * Node hands over all requests of a connection as they come, while their answers leave one after another. An answer behind
 * another gets no events: not even the end of the connection. So a request has its turn only when the answer before it
 * has left. Then the `close` of a response always comes, and slots, signals and timers can be tied to it.
 *
 * Where there are as many connections as may be, the one that has been idle longest makes room for a new one. So idle
 * connections lock no caller out; where all are busy, the new one is closed.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  /** On which no request is worked on, those that have been so longest first. */
  readonly #idle = new Set<Socket>();
  /** On which one is. */
  readonly #busy = new Map<Socket, Line>();
  /** WebSockets of callers who were let in. */
  readonly #webSockets = new Set<Socket>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#idle.size + this.#busy.size + this.#webSockets.size;
  }

  /** The request of a connection that is worked on, and its response. */
  current(socket: Socket): Pick<Exchange, 'request' | 'response'> | undefined {
    return this.#busy.get(socket)?.current;
  }

  /** Takes a new connection, or closes it. */
  open(socket: Socket): void {
    // A connection comes again where it is read once more; see upgrades.ts.
    if (this.#idle.has(socket)) return;
    if (this.size >= this.#options.most && !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    this.#idle.add(socket);
    socket.once('close', () => {
      this.#idle.delete(socket);
      this.#busy.delete(socket);
      this.#webSockets.delete(socket);
    });
  }

  /** Keeps a connection that became a WebSocket, which else counts as an idle one, from making room for others. */
  keep(socket: Socket): void {
    if (this.#idle.delete(socket)) this.#webSockets.add(socket);
  }

  /**
   * Takes a request up, now or when its turn comes. On a connection that closes before, it is dropped.
   * @param handle works on it and answers it
   */
  take(request: IncomingMessage, response: ServerResponse, handle: RequestListener): void {
    const { socket } = request;
    const exchange = { request, response, handle };
    const line = this.#busy.get(socket);
    if (line === undefined) {
      this.#idle.delete(socket);
      this.#begin({ current: exchange, waiting: [] });
    } else if (line.waiting.length < maxWaiting) {
      line.waiting.push(exchange);
    } else if (!socket.destroyed) {
      this.#options.onCrowded(socket);
      socket.destroy();
    }
  }

  /**
   * Closes idle connections, those included over which no request has ever come, as browsers open them ahead: Node does
   * not count those as idle, and a server that stops would wait for them.
   */
  closeIdle(): void {
    for (const socket of this.#idle) socket.destroy();
  }

  #begin(line: Line): void {
    const { request, response, handle } = line.current;
    const { socket } = request;
    // Closed, or about to be after the last answer.
    if (socket.destroyed || !socket.writable) return;
    this.#busy.set(socket, line);
    response.once('close', () => this.#next(socket, line));
    handle(request, response);
  }

  #next(socket: Socket, line: Line): void {
    this.#busy.delete(socket);
    if (socket.destroyed) return;
    const next = line.waiting.shift();
    if (next === undefined) {
      this.#idle.add(socket);
      return;
    }
    line.current = next;
    this.#begin(line);
  }

  #makeRoom(): boolean {
    for (const socket of this.#idle) {
      this.#idle.delete(socket);
      socket.destroy();
      return true;
    }
    return false;
  }
}

/** How a request ended: its answer has left, its connection was gone before, or its answer goes on as a stream. */
export type RequestEnd = 'sent' | 'gone' | 'streams';

/** Called at the end of a response, in this order. */
const endings = Symbol('endings');
type Followed = ServerResponse & { [endings]?: ((end: RequestEnd) => void)[] | undefined };

/**
 * Calls once when a request is over; at once where that is so already. It always comes, as a response is worked on only in
 * its turn; see {@link Connections}.
 */
export function whenDone(response: Followed, done: (end: RequestEnd) => void): void {
  if (response.closed) {
    done(endOf(response));
  } else if (response[endings] === undefined) {
    // A request has one listener for all its endings: there are many requests a second.
    response[endings] = [done];
    response.once('close', () => end(response, endOf(response)));
  } else {
    response[endings].push(done);
  }
}

/** Has a request count as over, while its answer goes on. */
export function becomeStream(response: Followed): void {
  end(response, 'streams');
}

const endOf = (response: ServerResponse): RequestEnd => (response.writableFinished ? 'sent' : 'gone');

function end(response: Followed, how: RequestEnd): void {
  const all = response[endings] ?? [];
  response[endings] = undefined;
  for (const done of all) done(how);
}
