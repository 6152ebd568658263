import { createHash } from 'node:crypto';

/**
 * The `ETag` of an answer by its version. Weak, as one tag stands for all codings of the body; `If-None-Match` compares
 * weakly (RFC 9110, 13.1.2), and nothing else is made of it.
 */
export const entityTag = (version: string): string => `W/"${version}"`;

/** Names a body by its content. */
export const contentVersion = (type: string, body: Uint8Array): string =>
  createHash('sha256').update(type).update('\n').update(body).digest('base64url');

/** Whether a client has what a tag names. @param known the `If-None-Match` header: a list of tags, or `*` */
export function isKnownTag(known: string | undefined, tag: string): boolean {
  if (known === undefined) return false;
  if (known.trim() === '*') return true;
  return (known.match(/(?:W\/)?"[^"]*"/g) ?? []).some((each) => opaque(each) === opaque(tag));
}

const opaque = (tag: string): string => tag.replace(/^W\//, '');
