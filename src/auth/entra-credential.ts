import { ManagedIdentityApplication } from '@azure/msal-node';
import type { Secret } from '../secret.ts';
import type { AccessToken } from './credential.ts';
import { createEntraClient, type EntraApplication, explainEntra, tokenOf } from './entra-client.ts';
import type { IdentityNetwork } from './identity-network.ts';

/**
 * Asks Microsoft Entra ID for a token of the app registration's own, by the client credentials grant.
 * @returns a function that asks anew at each call; keeping the token is the caller's business
 * @throws {CredentialError} at once, where the certificate cannot be read
 */
export function entraAcquisition(
  application: EntraApplication,
  network: IdentityNetwork,
): () => Promise<AccessToken> {
  const msal = createEntraClient(application, network);
  return async () => {
    try {
      // Else msal repeats a 429 or 5xx from its cache for a minute, without its status and without asking.
      msal.clearCache();
      const scopes = [application.scope];
      return tokenOf(await msal.acquireTokenByClientCredential({ scopes, skipCache: true }));
    } catch (error) {
      throw explainEntra(error, 'as-itself');
    }
  };
}

/**
 * Asks Microsoft Entra ID for a token by which the app registration asks on behalf of a user.
 * @returns a function of the token that the user sent
 * @throws {CredentialError} at once, where the certificate cannot be read
 */
export function entraOnBehalfOf(
  application: EntraApplication,
  network: IdentityNetwork,
): (assertion: Secret) => Promise<AccessToken> {
  createEntraClient(application, network);
  return async (assertion) => {
    try {
      // An msal of its own for each request, so that by no fault of its cache one user gets the token of another.
      const msal = createEntraClient(application, network);
      const scopes = [application.scope];
      const request = { oboAssertion: assertion.reveal(), scopes, skipCache: true };
      return tokenOf(await msal.acquireTokenOnBehalfOf(request));
    } catch (error) {
      throw explainEntra(error, 'on-behalf');
    }
  };
}

/** The identity that Azure gives to what runs there: no secret is needed. */
export interface ManagedIdentity {
  /** Client id of a user-assigned identity; undefined for the system-assigned one. */
  readonly clientId: string | undefined;
  /** OAuth scope to ask for, ending in `/.default`. */
  readonly scope: string;
}

/** Asks the platform for a token of the managed identity; msal finds the platform by its environment. */
export function managedIdentityAcquisition(
  { clientId, scope }: ManagedIdentity,
  network: IdentityNetwork,
): () => Promise<AccessToken> {
  const msal = new ManagedIdentityApplication({
    ...(clientId === undefined ? {} : { managedIdentityIdParams: { userAssignedClientId: clientId } }),
    system: { networkClient: network, disableInternalRetries: true },
  });
  return async () => {
    try {
      return tokenOf(await msal.acquireToken({ resource: scope, forceRefresh: true }));
    } catch (error) {
      throw explainEntra(error, 'as-itself');
    }
  };
}
