import type { FleetPageQuery } from '../generated/graphql.ts';
import type { Counts } from './counts.ts';

type Facets = NonNullable<FleetPageQuery['machines']['facets']>;
type CountsOf<
  Facet extends 'riskScore' | 'exposureLevel' | 'healthStatus' | 'onboardingStatus' | 'osPlatform',
> = Counts<Facets[Facet][number]['value']>;

/**
 * How many devices of the whole fleet have each value. Each property is counted without the filter's own condition on it:
 * beside what is chosen stands what could be chosen, too.
 */
export interface FleetCounts {
  readonly risk: CountsOf<'riskScore'>;
  readonly exposure: CountsOf<'exposureLevel'>;
  readonly health: CountsOf<'healthStatus'>;
  readonly onboarding: CountsOf<'onboardingStatus'>;
  readonly platforms: CountsOf<'osPlatform'>;
  readonly groups: Facets['rbacGroup'];
  /** The most frequent first. */
  readonly tags: readonly string[];
}

export const fleetCounts = (facets: Facets): FleetCounts => ({
  risk: countsOf(facets.riskScore),
  exposure: countsOf(facets.exposureLevel),
  health: countsOf(facets.healthStatus),
  onboarding: countsOf(facets.onboardingStatus),
  platforms: countsOf(facets.osPlatform),
  groups: facets.rbacGroup,
  tags: facets.machineTags.flatMap(({ value }) => value ?? []),
});

const countsOf = <Value>(
  counted: readonly { readonly value: Value; readonly count: number }[],
): Counts<Value> => new Map(counted.map(({ value, count }) => [value, count]));
