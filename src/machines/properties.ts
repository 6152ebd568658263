import type { FilterProperty } from './condition.ts';
import {
  deviceValues,
  type EnumTable,
  exposureLevels,
  healthStatuses,
  onboardingStatuses,
  riskScores,
} from './enums.ts';

/**
 * The properties of a machine that can be filtered by: how the values of each are compared, and what the Machines API can
 * be asked about it. A new one is one line here and its field in `schema/filter.graphql`; translation follows from this
 * table, and no other text ever becomes a property name in a query.
 *
 * Upstream filters by 14 properties (documented). `proven`: documented or seen in public client code. `unproven`: nothing
 * is known, and it is sent only where the gateway is set to. What is missing here only the fleet can answer.
 */
export const filterProperties = {
  id: { kind: 'text', upstream: { in: 'proven' } },
  computerDnsName: { kind: 'text', upstream: { in: 'proven', startsWith: 'proven' } },
  firstSeen: { kind: 'moment' },
  lastSeen: { kind: 'moment', upstream: { range: 'proven' } },
  osPlatform: { kind: 'text', upstream: { in: 'proven', startsWith: 'proven' } },
  osArchitecture: { kind: 'text' },
  osProcessor: { kind: 'text' },
  osBuild: { kind: 'integer' },
  version: { kind: 'version', upstream: { in: 'proven', startsWith: 'unproven' } },
  agentVersion: { kind: 'version' },
  lastIpAddress: { kind: 'address', upstream: { in: 'proven' } },
  lastExternalIpAddress: { kind: 'address' },
  'ipAddresses.ipAddress': { kind: 'list', of: 'address' },
  'ipAddresses.macAddress': { kind: 'list', of: 'text' },
  'ipAddresses.type': { kind: 'list', of: 'text' },
  'ipAddresses.operationalStatus': { kind: 'list', of: 'text' },
  healthStatus: { kind: 'enum', values: healthStatuses, upstream: { in: 'proven' } },
  riskScore: { kind: 'enum', values: riskScores, upstream: { in: 'proven' } },
  exposureLevel: { kind: 'enum', values: exposureLevels, upstream: { in: 'proven' } },
  onboardingStatus: { kind: 'enum', values: onboardingStatuses, upstream: { in: 'proven' } },
  deviceValue: { kind: 'enum', values: deviceValues, upstream: { in: 'proven' } },
  rbacGroupId: { kind: 'integer', upstream: { in: 'proven' } },
  rbacGroupName: { kind: 'text' },
  aadDeviceId: { kind: 'guid', upstream: { in: 'proven' } },
  isAadJoined: { kind: 'flag' },
  machineTags: { kind: 'list', of: 'text', upstream: { has: 'proven' } },
  defenderAvStatus: { kind: 'text' },
  managedBy: { kind: 'text' },
  managedByStatus: { kind: 'text' },
  isPotentialDuplication: { kind: 'flag' },
  isExcluded: { kind: 'flag' },
  exclusionReason: { kind: 'text' },
  mergedIntoMachineId: { kind: 'text' },
  vmMetadata: { kind: 'object' },
  'vmMetadata.vmId': { kind: 'text' },
  'vmMetadata.cloudProvider': { kind: 'text' },
  'vmMetadata.resourceId': { kind: 'text' },
  'vmMetadata.subscriptionId': { kind: 'text' },
} as const satisfies Readonly<Record<FilterProperty, PropertyTraits>>;

/** How the values of a property are compared. */
export type PropertyKind =
  | { readonly kind: 'text' | 'version' | 'address' | 'guid' | 'integer' | 'moment' | 'flag' | 'object' }
  | { readonly kind: 'enum'; readonly values: EnumTable }
  /** None, one or several values: a condition holds where it holds for one of them. */
  | { readonly kind: 'list'; readonly of: 'text' | 'address' };

export type PropertyTraits = PropertyKind & { readonly upstream?: UpstreamOperators };

/** What upstream can be asked about a property. `range` is `gt`, `ge`, `lt`, `le`. */
export type UpstreamOperators = { readonly [Operator in UpstreamOperator]?: 'proven' | 'unproven' };
export type UpstreamOperator = 'in' | 'startsWith' | 'range' | 'has';

export const traitsOf = (property: FilterProperty): PropertyTraits => filterProperties[property];

export function isFilterProperty(name: string): name is FilterProperty {
  return Object.hasOwn(filterProperties, name);
}
