import { API_ERRORS, type ApiError, LISTING_ROLES, LISTING_SCOPES } from './api-error.ts';
import { shortHash } from './request-log.ts';

/** The identity of a call. The quota counts by application, for all its users. */
export type Principal =
  | {
      readonly kind: 'application';
      readonly appId: string;
      readonly tenantId: string;
      readonly roles: readonly string[];
    }
  | {
      readonly kind: 'user';
      readonly appId: string;
      readonly tenantId: string;
      readonly userId: string;
      readonly scopes: readonly string[];
      /** The device groups whose machines the user is shown; undefined without the role permission 'View Data'. */
      readonly deviceGroups: readonly number[] | undefined;
    };

/** What a token proves, whatever API it was issued for. */
export interface VerifiedToken {
  readonly principal: Principal;
  readonly audience: string;
}

/** Verifies a bearer token. Undefined: this verifier does not know it, or it is expired or revoked. */
export type TokenVerifier = (token: string) => Promise<VerifiedToken | undefined>;

/** A refused call may still be an application's, on whose quota it counts. */
export type Authorization =
  | { readonly kind: 'granted'; readonly principal: Principal }
  | { readonly kind: 'refused'; readonly error: ApiError; readonly principal?: Principal };

/** Whether a call may list machines: decided from the Authorization header alone. */
export async function authorize(
  header: string | undefined,
  verifiers: readonly TokenVerifier[],
  audience: string,
): Promise<Authorization> {
  const token = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
  if (token === undefined) return { kind: 'refused', error: API_ERRORS.unauthorized('No bearer token') };
  for (const verify of verifiers) {
    const verified = await verify(token);
    if (verified === undefined) continue;
    const { principal } = verified;
    if (verified.audience !== audience) {
      return { kind: 'refused', error: API_ERRORS.wrongAudience(verified.audience), principal };
    }
    const error = missingRight(principal);
    return error === undefined ? { kind: 'granted', principal } : { kind: 'refused', error, principal };
  }
  return { kind: 'refused', error: API_ERRORS.unauthorized('Invalid token') };
}

function missingRight(principal: Principal): ApiError | undefined {
  switch (principal.kind) {
    case 'application':
      return principal.roles.some((role) => LISTING_ROLES.has(role))
        ? undefined
        : API_ERRORS.missingRoles(principal.roles);
    case 'user':
      if (!principal.scopes.some((scope) => LISTING_SCOPES.has(scope))) {
        return API_ERRORS.missingScopes(principal.scopes);
      }
      return principal.deviceGroups === undefined ? API_ERRORS.missingViewData() : undefined;
    default:
      return principal satisfies never;
  }
}

/** The tenant of fixed tokens, and the one errors name when nothing is known of the caller. */
export const DEFAULT_TENANT_ID = '9b8f7c3e-52d1-4f0a-8a57-2f0e6c1d4b90';

/** Accepts fixed tokens; each is an application of its own with every role. */
export function fixedTokens(tokens: readonly string[], audience: string): TokenVerifier {
  const known = new Map<string, VerifiedToken>(
    tokens.map((token) => [
      token,
      {
        audience,
        principal: {
          kind: 'application',
          appId: `fixed-token-${shortHash(token)}`,
          tenantId: DEFAULT_TENANT_ID,
          roles: [...LISTING_ROLES],
        },
      },
    ]),
  );
  return (token) => Promise.resolve(known.get(token));
}
