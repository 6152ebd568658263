import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import type { IdentityNetwork } from '../identity-network.ts';
import { CallerRefusal } from './caller-refusal.ts';

/** An issuer whose tokens are taken, and the keys that it signs with. */
export interface TrustedIssuer {
  /** The values of `iss` under which it issues. */
  readonly names: readonly string[];
  /** The tenant that it issues for, where it is one of Entra's; its tokens must name it. */
  readonly tenantId: string | undefined;
  readonly keys: JWTVerifyGetKey;
}

export interface IssuerOptions {
  /** Its address, below which its metadata lie (OpenID Connect Discovery 1.0), and which they must name. */
  readonly issuer: string;
  /** Further values of `iss` for which it stands with the same keys. */
  readonly aliases?: readonly string[];
  readonly tenantId?: string;
  readonly network: Pick<IdentityNetwork, 'fetch'>;
  /** Whether its keys may be fetched from there. */
  readonly isAllowedAddress: (url: URL) => boolean;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
}

const timeoutMs = 5_000;
/** Keys are fetched anew after this, and when a token names one that is not known, though not more often than… */
const keysMaxAgeMs = 10 * 60_000;
/** …this, so that made-up names cost no more. */
const cooldownMs = 30_000;
/** Metadata, which say where the keys are, are read anew after this. */
const metadataMaxAgeMs = 24 * 3_600_000;
/** For this long after a failure nobody asks for the metadata again. */
const failureMemoryMs = 5_000;

/** Keys are had by discovery when a token first needs them; the gateway starts without its identity provider. */
export function trustIssuer(options: IssuerOptions): TrustedIssuer {
  const { issuer, aliases = [], network, isAllowedAddress, now } = options;
  let discovered: { readonly keys: Promise<JWTVerifyGetKey>; readonly until: number } | undefined;

  const discover = async (): Promise<JWTVerifyGetKey> => {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await network.fetch(url, {
      headers: new Headers({ accept: 'application/json' }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) throw new Error(`The metadata came with status ${response.status}.`);
    const metadata = (await response.json()) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
    if (metadata.issuer !== issuer) throw new Error('The metadata name another issuer.');
    const address = typeof metadata.jwks_uri === 'string' ? metadata.jwks_uri : '';
    if (!URL.canParse(address) || !isAllowedAddress(new URL(address))) {
      throw new Error('The metadata name no address that keys may be fetched from.');
    }
    return createRemoteJWKSet(new URL(address), {
      timeoutDuration: timeoutMs,
      cacheMaxAge: keysMaxAgeMs,
      cooldownDuration: cooldownMs,
      [customFetch]: network.fetch,
    });
  };

  /** Where the metadata cannot be read anew, the keys that were found by the earlier ones go on. */
  const keysInUse = (): Promise<JWTVerifyGetKey> => {
    if (discovered !== undefined && now() < discovered.until) return discovered.keys;
    const earlier = discovered?.keys;
    const keys = discover().catch((cause: unknown) => {
      discovered = { keys, until: now() + failureMemoryMs };
      if (earlier === undefined) throw cause;
      return earlier;
    });
    discovered = { keys, until: now() + metadataMaxAgeMs };
    return keys;
  };

  return {
    names: [issuer, ...aliases],
    tenantId: options.tenantId,
    keys: async (header, token) => {
      let keys: JWTVerifyGetKey;
      try {
        keys = await keysInUse();
      } catch (cause) {
        throw unavailable(cause);
      }
      return keys(header, token);
    },
  };
}

/** The issuer's keys cannot be had at the moment. */
export function unavailable(cause: unknown): CallerRefusal {
  return new CallerRefusal(
    'unavailable',
    'The keys of the identity provider cannot be had at the moment. Ask again later.',
    { cause },
  );
}
