import type { Caller, Claims } from './callers/caller.ts';
import { CallerRefusal } from './callers/caller-refusal.ts';
import { type DeviceGroups, deviceGroupsOf, hidesGroups, type RowRules } from './row-rules.ts';

/** An accepted caller: the identity for upstream calls, and the device groups that may be shown. */
export interface Admission {
  readonly caller: Caller;
  /** Key of all that is cached or shared: two callers have the same only where they may see the same. */
  readonly principal: string;
  readonly deviceGroups: DeviceGroups;
}

export interface AdmissionRules {
  /** Identity for upstream calls: the app registration, or the caller. */
  readonly identity: 'app' | 'caller';
  /** Undefined: callers see all that upstream shows. */
  readonly rowRules: RowRules | undefined;
}

/** @throws {CallerRefusal} where the caller's rights are unknown, or upstream cannot be called for them */
export function admit(caller: Caller, rules: AdmissionRules): Admission {
  switch (rules.identity) {
    case 'app': {
      const deviceGroups = rules.rowRules === undefined ? 'all' : groupsOf(caller, rules.rowRules);
      // Rows read for one set of device groups never serve another, not even a subset.
      const principal = deviceGroups === 'all' ? 'app' : `app ${deviceGroups.join(',')}`;
      return { caller, principal, deviceGroups };
    }
    case 'caller':
      return { caller, principal: principalOf(claimsOf(caller)), deviceGroups: 'all' };
    default:
      return rules.identity satisfies never;
  }
}

function groupsOf(caller: Caller, rowRules: RowRules): DeviceGroups {
  const claims = claimsOf(caller);
  if (hidesGroups(claims) && rowRules.rules.some(({ claim }) => claim === 'groups')) {
    throw new CallerRefusal(
      'insufficient_scope',
      'The token leaves out your groups, since there are too many. The operator must limit it to the groups ' +
        'assigned to the application, or use app roles.',
    );
  }
  return deviceGroupsOf(claims, rowRules);
}

function claimsOf(caller: Caller): Claims {
  return caller.kind === 'known' ? caller.claims : {};
}

/** The user that Entra knows by tenant and object id; tokens without them are rejected before. */
function principalOf({ tid, oid }: Claims): string {
  if (typeof tid === 'string' && typeof oid === 'string') return `caller ${tid} ${oid}`.toLowerCase();
  throw new CallerRefusal(
    'insufficient_scope',
    'The token names no user on whose behalf upstream could be called.',
  );
}
