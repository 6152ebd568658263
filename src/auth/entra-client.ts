import { readFile } from 'node:fs/promises';
import {
  AuthError,
  ConfidentialClientApplication,
  InteractionRequiredAuthError,
  ServerError,
} from '@azure/msal-node';
import { Secret } from '../secret.ts';
import { readCertificate } from './client-certificate.ts';
import { type AccessToken, CredentialError } from './credential.ts';
import type { IdentityNetwork } from './identity-network.ts';

/** The app registration that the gateway signs in as. */
export interface EntraApplication {
  /** Tenant id or one of its domain names. */
  readonly tenantId: string;
  readonly clientId: string;
  readonly proof: EntraProof;
  /** Host that tokens come from, such as `login.microsoftonline.com`. */
  readonly authorityHost: string;
  /** OAuth scope to ask for, ending in `/.default`. */
  readonly scope: string;
}

/** By what the app registration shows that it is itself. */
export type EntraProof =
  | { readonly kind: 'secret'; readonly secret: Secret }
  /** PEM text of a certificate and its private key. */
  | { readonly kind: 'certificate'; readonly pem: Secret }
  /** File with a token of the platform that the gateway runs on (workload identity federation); it changes by the hour. */
  | { readonly kind: 'federated'; readonly tokenFile: string };

/**
 * msal for one app registration.
 * @throws {CredentialError} where the certificate cannot be read
 */
export function createEntraClient(
  { tenantId, clientId, proof, authorityHost }: EntraApplication,
  network: IdentityNetwork,
): ConfidentialClientApplication {
  return new ConfidentialClientApplication({
    auth: {
      clientId,
      authority: `https://${authorityHost}/${tenantId}`,
      // Trusted as given: else msal asks the commercial cloud about every host it does not know.
      knownAuthorities: [authorityHost],
      ...proofForMsal(proof),
    },
    system: { networkClient: network },
  });
}

function proofForMsal(proof: EntraProof) {
  switch (proof.kind) {
    case 'secret':
      return { clientSecret: proof.secret.reveal() };
    case 'certificate':
      return { clientCertificate: readCertificate(proof.pem) };
    case 'federated':
      return { clientAssertion: () => readAssertion(proof.tokenFile) };
    default:
      return proof satisfies never;
  }
}

async function readAssertion(tokenFile: string): Promise<string> {
  try {
    return (await readFile(tokenFile, 'utf8')).trim();
  } catch (cause) {
    throw new CredentialError('refused', 'AZURE_FEDERATED_TOKEN_FILE cannot be read.', { cause });
  }
}

/** What an answer of msal is worth. Of one that holds neither token nor error, as a proxy may send it, msal makes an empty token. */
export function tokenOf(
  result: { readonly accessToken: string; readonly expiresOn: Date | null } | null,
): AccessToken {
  if (!result?.accessToken) throw notAsked('it answered without a token');
  return { value: new Secret(result.accessToken), expiresAt: result.expiresOn?.getTime() ?? 0 };
}

/** What the operator should look at, by Entra's error code. */
const advice: Readonly<Record<string, string>> = {
  AADSTS90002: 'The tenant was not found: check AZURE_TENANT_ID and the cloud.',
  AADSTS700016:
    'The app registration was not found in the tenant: check AZURE_CLIENT_ID and AZURE_TENANT_ID.',
  AADSTS7000215: 'The client secret is wrong: AZURE_CLIENT_SECRET takes the secret value, not the secret id.',
  AADSTS7000222: 'The client secret has expired: make a new one and set AZURE_CLIENT_SECRET.',
  AADSTS700027:
    'The certificate is not registered with the app, or has expired: check AZURE_CLIENT_CERTIFICATE_PATH.',
  AADSTS700021: 'The federated credential of the app does not match the token in AZURE_FEDERATED_TOKEN_FILE.',
  AADSTS70021: 'The federated credential of the app does not match the token in AZURE_FEDERATED_TOKEN_FILE.',
  AADSTS500011: 'The resource was not found in the tenant: check MACHINES_API_SCOPE and the cloud.',
  AADSTS500131:
    'The token of the caller is not meant for AZURE_CLIENT_ID: on behalf of a user only the app registration can ask that the token names as its audience.',
};

/** What a user, or who administers users, can do about it, by Entra's error code. */
const adviceForCallers: Readonly<Record<string, string>> = {
  AADSTS65001:
    'The use of Defender on your behalf is not consented to: an administrator must grant the delegated permission Machine.Read of WindowsDefenderATP to the app registration of the gateway.',
  AADSTS50105:
    'You are not assigned to the application: an administrator must assign you to the app registration of the gateway.',
  AADSTS50034: 'Your account is not in the tenant of the gateway.',
};

/** That the user's own token is over, or cannot be checked: by our clock it was still good. */
const userTokenCodes: ReadonlySet<string> = new Set(['AADSTS50013', 'AADSTS500133']);

/**
 * What msal threw, in words for who must act.
 * @param asking whether a token was asked for on behalf of a caller, who may then be the one to act
 */
export function explainEntra(error: unknown, asking: 'as-itself' | 'on-behalf'): CredentialError {
  if (error instanceof CredentialError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const code = /AADSTS\d+/.exec(text)?.[0];
  const status = error instanceof ServerError ? error.status : undefined;
  if (status === 429 || (status !== undefined && status >= 500)) {
    return notAsked(`it answered with status ${status}${code === undefined ? '' : ` (${code})`}`);
  }
  const forCaller = code === undefined || asking === 'as-itself' ? undefined : adviceForCallers[code];
  if (forCaller !== undefined) {
    return new CredentialError('caller-refused', `${forCaller} (${code})`, { providerCode: code });
  }
  const isForUser = error instanceof InteractionRequiredAuthError || userTokenCodes.has(code ?? '');
  if (isForUser && asking === 'on-behalf') {
    const claims = error instanceof InteractionRequiredAuthError ? error.claims || undefined : undefined;
    return new CredentialError(
      'caller-must-sign-in',
      `Microsoft Entra ID asks you to sign in again (${code ?? 'interaction_required'}).`,
      { providerCode: code, claims },
    );
  }
  // Entra's text is not passed on: it names tenants and applications, and quotes what was sent.
  if (code !== undefined || error instanceof ServerError) {
    const named = code ?? (error instanceof ServerError ? error.errorCode : '');
    const problem =
      (code === undefined ? undefined : advice[code]) ?? 'Look the code up in the Entra documentation.';
    return new CredentialError('refused', `Microsoft Entra ID refused the sign-in (${named}). ${problem}`, {
      providerCode: code,
    });
  }
  const cause = error instanceof AuthError ? error.errorCode : text;
  // So msal calls any failure to learn of an authority that it does not know by itself.
  const hint =
    cause === 'endpoints_resolution_error' ? ' (check AZURE_AUTHORITY_HOST and AZURE_TENANT_ID)' : '';
  return notAsked(cause + hint, error);
}

function notAsked(why: string, cause?: unknown): CredentialError {
  return new CredentialError('unreachable', `Microsoft Entra ID could not be asked: ${why}.`, { cause });
}
