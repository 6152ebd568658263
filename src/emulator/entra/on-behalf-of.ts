import type { JWTPayload } from 'jose';
import type { EntraUser } from './entra-options.ts';
import { ENTRA_REFUSALS } from './entra-refusal.ts';
import type { TokenContents } from './token-issuer.ts';

/** What the on-behalf-of grant decides by. */
export interface OnBehalfOfParts {
  /** The application that asks. */
  readonly clientId: string;
  /** The resource that a token is asked for. */
  readonly audience: string;
  readonly users: readonly EntraUser[];
}

/**
 * Decides on a request on behalf of a user, from the claims of the token that the user sent to the application.
 *
 * @param claims undefined where the token is not of this directory, or not in its time
 * @throws EntraRefusal when the request is refused
 */
export function onBehalfOf(
  claims: JWTPayload | undefined,
  { clientId, audience, users }: OnBehalfOfParts,
): TokenContents {
  if (claims === undefined) {
    throw ENTRA_REFUSALS.malformedUserAssertion(
      'Assertion failed signature validation or is not in its time.',
    );
  }
  const audiences = [claims.aud].flat();
  if (!audiences.includes(clientId) && !audiences.includes(`api://${clientId}`)) {
    throw ENTRA_REFUSALS.wrongUserAssertionAudience(
      'Assertion audience does not match the Client app presenting the assertion.',
    );
  }
  const user = users.find(({ id }) => id === claims.oid);
  if (user === undefined)
    throw ENTRA_REFUSALS.userNotFound('The user account does not exist in the directory.');
  if (user.scopes.length === 0) {
    throw ENTRA_REFUSALS.consentMissing(
      `The user or administrator has not consented to use the application with ID '${clientId}'.`,
    );
  }
  if (user.needsAnotherFactor === true) {
    throw ENTRA_REFUSALS.anotherFactorNeeded(
      'Due to a configuration change made by your administrator, you must use multi-factor authentication.',
    );
  }
  return { kind: 'user', clientId, audience, userId: user.id, scopes: user.scopes };
}
