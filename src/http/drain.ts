import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

export interface DrainOptions {
  /** Time to serve on while load balancers take notice, in milliseconds. */
  readonly drainDelayMs: number;
  /** Time for requests in flight to finish, in milliseconds. */
  readonly drainTimeoutMs: number;
  /** Clock that never goes back, in milliseconds. */
  readonly monotonic: () => number;
  readonly log: Logger;
}

/** The end of an HTTP server: ready no longer, then no longer listening, then closed. */
export class Drain {
  readonly #options: DrainOptions;
  readonly #stopping = new AbortController();
  #endsAt: number | undefined;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** Aborts when requests in flight are not waited for any longer. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  problems(): readonly string[] {
    return this.#endsAt !== undefined ? ['The gateway is stopping.'] : [];
  }

  /** Time that is left for what comes behind the server; all of it before the end has begun. In milliseconds. */
  readonly leftMs = (): number => {
    const { drainTimeoutMs, monotonic } = this.#options;
    return this.#endsAt === undefined ? drainTimeoutMs : Math.max(0, this.#endsAt - monotonic());
  };

  /** Ends the server; resolves once it is closed. */
  async run(server: FastifyInstance): Promise<void> {
    const { drainDelayMs, drainTimeoutMs, monotonic, log } = this.#options;
    this.#endsAt = monotonic() + drainDelayMs + drainTimeoutMs;
    await delay(drainDelayMs);
    const hurry = setTimeout(() => {
      log.warn('requests in flight did not finish in time; aborting them');
      this.#stopping.abort();
      server.server.closeAllConnections();
    }, drainTimeoutMs);
    try {
      await server.close();
    } finally {
      clearTimeout(hurry);
    }
  }
}
