import type { JSONWebKeySet } from 'jose';

/** An application registered with the stand-in. It proves itself with a secret, a certificate, or either. */
export interface EntraClient {
  readonly clientId: string;
  readonly secret?: string | undefined;
  /** X.509 certificate in PEM, whose private key signs the client assertions. */
  readonly certificate?: string | undefined;
  /** A foreign issuer whose assertions prove the application: workload identity federation. */
  readonly federated?: FederatedIssuer | undefined;
  /** The application roles its tokens carry, such as `Machine.Read.All`. */
  readonly roles: readonly string[];
}

/** Whose assertions, about whom, are taken for an application's, as a federated identity credential says. */
export interface FederatedIssuer {
  readonly issuer: string;
  readonly subject: string;
  readonly keys: JSONWebKeySet;
}

/** A user of the directory, on whose behalf an application may sign in. */
export interface EntraUser {
  /** Object id, a GUID. */
  readonly id: string;
  /** What the user has consented to for the Machines API, such as `Machine.Read`; nothing, where consent is missing. */
  readonly scopes: readonly string[];
  /** The device groups that Defender shows the user; undefined where the role permission 'View Data' is missing. */
  readonly deviceGroups: readonly number[] | undefined;
  /** Whether conditional access asks the user for another factor, which an application cannot give. */
  readonly needsAnotherFactor?: boolean | undefined;
}

/** The directory the Entra ID stand-in plays. */
export interface EntraOptions {
  readonly tenantId: string;
  readonly clients: readonly EntraClient[];
  /** Default: none. */
  readonly users?: readonly EntraUser[] | undefined;
  /** The secret header of the managed identity endpoint, and its client. Default: none. */
  readonly managedIdentity?: { readonly header: string; readonly clientId: string } | undefined;
  /** The API's own audience. Default: https://api.securitycenter.microsoft.com, whatever host serves the API. */
  readonly audience?: string | undefined;
  /** Other resources tokens are issued for; the API answers such tokens with 403. Default: none. */
  readonly otherAudiences?: readonly string[] | undefined;
  /** Default: 3,600 */
  readonly tokenLifetimeSeconds?: number | undefined;
  /** Default: 0, any free port. */
  readonly port?: number | undefined;
}

/** The documented audience, also for calls to api.security.microsoft.com. */
export const DEFAULT_AUDIENCE = 'https://api.securitycenter.microsoft.com';
export const DEFAULT_TOKEN_LIFETIME_SECONDS = 3_600;
