/** An application registered with the stand-in. It proves itself with a secret, a certificate, or either. */
export interface EntraClient {
  readonly clientId: string;
  readonly secret?: string | undefined;
  /** X.509 certificate in PEM, whose private key signs the client assertions. */
  readonly certificate?: string | undefined;
  /** The application roles its tokens carry, such as `Machine.Read.All`. */
  readonly roles: readonly string[];
}

/** The directory the Entra ID stand-in plays. */
export interface EntraOptions {
  readonly tenantId: string;
  readonly clients: readonly EntraClient[];
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
