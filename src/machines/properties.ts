import { deviceValues, exposureLevels, healthStatuses, onboardingStatuses, riskScores } from './enums.ts';

/**
 * The properties that upstream filters by, all 14 that are documented, and how each is compared. A new one is one
 * line here and its field in `schema/filter.graphql`; translation follows from this table, and no other text ever
 * becomes a property name in a query.
 *
 * `startsWith`: `proven` where it is documented (computerDnsName) or seen in public client code (osPlatform);
 * `unproven` where nothing is known and it is sent only if the gateway is set to.
 */
export const filterableProperties = {
  id: { kind: 'text', startsWith: 'none' },
  computerDnsName: { kind: 'text', startsWith: 'proven' },
  osPlatform: { kind: 'text', startsWith: 'proven' },
  version: { kind: 'text', startsWith: 'unproven' },
  lastIpAddress: { kind: 'text', startsWith: 'none' },
  aadDeviceId: { kind: 'guid' },
  rbacGroupId: { kind: 'integer' },
  lastSeen: { kind: 'moment' },
  machineTags: { kind: 'tags' },
  healthStatus: { kind: 'enum', values: healthStatuses },
  riskScore: { kind: 'enum', values: riskScores },
  exposureLevel: { kind: 'enum', values: exposureLevels },
  onboardingStatus: { kind: 'enum', values: onboardingStatuses },
  deviceValue: { kind: 'enum', values: deviceValues },
} as const satisfies Readonly<Record<string, PropertyKind>>;

/** How a property is compared. */
export type PropertyKind =
  | { readonly kind: 'text'; readonly startsWith: 'proven' | 'unproven' | 'none' }
  | { readonly kind: 'guid' }
  | { readonly kind: 'integer' }
  | { readonly kind: 'moment' }
  | { readonly kind: 'tags' }
  | { readonly kind: 'enum'; readonly values: Readonly<Record<string, string>> };

/** Name of a property that upstream filters by. */
export type FilterableProperty = keyof typeof filterableProperties;

export function isFilterable(name: string): name is FilterableProperty {
  return Object.hasOwn(filterableProperties, name);
}
