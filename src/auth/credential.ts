import type { Secret } from '../secret.ts';

/** A bearer token for upstream. */
export interface AccessToken {
  readonly value: Secret;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** An identity of the gateway upstream. */
export interface Credential {
  /**
   * A token that has not expired. Any number of callers share one acquisition.
   * @param signal ends this caller's wait, not the acquisition
   * @throws {CredentialError} where there is none
   */
  readonly token: (signal: AbortSignal) => Promise<AccessToken>;

  /**
   * Reports that upstream rejected a token. The next one is another, unless none is available or it was replaced just now: then
   * the rejection is not about the token, and the same one is returned again.
   */
  readonly reject: (token: AccessToken) => void;
}

/**
 * Why there is no token: the identity provider rejected the gateway, or the caller on whose behalf it signs in; wants
 * that caller to sign in again; or could not be reached.
 */
export type CredentialFailure = 'refused' | 'caller-refused' | 'caller-must-sign-in' | 'unreachable';

export class CredentialError extends Error {
  readonly kind: CredentialFailure;
  /** The provider's own code, such as `AADSTS7000215`, for the operator. */
  readonly providerCode: string | undefined;
  /** The claims request, in JSON, with which the caller's application must sign the caller in again. */
  readonly claims: string | undefined;

  /** @param problem for the person who must act: what was wrong and what to check */
  constructor(
    kind: CredentialFailure,
    problem: string,
    {
      providerCode,
      claims,
      cause,
    }: {
      readonly providerCode?: string | undefined;
      readonly claims?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(problem, cause === undefined ? undefined : { cause });
    this.name = 'CredentialError';
    this.kind = kind;
    this.providerCode = providerCode;
    this.claims = claims;
  }
}

/** A fixed token from the settings, for trying things out. */
export function fixedCredential(value: Secret): Credential {
  const token: AccessToken = { value, expiresAt: Number.POSITIVE_INFINITY };
  return { token: async () => token, reject: () => undefined };
}
