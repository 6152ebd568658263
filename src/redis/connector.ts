import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import { attemptMs } from '../network/dispatcher.ts';
import type { RedisAddress } from './redis-address.ts';

export interface ConnectorOptions {
  /** Time to connect, in milliseconds. */
  readonly connectMs: number;
  /** Certificates of the authorities to trust, in PEM. Default: those that Node trusts. */
  readonly ca?: readonly string[] | undefined;
  /** How host names are looked up. Default: by the system. */
  readonly lookup?: LookupFunction | undefined;
}

/** How long ioredis gives a connection that is closed to end by itself, by default. */
const disconnectMs = 2_000;

/**
 * Connects as ioredis' own connector does, but gives each address of a host its time, names the server over TLS, as addresses
 * that many servers share need it, and hears every fault of the connection. ioredis' own hears the first alone: a server
 * whose certificate is rejected can bring a second, by its alert, and without a listener it ends the process.
 */
export function redisConnector(
  { tls, host, port }: Pick<RedisAddress, 'tls' | 'host' | 'port'>,
  { connectMs, ca, lookup }: ConnectorOptions,
): Pick<RedisOptions, 'tls' | 'Connector'> {
  const address = {
    host,
    port,
    autoSelectFamilyAttemptTimeout: attemptMs(connectMs),
    ...(lookup && { lookup }),
  };
  const open = (): Socket =>
    tls
      ? connectTls({
          ...address,
          ...(ca && { ca: [...ca] }),
          // A numeric address has no name to send (RFC 6066).
          ...(isIP(host) === 0 && { servername: host }),
        })
      : connect(address);

  class Connector extends AbstractConnector {
    constructor() {
      super(disconnectMs);
    }

    override async connect(): Promise<Socket> {
      this.connecting = true;
      // A caller that leaves at once leaves no connection behind.
      await Promise.resolve();
      if (!this.connecting) throw new Error('Connection is closed.');
      const stream = open();
      this.stream = stream;
      stream.on('error', (error) => {
        this.firstError ??= error;
      });
      return stream;
    }
  }
  // By `tls` ioredis knows which event says that the connection is there.
  return { Connector, ...(tls && { tls: {} }) };
}
