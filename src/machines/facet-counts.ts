import type { FilterProperty } from './condition.ts';
import type { DeviceScope } from './device-scope.ts';
import { withoutConditionsOn } from './filter.ts';
import { type FleetWish, filterWithin } from './fleet-pages.ts';
import type { Facet, FacetRequest } from './fleet-view.ts';

/** The count of one property. */
export interface FacetWish {
  readonly facet: Facet;
  /** Most values, the most frequent ones. */
  readonly limit: number;
}

/**
 * The counts of facets under a wish, always behind what the caller may see. Those under the same filter have the same object
 * for it, so that it is taken for one.
 * @param disjunctive leaves out the filter's own conditions on the property that is counted, as a filter bar needs it:
 * beside the value that is chosen stand those that could be chosen, too
 */
export function facetRequests(
  wishes: readonly FacetWish[],
  wish: FleetWish,
  disjunctive: boolean,
  scope: DeviceScope,
): readonly FacetRequest[] {
  const whole = filterWithin(scope, wish);
  return wishes.map(({ facet, limit }) => {
    const others = disjunctive ? withoutConditionsOn(wish.filter, propertiesOf(facet)) : wish.filter;
    const filter = others === wish.filter ? whole : filterWithin(scope, { ...wish, filter: others });
    return { facet, limit, filter };
  });
}

const propertiesOf = (facet: Facet): readonly FilterProperty[] =>
  facet === 'rbacGroup' ? ['rbacGroupId', 'rbacGroupName'] : [facet];
