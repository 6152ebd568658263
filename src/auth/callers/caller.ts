import { createHash } from 'node:crypto';
import type { Secret } from '../../secret.ts';

/** Who asks the gateway. */
export type Caller =
  /** Whoever reaches the port, where nobody is checked. */
  { readonly kind: 'anyone' } | KnownCaller;

/** Somebody who showed a token of an issuer that is trusted, meant for this gateway. */
export interface KnownCaller {
  readonly kind: 'known';
  readonly id: CallerId;
  /** Of the token, checked. */
  readonly claims: Claims;
  /** The token itself, to ask upstream on behalf of the caller. */
  readonly token: Secret;
  /** Epoch milliseconds. */
  readonly tokenExpiresAt: number;
}

/** What a token says, by name. */
export type Claims = Readonly<Record<string, unknown>>;

/** Tells one caller from another without saying who it is: a digest, fit for logs and as a key. */
export type CallerId = string & { readonly __brand: 'CallerId' };

/**
 * Of a tenant of Entra's, that and the object id, as its subjects differ by application and its issuers by the version of
 * the token; else issuer and subject (RFC 7519: unique together).
 */
export function callerIdOf({ iss, sub, oid }: Claims, tenantId: string | undefined): CallerId {
  const names =
    tenantId !== undefined && typeof oid === 'string' ? ['entra', tenantId, oid] : ['oidc', iss, sub];
  return createHash('sha256').update(JSON.stringify(names)).digest('base64url').slice(0, 22) as CallerId;
}

/** The texts of a claim that is a text or a list of texts; none where it is neither. */
export function textsOf(claims: Claims, name: string): readonly string[] {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
