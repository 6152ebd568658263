import { X509Certificate } from 'node:crypto';
import { decodeProtectedHeader, errors, importX509, jwtVerify, type ProtectedHeaderParameters } from 'jose';
import { ENTRA_REFUSALS, type EntraRefusal } from './entra-refusal.ts';

/** The algorithms Entra takes for assertions signed with a certificate. */
const ALGORITHMS = ['RS256', 'PS256'];

/** Entra allows clocks to differ by five minutes. */
const CLOCK_SKEW_SECONDS = 300;

export interface AssertionExpectations {
  readonly clientId: string;
  /** The registered certificate, PEM. */
  readonly certificate: string;
  /** What the assertion may be addressed to: the token endpoint or the issuer. */
  readonly audiences: readonly string[];
  /** epoch ms */
  readonly now: number;
}

/**
 * Verifies a `private_key_jwt` client assertion (RFC 7523) against a registered certificate.
 *
 * @throws EntraRefusal with the code of the first thing that is wrong
 */
export async function verifyClientAssertion(
  assertion: string,
  expected: AssertionExpectations,
): Promise<void> {
  const { clientId, certificate, audiences, now } = expected;
  const header = headerOf(assertion);
  const { alg } = header;
  if (alg === undefined || !ALGORITHMS.includes(alg)) {
    throw ENTRA_REFUSALS.malformedAssertion(`JWT token is invalid or malformed: algorithm '${alg}'.`);
  }
  checkThumbprint(header, new X509Certificate(certificate));
  try {
    await jwtVerify(assertion, await importX509(certificate, alg), {
      algorithms: ALGORITHMS,
      issuer: clientId,
      subject: clientId,
      audience: [...audiences],
      currentDate: new Date(now),
      clockTolerance: CLOCK_SKEW_SECONDS,
      requiredClaims: ['exp'],
    });
  } catch (cause) {
    throw refusalFor(cause);
  }
}

function headerOf(assertion: string): ProtectedHeaderParameters {
  try {
    return decodeProtectedHeader(assertion);
  } catch {
    throw ENTRA_REFUSALS.malformedAssertion('JWT token is invalid or malformed.');
  }
}

/** The header may name the certificate: `x5t` by SHA-1, `x5t#S256` by SHA-256, base64url of the digest. */
function checkThumbprint(header: ProtectedHeaderParameters, certificate: X509Certificate): void {
  const thumbprints = [
    [header.x5t, certificate.fingerprint],
    [header['x5t#S256'], certificate.fingerprint256],
  ] as const;
  for (const [named, fingerprint] of thumbprints) {
    const own = Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('base64url');
    if (named !== undefined && String(named).replaceAll('=', '') !== own) {
      throw ENTRA_REFUSALS.assertionNotSigned(
        `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${String(named)}']`,
      );
    }
  }
}

function refusalFor(cause: unknown): EntraRefusal {
  if (cause instanceof errors.JWTExpired) {
    return ENTRA_REFUSALS.assertionOutOfTime('Client assertion is not within its valid time range.');
  }
  if (cause instanceof errors.JWTClaimValidationFailed) {
    switch (cause.claim) {
      case 'aud':
        return ENTRA_REFUSALS.wrongAssertionAudience(
          'Client assertion audience claim does not match Realm issuer.',
        );
      case 'iss':
      case 'sub':
        return ENTRA_REFUSALS.wrongAssertionIdentity(
          "Client assertion application identifier doesn't match 'client_id' parameter.",
        );
      default:
        return ENTRA_REFUSALS.assertionOutOfTime('Client assertion is not within its valid time range.');
    }
  }
  if (cause instanceof errors.JWSSignatureVerificationFailed) {
    return ENTRA_REFUSALS.assertionNotSigned('Client assertion failed signature validation.');
  }
  return ENTRA_REFUSALS.malformedAssertion('JWT token is invalid or malformed.');
}
