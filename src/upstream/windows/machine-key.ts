import { createHash } from 'node:crypto';
import type { Principal } from '../../machines/source.ts';

/** Names a machine as one principal sees it: principal and id, digested. */
export type MachineKey = string & { readonly __brand: 'MachineKey' };

/** The key holds the principal, so that what is known of a machine never serves another one. */
export function machineKeyOf(principal: Principal, id: string): MachineKey {
  const hash = createHash('sha256').update(JSON.stringify([principal, 'machine', id]));
  return hash.digest('base64url').slice(0, 32) as MachineKey;
}
