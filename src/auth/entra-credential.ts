import type { INetworkModule } from '@azure/msal-node';
import type { Secret } from '../secret.ts';
import type { AccessToken } from './credential.ts';
import type { EntraApplication } from './entra-client.ts';
import { type IdentityNetwork, watchFailures } from './identity-network.ts';

/**
 * Acquires a token of the app registration itself from Microsoft Entra ID, by the client credentials grant.
 * @returns a function that acquires a token at each call; caching it is left to the caller
 */
export function entraAcquisition(
  application: EntraApplication,
  network: IdentityNetwork,
): () => Promise<AccessToken> {
  const scopes = [application.scope];
  return () =>
    signIn(network, 'as-itself', async (watched, { createEntraClient, tokenOf }) => {
      const msal = createEntraClient(application, watched);
      return tokenOf(await msal.acquireTokenByClientCredential({ scopes, skipCache: true }));
    });
}

/**
 * Acquires a token from Microsoft Entra ID on behalf of a user.
 * @returns a function of the token that the user sent
 */
export function entraOnBehalfOf(
  application: EntraApplication,
  network: IdentityNetwork,
): (assertion: Secret) => Promise<AccessToken> {
  const scopes = [application.scope];
  return (assertion) =>
    signIn(network, 'on-behalf', async (watched, { createEntraClient, tokenOf }) => {
      const msal = createEntraClient(application, watched);
      const request = { oboAssertion: assertion.reveal(), scopes, skipCache: true };
      return tokenOf(await msal.acquireTokenOnBehalfOf(request));
    });
}

/** The identity that Azure gives to what runs there: no secret is needed. */
export interface ManagedIdentity {
  /** Client id of a user-assigned identity; undefined for the system-assigned one. */
  readonly clientId: string | undefined;
  /** OAuth scope to ask for, ending in `/.default`. */
  readonly scope: string;
}

/** Acquires a token of the managed identity; msal finds the platform by its environment. */
export function managedIdentityAcquisition(
  { clientId, scope }: ManagedIdentity,
  network: IdentityNetwork,
): () => Promise<AccessToken> {
  return () =>
    signIn(network.platform, 'as-itself', async (watched, { tokenOf }) => {
      const { ManagedIdentityApplication } = await import('@azure/msal-node');
      const msal = new ManagedIdentityApplication({
        ...(clientId === undefined ? {} : { managedIdentityIdParams: { userAssignedClientId: clientId } }),
        system: { networkClient: watched, disableInternalRetries: true },
      });
      return tokenOf(await msal.acquireToken({ resource: scope, forceRefresh: true }));
    });
}

/**
 * One sign-in, with an msal of its own. So no fault of its cache gives one user the token of another, a 429 is not
 * repeated from the cache for a minute, and a failure belongs to this sign-in.
 * msal is loaded at the first one: a tenth of the time of a start, which need not wait for it.
 */
async function signIn(
  network: INetworkModule,
  asking: 'as-itself' | 'on-behalf',
  acquire: (watched: INetworkModule, entra: typeof import('./entra-client.ts')) => Promise<AccessToken>,
): Promise<AccessToken> {
  const entra = await import('./entra-client.ts');
  const watch = watchFailures(network);
  try {
    return await acquire(watch.network, entra);
  } catch (error) {
    throw entra.explainEntra(error, asking, watch.failure());
  }
}
