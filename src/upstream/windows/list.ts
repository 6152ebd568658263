import { createHash } from 'node:crypto';
import type { ODataFilter } from '../../machines/odata.ts';
import type { Principal } from '../../machines/source.ts';

/** A list as one principal sees it. */
export interface List {
  readonly key: ListKey;
  readonly principal: Principal;
  /** Undefined lists everything. */
  readonly filter: ODataFilter | undefined;
}

/** Names a list: principal and filter, digested. */
export type ListKey = string & { readonly __brand: 'ListKey' };

/** The key holds the principal, so that no list, and no window of one, is another principal's. */
export function listOf(principal: Principal, filter: ODataFilter | undefined): List {
  const hash = createHash('sha256').update(JSON.stringify([principal, filter ?? null]));
  return { key: hash.digest('base64url').slice(0, 32) as ListKey, principal, filter };
}
