import type { Socket } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';

/** What ioredis needs for a `rediss://` address; nothing for others, as it would speak TLS there, too. */
export function redisTls(
  url: string,
  ca: readonly string[] | undefined,
): Pick<RedisOptions, 'tls' | 'Connector'> {
  if (!url.startsWith('rediss:')) return {};
  return { tls: ca === undefined ? {} : { ca: [...ca] }, Connector: TlsConnector };
}

/** How long ioredis gives a connection that is closed to end by itself, by default. */
const disconnectMs = 2_000;

/**
 * Connects as ioredis' own connector does, and hears every fault of the connection. That one hears the first alone: a
 * server whose certificate is refused can bring a second, by its alert, and nobody would be there to hear it, which ends
 * the process.
 */
class TlsConnector extends AbstractConnector {
  readonly #options: RedisOptions;

  constructor(options: unknown) {
    // Its own options, which ioredis does not type here.
    const given = options as RedisOptions;
    super(given.disconnectTimeout ?? disconnectMs);
    this.#options = given;
  }

  override async connect(): Promise<Socket> {
    this.connecting = true;
    // So that whoever leaves at once leaves no connection behind.
    await Promise.resolve();
    if (!this.connecting) throw new Error('Connection is closed.');
    const { host, port, family, tls } = this.#options;
    const address: ConnectionOptions = {
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port: Number(port) }),
      ...(family === undefined ? {} : { family }),
    };
    const stream = connect({ ...address, ...tls });
    this.stream = stream;
    stream.on('error', (error) => {
      this.firstError ??= error;
    });
    return stream;
  }
}
