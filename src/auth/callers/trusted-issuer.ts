import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../clock.ts';
import type { IdentityNetwork } from '../identity-network.ts';
import { CallerRefusal } from './caller-refusal.ts';

/** An issuer whose tokens are accepted, and its keys. */
export interface TrustedIssuer {
  /** The values of `iss` in its tokens. */
  readonly names: readonly string[];
  /** Its tenant, in Entra; its tokens must name it. */
  readonly tenantId: string | undefined;
  readonly keys: JWTVerifyGetKey;
}

export interface IssuerOptions {
  /** Its address: the metadata are below it (OpenID Connect Discovery 1.0) and must name it. */
  readonly issuer: string;
  /** Further values of `iss` with the same keys. */
  readonly aliases?: readonly string[];
  readonly tenantId?: string;
  readonly network: Pick<IdentityNetwork, 'fetch'>;
  /** Whether its keys may be fetched from an address. */
  readonly isAllowedAddress: (url: URL) => boolean;
  readonly clock: Clock;
}

const timeoutMs = 5_000;
/** Keys are fetched again after this, and when a token names an unknown one, at most once in… */
const keysMaxAgeMs = 10 * 60_000;
/** …this, so that made-up names cost nothing. */
const cooldownMs = 30_000;
/** Metadata, which say where the keys are, are read again after this. */
const metadataMaxAgeMs = 24 * 3_600_000;
/** Back-off after a failed read of the metadata. */
const failureMemoryMs = 5_000;

/** A wall clock that moved this far against the monotonic one was set. */
const wallStepMs = 10_000;

interface Discovered {
  readonly keys: Promise<JWTVerifyGetKey>;
  /** By the monotonic clock. */
  readonly until: number;
  /** How far the wall clock was ahead of the monotonic one. */
  readonly aheadMs: number;
}

/** Keys are discovered when a token first needs them, so the gateway starts without its identity provider. */
export function trustIssuer(options: IssuerOptions): TrustedIssuer {
  const { issuer, aliases = [], network, isAllowedAddress, clock } = options;
  const { monotonic } = clock;
  let discovered: Discovered | undefined;
  /** jose counts the age of keys by the wall clock, and would keep them too long, or fetch none, after it is set back. */
  const wallAheadMs = (): number => clock.wall() - monotonic();
  const isGood = ({ until, aheadMs }: Discovered): boolean =>
    monotonic() < until && Math.abs(wallAheadMs() - aheadMs) < wallStepMs;

  const discover = async (): Promise<JWTVerifyGetKey> => {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await network.fetch(url, {
      headers: new Headers({ accept: 'application/json' }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) throw new Error(`The metadata came with status ${response.status}.`);
    const metadata = (await response.json()) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
    if (metadata.issuer !== issuer) throw new Error('The metadata names another issuer.');
    const address = typeof metadata.jwks_uri === 'string' ? metadata.jwks_uri : '';
    if (!URL.canParse(address) || !isAllowedAddress(new URL(address))) {
      throw new Error('The metadata names no address from which keys may be fetched.');
    }
    return createRemoteJWKSet(new URL(address), {
      timeoutDuration: timeoutMs,
      cacheMaxAge: keysMaxAgeMs,
      cooldownDuration: cooldownMs,
      [customFetch]: network.fetch,
    });
  };

  /** Where the metadata cannot be read again, the known keys stay in use. */
  const keysInUse = (): Promise<JWTVerifyGetKey> => {
    if (discovered !== undefined && isGood(discovered)) return discovered.keys;
    const earlier = discovered?.keys;
    const keys = discover().catch((cause: unknown) => {
      discovered = { keys, until: monotonic() + failureMemoryMs, aheadMs: wallAheadMs() };
      if (earlier === undefined) throw cause;
      return earlier;
    });
    discovered = { keys, until: monotonic() + metadataMaxAgeMs, aheadMs: wallAheadMs() };
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

/** The issuer's keys cannot be fetched at the moment. */
export function unavailable(cause: unknown): CallerRefusal {
  return new CallerRefusal(
    'unavailable',
    'The keys of the identity provider cannot be fetched at the moment. Try again later.',
    { cause },
  );
}
