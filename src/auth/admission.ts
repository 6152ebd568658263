import type { Caller, Claims } from './callers/caller.ts';
import { CallerRefusal } from './callers/caller-refusal.ts';
import { type DeviceGroups, deviceGroupsOf, hidesGroups, type RowRules } from './row-rules.ts';

/** A caller who is let in: as whom upstream is asked, and which device groups of the answer may be shown. */
export interface Admission {
  readonly caller: Caller;
  /** Keys whatever is kept or shared: two callers have one only where they may see the same. */
  readonly principal: string;
  readonly deviceGroups: DeviceGroups;
}

export interface AdmissionRules {
  /** As whom upstream is asked: the app registration, or the caller. */
  readonly identity: 'app' | 'caller';
  /** Undefined: callers see all that upstream shows. */
  readonly rowRules: RowRules | undefined;
  /** Most device groups that fit one upstream filter. */
  readonly maxDeviceGroups: number;
}

/** @throws {CallerRefusal} where it cannot be told, or not be asked, what the caller may see */
export function admit(caller: Caller, rules: AdmissionRules): Admission {
  switch (rules.identity) {
    case 'app': {
      const deviceGroups = rules.rowRules === undefined ? 'all' : groupsOf(caller, rules.rowRules, rules);
      // Rows read for one set of device groups never serve another, not even where one set holds the other.
      const principal = deviceGroups === 'all' ? 'app' : `app ${deviceGroups.join(',')}`;
      return { caller, principal, deviceGroups };
    }
    case 'caller':
      return { caller, principal: principalOf(claimsOf(caller)), deviceGroups: 'all' };
    default:
      return rules.identity satisfies never;
  }
}

function groupsOf(caller: Caller, rowRules: RowRules, { maxDeviceGroups }: AdmissionRules): DeviceGroups {
  const claims = claimsOf(caller);
  if (hidesGroups(claims) && rowRules.rules.some(({ claim }) => claim === 'groups')) {
    throw new CallerRefusal(
      'insufficient_scope',
      'The token leaves out your groups, since they are too many for it. The operator must have it hold only the groups ' +
        'assigned to the application, or use app roles.',
    );
  }
  const groups = deviceGroupsOf(claims, rowRules);
  if (groups === 'all' || groups.length <= maxDeviceGroups) return groups;
  throw new CallerRefusal(
    'insufficient_scope',
    `Your roles and groups come to ${groups.length} device groups, and one upstream call takes at most ${maxDeviceGroups}. ` +
      'The operator must give you fewer, or all of them.',
  );
}

function claimsOf(caller: Caller): Claims {
  return caller.kind === 'known' ? caller.claims : {};
}

/** The user that Entra knows by tenant and object id; tokens without them are refused ahead of this. */
function principalOf({ tid, oid }: Claims): string {
  if (typeof tid === 'string' && typeof oid === 'string') return `caller ${tid} ${oid}`.toLowerCase();
  throw new CallerRefusal('insufficient_scope', 'The token names no user that upstream could be asked for.');
}
