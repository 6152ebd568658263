import type { JWTPayload } from 'jose';
import type { VerifiedToken } from '../http/authorization.ts';
import { guid, type Random } from '../random.ts';
import type { EntraUser } from './entra-options.ts';
import type { SigningKeys } from './signing-keys.ts';

/** The claims of a token: an application's own, or one that it got on behalf of a user. */
export type TokenContents =
  | {
      readonly kind: 'application';
      readonly clientId: string;
      readonly audience: string;
      readonly roles: readonly string[];
    }
  | {
      readonly kind: 'user';
      readonly clientId: string;
      readonly audience: string;
      readonly userId: string;
      readonly scopes: readonly string[];
    };

/** Issues, verifies and revokes access tokens: RS256 JWTs with the claims of Entra's own. */
export interface TokenIssuer {
  readonly issue: (contents: TokenContents) => Promise<string>;
  /** Signs whatever is given, with issuer, tenant and times where these are left out: tokens of other applications. */
  readonly issueClaims: (claims: JWTPayload) => Promise<string>;
  /** Undefined when the token is not this issuer's, expired or revoked. */
  readonly verify: (token: string) => Promise<VerifiedToken | undefined>;
  /** The claims of a token of this issuer; undefined where it is none, or not in its time. */
  readonly read: (token: string) => Promise<JWTPayload | undefined>;
  /** All tokens issued so far are worth nothing from now on. */
  readonly revokeAll: () => void;
}

export interface TokenIssuerParts {
  readonly tenantId: string;
  readonly issuer: () => string;
  readonly keys: SigningKeys;
  readonly users: readonly EntraUser[];
  readonly lifetimeSeconds: number;
  /** epoch ms */
  readonly now: () => number;
  readonly random: Random;
}

export function createTokenIssuer(parts: TokenIssuerParts): TokenIssuer {
  const { tenantId, issuer, keys, users, lifetimeSeconds, now, random } = parts;
  // Revoking keeps no list: a token carries the number of revocations before it, and must carry the current one.
  let generation = 0;

  const issueClaims = (claims: JWTPayload): Promise<string> => {
    const issuedAt = Math.floor(now() / 1000);
    return keys.sign({
      iss: issuer(),
      tid: tenantId,
      uti: `${generation}.${guid(random)}`,
      ver: '2.0',
      iat: issuedAt,
      nbf: issuedAt,
      exp: issuedAt + lifetimeSeconds,
      ...claims,
    });
  };
  const read = (token: string): Promise<JWTPayload | undefined> => keys.verify(token, issuer(), now());

  return {
    issueClaims,
    read,
    revokeAll: () => {
      generation++;
    },
    issue: (contents) => issueClaims(claimsOf(contents)),
    verify: async (token) => {
      const payload = await read(token);
      const isCurrent = typeof payload?.uti === 'string' && payload.uti.startsWith(`${generation}.`);
      return payload !== undefined && isCurrent ? verifiedToken(payload, tenantId, users) : undefined;
    },
  };
}

function claimsOf(contents: TokenContents): JWTPayload {
  const { clientId, audience } = contents;
  const application = { aud: audience, appid: clientId, azp: clientId };
  switch (contents.kind) {
    case 'application':
      return { ...application, idtyp: 'app', oid: clientId, sub: clientId, roles: [...contents.roles] };
    case 'user':
      return { ...application, oid: contents.userId, sub: contents.userId, scp: contents.scopes.join(' ') };
    default:
      return contents satisfies never;
  }
}

function verifiedToken(payload: JWTPayload, tenantId: string, users: readonly EntraUser[]): VerifiedToken {
  const { aud, appid, oid, roles, scp } = payload;
  const application = { appId: String(appid), tenantId };
  const audience = String(aud);
  if (scp === undefined) {
    const names = Array.isArray(roles) ? roles.map(String) : [];
    return { audience, principal: { kind: 'application', ...application, roles: names } };
  }
  const deviceGroups = users.find(({ id }) => id === oid)?.deviceGroups;
  const scopes = String(scp).split(' ');
  return { audience, principal: { kind: 'user', ...application, userId: String(oid), scopes, deviceGroups } };
}
