import { readFile } from 'node:fs/promises';
import {
  AuthError,
  ConfidentialClientApplication,
  type INetworkModule,
  InteractionRequiredAuthError,
  ServerError,
} from '@azure/msal-node';
import type { NetworkFailure } from '../network/failure.ts';
import { Secret } from '../secret.ts';
import type { ClientCertificate } from './client-certificate.ts';
import { type AccessToken, CredentialError } from './credential.ts';
import { IdentityNetworkError } from './identity-network.ts';

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

/** The proof of the app registration. */
export type EntraProof =
  | { readonly kind: 'secret'; readonly secret: Secret }
  | { readonly kind: 'certificate'; readonly certificate: ClientCertificate }
  /** File with a token of the platform (workload identity federation); it changes by the hour. */
  | { readonly kind: 'federated'; readonly tokenFile: string };

/** msal for one app registration. */
export function createEntraClient(
  { tenantId, clientId, proof, authorityHost }: EntraApplication,
  network: INetworkModule,
): ConfidentialClientApplication {
  return new ConfidentialClientApplication({
    auth: {
      clientId,
      authority: `https://${authorityHost}/${tenantId}`,
      // Trusted as given: otherwise msal asks the commercial cloud about every unknown host.
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
      return {
        clientCertificate: { ...proof.certificate, privateKey: proof.certificate.privateKey.reveal() },
      };
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

/** The token of an answer of msal. msal makes an empty token of an answer without token and error, as a proxy may send it. */
export function tokenOf(
  result: { readonly accessToken: string; readonly expiresOn: Date | null } | null,
): AccessToken {
  if (!result?.accessToken) throw notAsked('it answered without a token');
  return { value: new Secret(result.accessToken), expiresAt: result.expiresOn?.getTime() ?? 0 };
}

/** What the operator should check, by Entra's error code. */
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
    'The token of the caller is not meant for AZURE_CLIENT_ID: only the app registration that is its audience can act on behalf of the user.',
};

/** What a user or an administrator of users can do, by Entra's error code. */
const adviceForCallers: Readonly<Record<string, string>> = {
  AADSTS65001:
    'Consent to use Defender on your behalf is missing: an administrator must grant the delegated permission Machine.Read of WindowsDefenderATP to the app registration of the gateway.',
  AADSTS50105:
    'You are not assigned to the application: an administrator must assign you to the app registration of the gateway.',
  AADSTS50034: 'Your account is not in the tenant of the gateway.',
};

/** The user's own token has expired or cannot be checked, though it was valid by our clock. */
const userTokenCodes: ReadonlySet<string> = new Set(['AADSTS50013', 'AADSTS500133']);

/**
 * The error of msal, in words for the person who must act.
 * @param asking whether the token is on behalf of a caller, who may have to act
 * @param failure the network failure, if there was one: msal turns many such failures into one error of its own
 */
export function explainEntra(
  error: unknown,
  asking: 'as-itself' | 'on-behalf',
  failure: IdentityNetworkError | undefined,
): CredentialError {
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
  // Entra's text is left out: it names tenants and applications, and quotes the request.
  if (code !== undefined || error instanceof ServerError) {
    const named = code ?? (error instanceof ServerError ? error.errorCode : '');
    const problem =
      (code === undefined ? undefined : advice[code]) ?? 'Look the code up in the Entra documentation.';
    return new CredentialError('refused', `Microsoft Entra ID rejected the sign-in (${named}). ${problem}`, {
      providerCode: code,
    });
  }
  const network = failure ?? (error instanceof IdentityNetworkError ? error : undefined);
  if (network !== undefined) return notAsked(`${network.message}${hintFor(network.failure)}`, network);
  const cause = error instanceof AuthError ? error.errorCode : text;
  // msal's code for any failure to discover an unknown authority.
  const hint =
    cause === 'endpoints_resolution_error' ? ' (check AZURE_AUTHORITY_HOST and AZURE_TENANT_ID)' : '';
  return notAsked(cause + hint, error);
}

/** What the operator should check, by the reason for no answer; the reason itself names other settings. */
function hintFor(failure: NetworkFailure | undefined): string {
  switch (failure?.kind) {
    case 'refused':
    case 'unknown-host':
    case 'unreachable':
    case 'timeout':
      return ' (check AZURE_AUTHORITY_HOST, and HTTPS_PROXY where the network wants a proxy)';
    default:
      return '';
  }
}

function notAsked(why: string, cause?: unknown): CredentialError {
  return new CredentialError('unreachable', `Microsoft Entra ID could not be reached: ${why}.`, { cause });
}
