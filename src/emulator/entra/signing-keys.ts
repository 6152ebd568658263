import {
  type CryptoKey,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import { guid, type Random } from '../random.ts';

/** The keys that tokens are signed with: the newest signs, and all that are published are verified against. */
export interface SigningKeys {
  readonly keySet: () => JSONWebKeySet;
  readonly sign: (payload: JWTPayload) => Promise<string>;
  /** Undefined where the token is not signed by a published key, not of this issuer, or not in its time. */
  readonly verify: (token: string, issuer: string, nowMs: number) => Promise<JWTPayload | undefined>;
  /** Signs with a new key from now on. @param keepOld whether the earlier ones stay published */
  readonly rotate: (keepOld: boolean) => Promise<void>;
}

const ALGORITHM = 'RS256';

export async function createSigningKeys(random: Random): Promise<SigningKeys> {
  let published: readonly JWK[] = [];
  let current: { readonly keyId: string; readonly privateKey: CryptoKey };
  const rotate = async (keepOld: boolean): Promise<void> => {
    const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
    const keyId = guid(random);
    const jwk: JWK = { ...(await exportJWK(publicKey)), kid: keyId, alg: ALGORITHM, use: 'sig' };
    published = keepOld ? [...published, jwk] : [jwk];
    current = { keyId, privateKey };
  };
  await rotate(false);

  return {
    rotate,
    keySet: () => ({ keys: [...published] }),
    sign: (payload) =>
      new SignJWT(payload)
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: current.keyId })
        .sign(current.privateKey),
    verify: async (token, issuer, nowMs) => {
      try {
        const keys = createLocalJWKSet({ keys: [...published] });
        const currentDate = new Date(nowMs);
        return (await jwtVerify(token, keys, { algorithms: [ALGORITHM], issuer, currentDate })).payload;
      } catch {
        return undefined;
      }
    },
  };
}
