import { createHash } from 'node:crypto';

/**
 * Names something by a digest of its parts. Parts are kept apart: `['ab', 'c']` and `['a', 'bc']` differ.
 * @param characters of base64url, 6 bits each: 16 to distinguish, 32 where a
 *   collision would show one the rows of another
 */
export function digest(parts: readonly (string | null)[], characters: 16 | 32): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, characters);
}
