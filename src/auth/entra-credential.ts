import { createPrivateKey, X509Certificate } from 'node:crypto';
import { AuthError, ConfidentialClientApplication, ServerError } from '@azure/msal-node';
import { Secret } from '../secret.ts';
import { type AccessToken, CredentialError } from './credential.ts';
import type { EntraNetwork } from './entra-network.ts';

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
  | { readonly kind: 'certificate'; readonly pem: Secret };

/**
 * Asks Microsoft Entra ID for a token by the client credentials grant.
 * @returns a function that asks anew at each call; keeping the token is the caller's business
 * @throws {CredentialError} at once, where the certificate cannot be read
 */
export function entraAcquisition(
  application: EntraApplication,
  network: EntraNetwork,
): () => Promise<AccessToken> {
  const { tenantId, clientId, proof, authorityHost, scope } = application;
  const msal = new ConfidentialClientApplication({
    auth: {
      clientId,
      authority: `https://${authorityHost}/${tenantId}`,
      // Trusted as given: else msal asks the commercial cloud about every host it does not know.
      knownAuthorities: [authorityHost],
      ...(proof.kind === 'secret'
        ? { clientSecret: proof.secret.reveal() }
        : { clientCertificate: readCertificate(proof.pem) }),
    },
    system: { networkClient: network },
  });

  return async () => {
    try {
      // Else msal repeats a 429 or 5xx from its cache for a minute, without its status and without asking.
      msal.clearCache();
      const result = await msal.acquireTokenByClientCredential({ scopes: [scope], skipCache: true });
      // Of an answer that holds neither token nor error, as a proxy may send it, msal makes an empty token.
      if (!result?.accessToken) throw notAsked('it answered without a token');
      return { value: new Secret(result.accessToken), expiresAt: result.expiresOn?.getTime() ?? 0 };
    } catch (error) {
      throw error instanceof CredentialError ? error : explain(error);
    }
  };
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
  AADSTS500011: 'The resource was not found in the tenant: check MACHINES_API_SCOPE and the cloud.',
};

function explain(error: unknown): CredentialError {
  const text = error instanceof Error ? error.message : String(error);
  const code = /AADSTS\d+/.exec(text)?.[0];
  const status = error instanceof ServerError ? error.status : undefined;
  if (status === 429 || (status !== undefined && status >= 500)) {
    return notAsked(`it answered with status ${status}${code === undefined ? '' : ` (${code})`}`);
  }
  // Entra's text is not passed on: it names tenants and applications, and quotes what was sent.
  if (code !== undefined || error instanceof ServerError) {
    const named = code ?? (error instanceof ServerError ? error.errorCode : '');
    const problem =
      (code === undefined ? undefined : advice[code]) ?? 'Look the code up in the Entra documentation.';
    return new CredentialError(
      'refused',
      `Microsoft Entra ID refused the sign-in (${named}). ${problem}`,
      code,
    );
  }
  const cause = error instanceof AuthError ? error.errorCode : text;
  // So msal calls any failure to learn of an authority that it does not know by itself.
  const hint =
    cause === 'endpoints_resolution_error' ? ' (check AZURE_AUTHORITY_HOST and AZURE_TENANT_ID)' : '';
  return notAsked(cause + hint, error);
}

function notAsked(why: string, cause?: unknown): CredentialError {
  return new CredentialError(
    'unreachable',
    `Microsoft Entra ID could not be asked: ${why}.`,
    undefined,
    cause === undefined ? undefined : { cause },
  );
}

interface ClientCertificate {
  readonly thumbprintSha256: string;
  readonly privateKey: string;
  readonly x5c: string;
}

/** @throws {CredentialError} where the text is not a certificate with its own, unencrypted key */
export function readCertificate(pem: Secret): ClientCertificate {
  try {
    const text = pem.reveal();
    const certificate = new X509Certificate(text);
    const privateKey = createPrivateKey(text);
    if (!certificate.checkPrivateKey(privateKey))
      throw new Error('The key is not the one of the certificate.');
    return {
      thumbprintSha256: certificate.fingerprint256.replaceAll(':', ''),
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      x5c: certificate.toString(),
    };
  } catch (error) {
    throw new CredentialError(
      'refused',
      'AZURE_CLIENT_CERTIFICATE_PATH does not name a PEM file with a certificate and its unencrypted private key.',
      undefined,
      { cause: error },
    );
  }
}
