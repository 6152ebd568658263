import { exportJWK, generateKeyPair, type JSONWebKeySet, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { VerifiedToken } from '../http/authorization.ts';
import { guid, type Random } from '../random.ts';

/** What a token is to say. */
export interface TokenContents {
  readonly clientId: string;
  readonly audience: string;
  readonly roles: readonly string[];
}

/** Issues, verifies and revokes access tokens: RS256 JWTs with the claims of Entra's application tokens. */
export interface TokenIssuer {
  readonly issue: (contents: TokenContents) => Promise<string>;
  /** Undefined when the token is not this issuer's, expired or revoked. */
  readonly verify: (token: string) => Promise<VerifiedToken | undefined>;
  /** All tokens issued so far are worth nothing from now on. */
  readonly revokeAll: () => void;
  readonly keySet: JSONWebKeySet;
}

export interface TokenIssuerParts {
  readonly tenantId: string;
  readonly issuer: () => string;
  readonly lifetimeSeconds: number;
  /** epoch ms */
  readonly now: () => number;
  readonly random: Random;
}

const ALGORITHM = 'RS256';

export async function createTokenIssuer(parts: TokenIssuerParts): Promise<TokenIssuer> {
  const { tenantId, issuer, lifetimeSeconds, now, random } = parts;
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
  const keyId = guid(random);
  const keySet = {
    keys: [{ ...(await exportJWK(publicKey)), kid: keyId, alg: ALGORITHM, use: 'sig' }],
  };
  // Revoking keeps no list: a token carries the number of revocations before it, and must carry the current one.
  let generation = 0;

  return {
    keySet,
    revokeAll: () => {
      generation++;
    },
    issue: ({ clientId, audience, roles }) => {
      const issuedAt = Math.floor(now() / 1000);
      const payload: JWTPayload = {
        appid: clientId,
        azp: clientId,
        idtyp: 'app',
        oid: clientId,
        roles: [...roles],
        tid: tenantId,
        uti: `${generation}.${guid(random)}`,
        ver: '2.0',
      };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: keyId })
        .setIssuer(issuer())
        .setSubject(clientId)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setNotBefore(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(privateKey);
    },
    verify: async (token) => {
      const payload = await verifiedPayload(token);
      return payload !== undefined && isCurrent(payload) ? verifiedToken(payload, tenantId) : undefined;
    },
  };

  async function verifiedPayload(token: string): Promise<JWTPayload | undefined> {
    try {
      const { payload } = await jwtVerify(token, publicKey, {
        algorithms: [ALGORITHM],
        issuer: issuer(),
        currentDate: new Date(now()),
      });
      return payload;
    } catch {
      return undefined;
    }
  }

  function isCurrent({ uti }: JWTPayload): boolean {
    return typeof uti === 'string' && uti.startsWith(`${generation}.`);
  }
}

function verifiedToken({ appid, aud, roles }: JWTPayload, tenantId: string): VerifiedToken {
  return {
    audience: String(aud),
    principal: {
      kind: 'application',
      appId: String(appid),
      tenantId,
      roles: Array.isArray(roles) ? roles.map(String) : [],
    },
  };
}
