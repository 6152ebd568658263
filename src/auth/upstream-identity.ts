import type { Clock } from '../clock.ts';
import type { Secret } from '../secret.ts';
import type { Admission } from './admission.ts';
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

/** How the gateway signs in. */
export type SignIn =
  /** A bearer token from the settings, for trying things out. */
  | { readonly kind: 'fixed'; readonly token: Secret }
  | { readonly kind: 'managed-identity'; readonly identity: ManagedIdentity }
  | { readonly kind: 'entra'; readonly application: EntraApplication };

/** The identity for upstream calls. */
export interface UpstreamIdentity {
  /** @param principal of an admission */
  readonly credentialOf: (principal: string) => Credential;
  /** Called with each accepted caller. */
  readonly admitted: (admission: Admission) => void;
  /** Why upstream cannot be called now, for the operator. */
  readonly problems: () => Promise<readonly string[]>;
}

export interface IdentityOptions {
  readonly network: IdentityNetwork;
  readonly clock: Clock;
  /** Called when a renewal failed while the old token is still in use. */
  readonly onRenewalFailed: (error: unknown) => void;
}

/** How long `problems` waits for a token. */
const readinessTimeoutMs = 3_000;

/** @param asked whose rights decide what upstream shows: those of the app registration, or of each caller */
export function createUpstreamIdentity(
  asked: 'app' | 'caller',
  signIn: SignIn,
  options: IdentityOptions,
): UpstreamIdentity {
  if (asked === 'app') return ownIdentity(signIn, options);
  // The settings reject it, and so must this: otherwise callers would see the rows of the gateway itself.
  if (signIn.kind !== 'entra') throw new Error('Only an app registration can ask on behalf of callers.');
  return callersIdentity(signIn.application, options);
}

/** What the quota and the fleet belong to, without its address. Holds a secret where the sign-in is a fixed token. */
export function registrationOf(signIn: SignIn): readonly string[] {
  switch (signIn.kind) {
    case 'fixed':
      return [signIn.token.reveal()];
    case 'entra':
      return [signIn.application.tenantId.toLowerCase(), signIn.application.clientId.toLowerCase()];
    case 'managed-identity':
      return ['managed identity', signIn.identity.clientId?.toLowerCase() ?? ''];
    default:
      return signIn satisfies never;
  }
}

/** The app registration itself, or the managed identity. */
function ownIdentity(signIn: SignIn, options: IdentityOptions): UpstreamIdentity {
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

/** The calling user, by way of the app registration. */
function callersIdentity(
  application: EntraApplication,
  { network, clock, onRenewalFailed }: IdentityOptions,
): UpstreamIdentity {
  const ask = entraOnBehalfOf(application, network);
  /** What the operator must correct, by the last sign-in; what a user must do is in the error for that user. */
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
  const delegated = delegatedCredentials({ acquire, clock, onRenewalFailed });
  return {
    credentialOf: delegated.of,
    admitted: ({ principal, caller }) => {
      if (caller.kind !== 'known') return;
      delegated.admit(principal, { token: caller.token, expiresAt: caller.tokenExpiresAt });
    },
    // Tokens are those of callers: before the first caller there is none.
    problems: async () => (refusal === undefined ? [] : [`There are no upstream tokens. ${refusal}`]),
  };
}

function credentialOf(signIn: SignIn, { network, clock, onRenewalFailed }: IdentityOptions): Credential {
  const renewing = (acquire: () => Promise<AccessToken>): Credential =>
    renewingCredential({ acquire, clock, onRenewalFailed });
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
