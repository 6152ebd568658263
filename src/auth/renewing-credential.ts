import { untilAborted } from '../cancellation.ts';
import type { Clock } from '../clock.ts';
import { type AccessToken, type Credential, CredentialError } from './credential.ts';

/**
 * Caches one token for all callers: one acquisition at a time, however many wait (msal-node has no lock of its own),
 * and a new one in the background before the old one expires, so that no caller waits in the steady state.
 *
 * A failure is cached for a moment, so that a wrong secret does not send every request to the identity provider.
 */
export interface RenewingOptions {
  /** Asks the identity provider; it has its own deadline. */
  readonly acquire: () => Promise<AccessToken>;
  readonly clock: Clock;
  /** Called when a renewal failed while the old token is still in use. */
  readonly onRenewalFailed: (error: unknown) => void;
}

/** A token is renewed when this much of its life is left, or a fifth of it where that is less. */
const renewalMs = 5 * 60_000;
const renewalShare = 0.2;
/** A token that replaced a rejected one is not replaced for this long: the rejection is not about the token. */
export const replacementMs = 60_000;
/** How long callers get the same failure. */
export const failureMemoryMs = 5_000;

interface Held {
  readonly kind: 'held';
  readonly token: AccessToken;
  /** As all times here, by the monotonic clock: a wall clock that is set back makes no token last longer. */
  readonly endsAt: number;
  readonly renewAt: number;
  /** When it replaced a rejected one. */
  readonly replacedAt: number | undefined;
  readonly failedAt?: number;
}

type State =
  | { readonly kind: 'none'; readonly rejected: boolean }
  | Held
  | { readonly kind: 'failed'; readonly error: unknown; readonly at: number };

export function renewingCredential({ acquire, clock, onRenewalFailed }: RenewingOptions): Credential {
  const now = clock.monotonic;
  let state: State = { kind: 'none', rejected: false };
  let acquisition: Promise<AccessToken> | undefined;

  const start = (): Promise<AccessToken> => {
    acquisition ??= acquire()
      .then((token) => {
        const life = token.expiresAt - clock.wall();
        const endsAt = now() + life;
        state = {
          kind: 'held',
          token,
          endsAt,
          renewAt: endsAt - Math.min(renewalMs, life * renewalShare),
          replacedAt: state.kind === 'none' && state.rejected ? now() : undefined,
        };
        return token;
      })
      .catch((error: unknown) => {
        if (state.kind === 'held' && state.endsAt > now()) {
          state = { ...state, failedAt: now() };
          onRenewalFailed(error);
        } else {
          state = { kind: 'failed', error, at: now() };
        }
        throw error;
      })
      .finally(() => {
        acquisition = undefined;
      });
    return acquisition;
  };

  const renewInBackground = (held: Held): void => {
    const resting = held.failedAt !== undefined && now() < held.failedAt + failureMemoryMs;
    // The failure was reported through onRenewalFailed, or will be to the next caller.
    if (now() >= held.renewAt && !resting) start().catch(() => undefined);
  };

  return {
    async token(signal) {
      if (state.kind === 'held' && state.endsAt > now()) {
        renewInBackground(state);
        return state.token;
      }
      if (state.kind === 'failed' && now() < state.at + failureMemoryMs) throw state.error;
      return awaitToken(start(), signal);
    },

    reject(token) {
      if (state.kind !== 'held' || !state.token.value.equals(token.value)) return;
      const justReplaced = state.replacedAt !== undefined && now() < state.replacedAt + replacementMs;
      if (!justReplaced) state = { kind: 'none', rejected: true };
    },
  };
}

/** Waits for a shared acquisition until the caller leaves. */
async function awaitToken(acquisition: Promise<AccessToken>, signal: AbortSignal): Promise<AccessToken> {
  try {
    return await untilAborted(acquisition, signal);
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    throw new CredentialError('unreachable', 'The identity provider did not answer in time.', {
      cause: error,
    });
  }
}
