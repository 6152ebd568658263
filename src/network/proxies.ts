import { isIP } from 'node:net';
import type { Secret } from '../secret.ts';

/** The HTTP proxies on the way out. Addresses are normalised, and can hold a password. */
export interface Proxies {
  /** For https targets. */
  readonly https: Secret | undefined;
  /** For http targets, and for https ones where `https` names none. */
  readonly http: Secret | undefined;
  /** Targets that are connected to directly: hosts, each for its subdomains too, with or without a port; `*` for all. */
  readonly except: string;
}

export const noProxies: Proxies = { https: undefined, http: undefined, except: '' };

/** `NO_PROXY` as undici reads it, for which a bare IPv6 address would be a host and a port, and `*` stands alone. */
export function exceptionsOf(text: string): string {
  const hosts = text.split(/[\s,]+/).filter((host) => host !== '');
  if (hosts.includes('*')) return '*';
  return hosts.map((host) => (isIP(host) === 6 ? `[${host}]` : host)).join(',');
}
