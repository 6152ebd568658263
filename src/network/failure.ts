import { ProxyError } from './proxy-pool.ts';

/** Why there is no connection or no whole answer, for the operator. */
export interface NetworkFailure {
  readonly kind: NetworkFailureKind;
  /** Continues "…: ". Holds addresses and error codes, nothing of what was sent or answered. */
  readonly reason: string;
  /** Whether another try may help. */
  readonly passing: boolean;
}

export type NetworkFailureKind =
  | 'refused'
  | 'unknown-host'
  | 'unreachable'
  | 'timeout'
  | 'certificate'
  | 'tls'
  | 'proxy'
  | 'broken';

interface Meaning {
  readonly kind: NetworkFailureKind;
  readonly reason: string;
}

const untrusted: Meaning = {
  kind: 'certificate',
  reason: 'its certificate is not trusted; NODE_EXTRA_CA_CERTS names further authorities',
};
const notTls: Meaning = { kind: 'tls', reason: 'the TLS handshake failed' };
const noTime: Meaning = { kind: 'timeout', reason: 'connecting took too long' };
const noRoute: Meaning = { kind: 'unreachable', reason: 'there is no route to it' };
const closed: Meaning = { kind: 'broken', reason: 'the connection was closed by the other side' };

/** What the codes of Node, OpenSSL and undici mean. */
const meanings: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: { kind: 'refused', reason: 'the connection was refused' },
  ENOTFOUND: { kind: 'unknown-host', reason: 'the host name is not known' },
  EAI_AGAIN: { kind: 'unknown-host', reason: 'the host name could not be looked up' },
  EHOSTUNREACH: noRoute,
  ENETUNREACH: noRoute,
  EADDRNOTAVAIL: noRoute,
  ETIMEDOUT: noTime,
  UND_ERR_CONNECT_TIMEOUT: noTime,
  UND_ERR_HEADERS_TIMEOUT: { kind: 'timeout', reason: 'no answer began in time' },
  UND_ERR_BODY_TIMEOUT: { kind: 'timeout', reason: 'the answer paused for too long' },
  ECONNRESET: closed,
  EPIPE: closed,
  UND_ERR_SOCKET: closed,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  CERT_UNTRUSTED: untrusted,
  INVALID_CA: untrusted,
  CERT_HAS_EXPIRED: { kind: 'certificate', reason: 'its certificate has expired, or the clock is wrong' },
  CERT_NOT_YET_VALID: {
    kind: 'certificate',
    reason: 'its certificate is not valid yet, or the clock is wrong',
  },
  CERT_REVOKED: { kind: 'certificate', reason: 'its certificate was revoked' },
  ERR_TLS_CERT_ALTNAME_INVALID: { kind: 'certificate', reason: 'its certificate is for another host' },
  HOSTNAME_MISMATCH: { kind: 'certificate', reason: 'its certificate is for another host' },
  EPROTO: notTls,
};

/** @param error thrown by undici, Node's sockets or a decoder */
export function networkFailure(error: unknown): NetworkFailure {
  const { kind, reason } = meaningOf(error);
  return { kind, reason, passing: kind !== 'certificate' && !isProxyRefusal(error) };
}

/** A rejection that lasts until a person acts; a proxy whose own connection is broken says 5xx. */
function isProxyRefusal(error: unknown): boolean {
  return error instanceof ProxyError && error.status !== undefined && error.status < 500;
}

function meaningOf(error: unknown): Meaning {
  if (error instanceof ProxyError) return { kind: 'proxy', reason: proxyReason(error) };
  if (error instanceof AggregateError && error.errors.length > 0) return meaningOfAll(error.errors);
  const code = codeOf(error);
  const known = code === undefined ? undefined : (meanings[code] ?? meaningOfFamily(code));
  if (code !== undefined && known !== undefined) {
    return { kind: known.kind, reason: `${known.reason} (${[code, addressOf(error)].join(' ').trim()})` };
  }
  const text = error instanceof Error ? error.message || error.name : String(error);
  return { kind: 'broken', reason: code === undefined || text.includes(code) ? text : `${text} (${code})` };
}

/** A host with several addresses fails with all their errors, and no text of its own. */
function meaningOfAll(errors: readonly unknown[]): Meaning {
  const all = errors.map(meaningOf);
  const reasons = [...new Set(all.map(({ reason }) => reason))];
  return { kind: all[0]?.kind ?? 'broken', reason: reasons.join('; ') };
}

function meaningOfFamily(code: string): Meaning | undefined {
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) return notTls;
  if (code.startsWith('HPE_')) return { kind: 'broken', reason: 'the answer is no HTTP' };
  if (code.startsWith('Z_') || code.startsWith('ERR_BROTLI') || code.startsWith('ERR__ERROR_FORMAT')) {
    return { kind: 'broken', reason: 'the body of the answer cannot be decompressed' };
  }
  return undefined;
}

function proxyReason({ status, cause }: ProxyError): string {
  switch (status) {
    case undefined:
      return `the proxy cannot be used, as ${meaningOf(cause).reason}; check HTTPS_PROXY`;
    case 407:
      return 'the proxy wants another user or password (status 407); check HTTPS_PROXY';
    default:
      return `the proxy refused to connect to the host (status ${status}); check its rules, HTTPS_PROXY and NO_PROXY`;
  }
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The address that was tried, where the error of a socket names it. */
function addressOf(error: unknown): string {
  if (!(error instanceof Error) || !('address' in error) || typeof error.address !== 'string') return '';
  return 'port' in error ? `${error.address}:${String(error.port)}` : error.address;
}
