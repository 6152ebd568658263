import { createLocalJWKSet, jwtVerify } from 'jose';
import type { FederatedIssuer } from './entra-options.ts';
import { ENTRA_REFUSALS } from './entra-refusal.ts';

/** The audience of assertions that are exchanged, as Entra documents it. */
const EXCHANGE_AUDIENCE = 'api://AzureADTokenExchange';

/**
 * Verifies a client assertion of a foreign issuer against an application's federated credential.
 *
 * @throws EntraRefusal when it does not match
 */
export async function verifyFederatedAssertion(
  assertion: string,
  { issuer, subject, keys }: FederatedIssuer,
  now: number,
): Promise<void> {
  try {
    await jwtVerify(assertion, createLocalJWKSet(keys), {
      algorithms: ['RS256'],
      issuer,
      subject,
      audience: EXCHANGE_AUDIENCE,
      currentDate: new Date(now),
      requiredClaims: ['exp'],
    });
  } catch {
    throw ENTRA_REFUSALS.wrongAssertionIdentity(
      'No matching federated identity record found for presented assertion.',
    );
  }
}
