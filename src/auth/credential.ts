import type { Secret } from '../secret.ts';

/** A bearer token for upstream. */
export interface AccessToken {
  readonly value: Secret;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** As whom the gateway asks upstream. */
export interface Credential {
  /**
   * A token that has not expired. Any number of callers share one acquisition.
   * @param signal ends this caller's wait, not the acquisition
   * @throws {CredentialError} where none can be had
   */
  readonly token: (signal: AbortSignal) => Promise<AccessToken>;

  /**
   * Says that upstream refused a token. The next one is another, unless there is none or it was replaced just now: then
   * the refusal is not about the token, and the same is given out again.
   */
  readonly reject: (token: AccessToken) => void;
}

/**
 * Why there is no token: the identity provider said no to the gateway, or to the caller on whose behalf it asked; wants
 * to see that caller again; or could not be asked.
 */
export type CredentialFailure = 'refused' | 'caller-refused' | 'caller-must-sign-in' | 'unreachable';

export class CredentialError extends Error {
  readonly kind: CredentialFailure;
  /** The provider's own code, such as `AADSTS7000215`, which tells the operator what to mend. */
  readonly providerCode: string | undefined;
  /** What the caller's application must ask for when it signs the caller in again: a claims request, in JSON. */
  readonly claims: string | undefined;

  /** @param problem for who must act: what was wrong and what to look at */
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

/** A token from the settings, for trying things out: there is no other. */
export function fixedCredential(value: Secret): Credential {
  const token: AccessToken = { value, expiresAt: Number.POSITIVE_INFINITY };
  return { token: async () => token, reject: () => undefined };
}
