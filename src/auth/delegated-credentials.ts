import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { Secret } from '../secret.ts';
import { type AccessToken, type Credential, CredentialError } from './credential.ts';
import { renewingCredential } from './renewing-credential.ts';

/**
 * A credential for each user on whose behalf upstream is called. A user's upstream token is cached for that user alone, and
 * acquired with the token that the user sent last.
 */
export interface DelegatedCredentials {
  /** Remembers the token that a user has sent. */
  readonly admit: (principal: string, assertion: Assertion) => void;
  /** The credential of an admitted user. */
  readonly of: (principal: string) => Credential;
}

export interface Assertion {
  readonly token: Secret;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export interface DelegatedOptions {
  /** Acquires a token on behalf of a user. */
  readonly acquire: (assertion: Secret) => Promise<AccessToken>;
  readonly clock: Clock;
  readonly onRenewalFailed: (error: unknown) => void;
}

interface Entry {
  readonly credential: Credential;
  assertion: Assertion;
  /** Whether the last acquisition failed. */
  failed: boolean;
}

/** Most users whose tokens are cached, some 5 kB each; the longest idle one is evicted. */
const maxPrincipals = 10_000;
/** A user is evicted after this time without a request; it is longer than an upstream token lives. */
const idleMs = 2 * 3_600_000;

export function delegatedCredentials({
  acquire,
  clock,
  onRenewalFailed,
}: DelegatedOptions): DelegatedCredentials {
  const entries = new LRUCache<string, Entry>({
    max: maxPrincipals,
    ttl: idleMs,
    updateAgeOnGet: true,
    perf: { now: clock.monotonic },
  });

  const begin = (assertion: Assertion): Entry => {
    const acquireForEntry = async (): Promise<AccessToken> => {
      try {
        const token = await acquire(entry.assertion.token);
        entry.failed = false;
        return token;
      } catch (error) {
        entry.failed = true;
        throw error;
      }
    };
    const credential = renewingCredential({ acquire: acquireForEntry, clock, onRenewalFailed });
    const entry: Entry = { credential, assertion, failed: false };
    return entry;
  };

  return {
    admit(principal, assertion) {
      const entry = entries.get(principal);
      if (entry?.assertion.token.equals(assertion.token) === true) return;
      // A rejected user who has signed in again does not get the rejection that is cached for a moment.
      if (entry === undefined || entry.failed) entries.set(principal, begin(assertion));
      else if (assertion.expiresAt > entry.assertion.expiresAt) entry.assertion = assertion;
    },
    of(principal) {
      const entry = entries.get(principal);
      if (entry !== undefined) return entry.credential;
      return {
        token: async () => {
          throw new CredentialError(
            'caller-must-sign-in',
            'The gateway no longer has your sign-in. Send the request again.',
          );
        },
        reject: () => undefined,
      };
    },
  };
}
