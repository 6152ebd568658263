import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { noProxies, type Proxies } from './proxies.ts';
import { ProxyPool } from './proxy-pool.ts';

/** HTTP connections outward, to upstream and to identity providers. */
export interface DispatcherOptions
  extends Pick<
    Agent.Options,
    'connections' | 'pipelining' | 'keepAliveTimeout' | 'headersTimeout' | 'bodyTimeout' | 'maxResponseSize'
  > {
  /** Time to connect: TCP and TLS to the target, or to a proxy; and for a proxy to answer. In milliseconds. */
  readonly connectTimeoutMs: number;
  /** Default: none. */
  readonly proxies?: Proxies | undefined;
  /** Certificates of the authorities to trust, in PEM. Default: those that Node trusts. */
  readonly ca?: readonly string[] | undefined;
  /** How host names are looked up. Default: by the system. */
  readonly lookup?: LookupFunction | undefined;
}

/** Pooled connections, directly or through a proxy. A proxy that rejects or does not answer is a `ProxyError`. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { connectTimeoutMs, proxies = noProxies, ca, lookup, ...pooling } = options;
  const connect = {
    timeout: connectTimeoutMs,
    autoSelectFamilyAttemptTimeout: attemptMs(connectTimeoutMs),
    ...(ca && { ca: [...ca] }),
    ...(lookup && { lookup }),
  };
  if (proxies.https === undefined && proxies.http === undefined) return new Agent({ ...pooling, connect });
  return new EnvHttpProxyAgent({
    ...pooling,
    connect,
    requestTls: connect,
    proxyTls: connect,
    clientFactory: (origin, proxy) =>
      new ProxyPool(origin, { ...proxy, headersTimeout: connectTimeoutMs, bodyTimeout: connectTimeoutMs }),
    // Empty texts rather than undefined, with which undici would read the environment.
    httpProxy: proxies.http?.reveal() ?? '',
    httpsProxy: proxies.https?.reveal() ?? '',
    noProxy: proxies.except,
  });
}

/**
 * Time for one of the addresses of a host, in milliseconds. Node gives each but the last 250 by default, and fails at once
 * where that one refuses. Half of the whole leaves time for another address where the first never answers, as an IPv6 address does
 * in many a network that speaks IPv4 alone.
 */
export function attemptMs(connectTimeoutMs: number): number {
  return Math.max(10, Math.ceil(connectTimeoutMs / 2));
}
