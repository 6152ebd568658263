import { LRUCache } from 'lru-cache';
import type { Secret } from '../secret.ts';
import { type AccessToken, type Credential, CredentialError } from './credential.ts';
import { renewingCredential } from './renewing-credential.ts';

/**
 * A credential for each user on whose behalf upstream is asked. A user's upstream token is kept for that user alone, and
 * got with the token that the user sent last.
 */
export interface DelegatedCredentials {
  /** Notes the token that a user has sent. */
  readonly admit: (principal: string, assertion: Assertion) => void;
  /** The credential of a user who was admitted. */
  readonly of: (principal: string) => Credential;
}

export interface Assertion {
  readonly token: Secret;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export interface DelegatedOptions {
  /** Asks the identity provider on behalf of a user. */
  readonly acquire: (assertion: Secret) => Promise<AccessToken>;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
  readonly onRenewalFailed: (error: unknown) => void;
}

interface Entry {
  readonly credential: Credential;
  assertion: Assertion;
  /** Whether the last acquisition failed. */
  failed: boolean;
}

/** Bound on the users whose tokens are kept, some 5 kB each; who was idle longest is forgotten, and asks anew. */
const maxPrincipals = 10_000;
/** Who has not asked for so long is forgotten; longer than an upstream token lives. */
const idleMs = 2 * 3_600_000;

export function delegatedCredentials({
  acquire,
  now,
  onRenewalFailed,
}: DelegatedOptions): DelegatedCredentials {
  const entries = new LRUCache<string, Entry>({
    max: maxPrincipals,
    ttl: idleMs,
    updateAgeOnGet: true,
    perf: { now },
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
    const credential = renewingCredential({ acquire: acquireForEntry, now, onRenewalFailed });
    const entry: Entry = { credential, assertion, failed: false };
    return entry;
  };

  return {
    admit(principal, assertion) {
      const entry = entries.get(principal);
      if (entry?.assertion.token.equals(assertion.token) === true) return;
      // Who was refused and has signed in anew is not told of the refusal that is remembered for a moment.
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
            'The gateway has forgotten your sign-in. Ask again.',
          );
        },
        reject: () => undefined,
      };
    },
  };
}
