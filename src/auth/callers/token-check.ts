import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Secret } from '../../secret.ts';
import { type Claims, callerIdOf, type KnownCaller, textsOf } from './caller.ts';
import { CallerRefusal } from './caller-refusal.ts';
import { type TrustedIssuer, unavailable } from './trusted-issuer.ts';

/** Rules for a token. */
export interface TokenRules {
  readonly issuers: readonly TrustedIssuer[];
  /** It must name one of these. */
  readonly audiences: readonly string[];
  /** It must have one of these, or one of the roles. */
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  /** Whether it must be a user's, not an application's own. */
  readonly ofUser: boolean;
}

/** Clocks may differ by this much. */
const clockToleranceSeconds = 60;

/**
 * Checks an access token: signature by a key of its issuer with RS256 alone, issuer, audience, times and rights.
 * @param now epoch milliseconds
 * @throws {CallerRefusal}
 */
export async function checkToken(token: Secret, rules: TokenRules, now: number): Promise<KnownCaller> {
  const { claims, issuer } = await verify(token, rules, now);
  const { tenantId } = issuer;
  if (tenantId !== undefined && String(claims.tid).toLowerCase() !== tenantId) {
    throw invalid('Its tenant is not the tenant of its issuer.');
  }
  refuseIdToken(claims);
  if (!isAllowed(claims, rules)) {
    throw new CallerRefusal(
      'insufficient_scope',
      `The token has too few rights: it needs ${namesOf(rules)}.`,
      { scopes: rules.scopes },
    );
  }
  if (rules.ofUser && !isOfUser(claims)) {
    throw new CallerRefusal(
      'insufficient_scope',
      'The token is not of a user: this gateway calls upstream on behalf of users, with their own rights.',
    );
  }
  return {
    kind: 'known',
    id: callerIdOf(claims, tenantId),
    claims,
    token,
    tokenExpiresAt: (claims.exp ?? 0) * 1_000,
  };
}

async function verify(
  token: Secret,
  rules: TokenRules,
  now: number,
): Promise<{ readonly claims: JWTPayload; readonly issuer: TrustedIssuer }> {
  const named = issuerOf(token);
  const issuer = rules.issuers.find(({ names }) => named !== undefined && names.includes(named));
  if (issuer === undefined) throw invalid('Its issuer is not trusted here.');
  try {
    const { payload } = await jwtVerify(token.reveal(), issuer.keys, {
      algorithms: ['RS256'],
      issuer: [...issuer.names],
      audience: [...rules.audiences],
      requiredClaims: ['exp', 'sub'],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(now),
    });
    return { claims: payload, issuer };
  } catch (error) {
    throw explain(error);
  }
}

/** The issuer that an unchecked token names: it selects the keys, and nothing more. */
function issuerOf(token: Secret): string | undefined {
  try {
    return decodeJwt(token.reveal()).iss;
  } catch {
    return undefined;
  }
}

function explain(error: unknown): unknown {
  if (error instanceof CallerRefusal) return error;
  if (error instanceof errors.JWTExpired) return invalid('It has expired.');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return invalid(claimProblems[error.claim] ?? 'It has a claim that this gateway rejects.');
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return invalid('Its issuer does not publish the key that signed it.');
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return invalid('It is not signed with RS256.');
  if (invalidTokens.some((kind) => error instanceof kind)) return invalid('It is broken or forged.');
  // All other errors are about fetching the keys.
  return unavailable(error);
}

const claimProblems: Readonly<Record<string, string>> = {
  aud: 'It is for another audience.',
  iss: 'Its issuer is not trusted here.',
  nbf: 'It is not valid yet.',
  exp: 'It has no expiry (exp).',
  sub: 'It has no subject (sub).',
};

const invalidTokens = [
  errors.JWSSignatureVerificationFailed,
  errors.JWSInvalid,
  errors.JWTInvalid,
  errors.JOSENotSupported,
] as const;

function invalid(problem: string): CallerRefusal {
  return new CallerRefusal('invalid_token', `The access token is rejected. ${problem}`);
}

/**
 * An ID token names the signed-in user to an application; it is not for APIs. It holds digests of what came with it (OpenID
 * Connect Core 1.0), or else none of what an access token has: scopes, or the client that it was issued to (RFC 9068).
 */
function refuseIdToken(claims: Claims): void {
  const has = (name: string): boolean => Object.hasOwn(claims, name);
  const namesClient = ['azp', 'appid', 'client_id'].some(has) && !has('nonce');
  if (has('at_hash') || has('c_hash') || (scopesOf(claims).length === 0 && !namesClient)) {
    throw invalid('It is an ID token; an access token is needed.');
  }
}

/** Scopes come in `scp` (Entra) or `scope` (RFC 9068), separated by spaces or as a list. */
function scopesOf(claims: Claims): readonly string[] {
  return [...textsOf(claims, 'scp'), ...textsOf(claims, 'scope')].flatMap((text) => text.split(' '));
}

function isAllowed(claims: Claims, { scopes, roles }: TokenRules): boolean {
  return (
    scopesOf(claims).some((scope) => scopes.includes(scope)) ||
    textsOf(claims, 'roles').some((role) => roles.includes(role))
  );
}

/** Entra marks an application's own token by `idtyp`, where asked to; a user's always holds scopes. */
function isOfUser(claims: Claims): boolean {
  const { idtyp, oid, tid } = claims;
  return idtyp !== 'app' && scopesOf(claims).length > 0 && typeof oid === 'string' && typeof tid === 'string';
}

function namesOf({ scopes, roles }: TokenRules): string {
  const named = [...scopes.map((scope) => `scope ${scope}`), ...roles.map((role) => `role ${role}`)];
  return named.join(' or ');
}
