import { type Dispatcher, Pool } from 'undici';

/** A proxy that cannot be reached, does not answer, or refuses to connect. */
export class ProxyError extends Error {
  /** The status of its answer, if there was one. */
  readonly status: number | undefined;

  constructor(status: number | undefined, cause?: unknown) {
    super(status === undefined ? 'The proxy failed.' : `The proxy answered ${status}.`, { cause });
    this.name = 'ProxyError';
    this.status = status;
  }
}

/** Connections to a proxy, which separates its own faults from those of the target. */
export class ProxyPool extends Pool {
  override connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData>;
  override connect(
    options: Dispatcher.ConnectOptions,
    callback: (error: Error | null, data: Dispatcher.ConnectData) => void,
  ): void;
  override connect(
    options: Dispatcher.ConnectOptions,
    callback?: (error: Error | null, data: Dispatcher.ConnectData) => void,
  ): Promise<Dispatcher.ConnectData> | undefined {
    if (callback === undefined) return this.#connect(options);
    super.connect(options, callback);
    return undefined;
  }

  async #connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
    const answer = await super.connect(options).catch((cause: unknown) => {
      throw new ProxyError(undefined, cause);
    });
    if (answer.statusCode === 200) return answer;
    answer.socket.on('error', () => undefined).destroy();
    throw new ProxyError(answer.statusCode);
  }
}
