import { createHash } from 'node:crypto';
import type { Secret } from '../../secret.ts';

/** A caller of the gateway. */
export type Caller =
  /** Anybody who reaches the port, where callers are not checked. */
  { readonly kind: 'anyone' } | KnownCaller;

/** A caller with a token of a trusted issuer for this gateway. */
export interface KnownCaller {
  readonly kind: 'known';
  readonly id: CallerId;
  /** Claims of the token, checked. */
  readonly claims: Claims;
  /** The token itself, for upstream calls on behalf of the caller. */
  readonly token: Secret;
  /** Epoch milliseconds. */
  readonly tokenExpiresAt: number;
}

/** Claims by name. */
export type Claims = Readonly<Record<string, unknown>>;

/** Identifies a caller without naming one: a digest for logs and keys. */
export type CallerId = string & { readonly __brand: 'CallerId' };

/**
 * In Entra, tenant and object id, since subjects differ by application and issuers by the version of
 * the token; else issuer and subject (RFC 7519: unique together).
 */
export function callerIdOf({ iss, sub, oid }: Claims, tenantId: string | undefined): CallerId {
  const names =
    tenantId !== undefined && typeof oid === 'string' ? ['entra', tenantId, oid] : ['oidc', iss, sub];
  return createHash('sha256').update(JSON.stringify(names)).digest('base64url').slice(0, 22) as CallerId;
}

/** The texts of a claim that is a text or a list of texts; none otherwise. */
export function textsOf(claims: Claims, name: string): readonly string[] {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
