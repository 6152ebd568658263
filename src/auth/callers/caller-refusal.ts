/**
 * Why a caller is rejected, by the error codes of RFC 6750: `missing` (no token), `invalid_request`, `invalid_token`,
 * `insufficient_scope`; and `unavailable`, where the issuer's keys cannot be fetched.
 */
export type CallerRefusalReason =
  | 'missing'
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'unavailable';

/** A rejected caller. The message is for the caller, and holds nothing of the token. */
export class CallerRefusal extends Error {
  readonly reason: CallerRefusalReason;
  /** One of these scopes would have been enough. */
  readonly scopes: readonly string[];

  constructor(
    reason: CallerRefusalReason,
    message: string,
    { scopes = [], cause }: { readonly scopes?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CallerRefusal';
    this.reason = reason;
    this.scopes = scopes;
  }

  /** The status of the answer, by RFC 6750. */
  get status(): 400 | 401 | 403 | 503 {
    switch (this.reason) {
      case 'missing':
      case 'invalid_token':
        return 401;
      case 'invalid_request':
        return 400;
      case 'insufficient_scope':
        return 403;
      case 'unavailable':
        return 503;
      default:
        return this.reason satisfies never;
    }
  }

  /** The value of `WWW-Authenticate`; undefined where a token would not help. */
  get challenge(): string | undefined {
    if (this.reason === 'unavailable') return undefined;
    // RFC 6750 3.1: a request without a token gets no error code.
    if (this.reason === 'missing') return realm;
    const scope = this.scopes.length === 0 ? '' : `, scope="${this.scopes.join(' ')}"`;
    return `${realm}, error="${this.reason}", error_description="${this.message.replaceAll(/["\\]/g, "'")}"${scope}`;
  }
}

const realm = 'Bearer realm="machines-gateway"';
