import type { Secret } from '../secret.ts';
import type { Caller } from './callers/caller.ts';
import { type AccessToken, type Credential, CredentialError, fixedCredential } from './credential.ts';
import { delegatedCredentials } from './delegated-credentials.ts';
import type { EntraApplication } from './entra-client.ts';
import {
  entraAcquisition,
  entraOnBehalfOf,
  type ManagedIdentity,
  managedIdentityAcquisition,
} from './entra-credential.ts';
import type { IdentityNetwork } from './identity-network.ts';
import { renewingCredential } from './renewing-credential.ts';

/** By what the gateway signs in. */
export type SignIn =
  /** A bearer token from the settings, for trying things out. */
  | { readonly kind: 'fixed'; readonly token: Secret }
  | { readonly kind: 'managed-identity'; readonly identity: ManagedIdentity }
  | { readonly kind: 'entra'; readonly application: EntraApplication };

/** As whom upstream is asked. */
export interface UpstreamIdentity {
  /** @param principal as an admission names it */
  readonly credentialOf: (principal: string) => Credential;
  /** Told of each caller who is let in. */
  readonly admitted: (principal: string, caller: Caller) => void;
  /** Why upstream could not be asked now, in words for the operator. */
  readonly problems: () => Promise<readonly string[]>;
}

export interface IdentityOptions {
  readonly network: IdentityNetwork;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
  /** Told of a renewal that failed while the old token still serves. */
  readonly onRenewalFailed: (error: unknown) => void;
}

/** How long `problems` waits for a token. */
const readinessTimeoutMs = 3_000;

/** The app registration itself, or the managed identity, whoever asks. */
export function ownIdentity(signIn: SignIn, options: IdentityOptions): UpstreamIdentity {
  const credential = credentialOf(signIn, options);
  return {
    credentialOf: () => credential,
    admitted: () => undefined,
    problems: async () => {
      try {
        await credential.token(AbortSignal.timeout(readinessTimeoutMs));
        return [];
      } catch (error) {
        return [`There is no upstream token. ${error instanceof Error ? error.message : String(error)}`];
      }
    },
  };
}

/** Each user who asks, by way of the app registration. */
export function callersIdentity(
  application: EntraApplication,
  { network, now, onRenewalFailed }: IdentityOptions,
): UpstreamIdentity {
  const ask = entraOnBehalfOf(application, network);
  /** What the operator must mend, by the last sign-in; what a user must do is said to the user. */
  let refusal: string | undefined;
  const acquire = async (assertion: Secret): Promise<AccessToken> => {
    try {
      const token = await ask(assertion);
      refusal = undefined;
      return token;
    } catch (error) {
      if (error instanceof CredentialError && error.kind === 'refused') refusal = error.message;
      throw error;
    }
  };
  const delegated = delegatedCredentials({ acquire, now, onRenewalFailed });
  return {
    credentialOf: delegated.of,
    admitted: (principal, caller) => {
      if (caller.kind !== 'known') return;
      delegated.admit(principal, { token: caller.token, expiresAt: caller.tokenExpiresAt });
    },
    // Tokens are those of callers: ahead of the first there is none to ask for.
    problems: async () => (refusal === undefined ? [] : [`There are no upstream tokens. ${refusal}`]),
  };
}

function credentialOf(signIn: SignIn, { network, now, onRenewalFailed }: IdentityOptions): Credential {
  const renewing = (acquire: () => Promise<AccessToken>): Credential =>
    renewingCredential({ acquire, now, onRenewalFailed });
  switch (signIn.kind) {
    case 'fixed':
      return fixedCredential(signIn.token);
    case 'entra':
      return renewing(entraAcquisition(signIn.application, network));
    case 'managed-identity':
      return renewing(managedIdentityAcquisition(signIn.identity, network));
    default:
      return signIn satisfies never;
  }
}
