import DataLoader from 'dataloader';
import type { CatalogPage } from '../machines/catalog.ts';
import type { FacetWish } from '../machines/facet-counts.ts';
import type { FacetCount } from '../machines/fleet-view.ts';

/** The facets of one list: those selected together are counted together. */
export type FacetSet = DataLoader<FacetWish, readonly FacetCount[], string>;

export function facetsOf(page: CatalogPage, disjunctive: boolean): FacetSet {
  return new DataLoader((wishes) => page.facets(wishes, disjunctive), {
    cacheKeyFn: ({ facet, limit }) => `${limit} ${facet}`,
  });
}
