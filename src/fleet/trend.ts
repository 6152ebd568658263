import { everything } from '../machines/filter.ts';
import { countFacet } from './facets.ts';
import { select } from './select.ts';
import type { Snapshot } from './snapshot.ts';

/** Machines by value; those without one aside. */
export interface FleetTrend {
  readonly risk: Readonly<Record<string, number>>;
  readonly exposure: Readonly<Record<string, number>>;
}

/** Counts a snapshot by risk and exposure, once for each snapshot: metrics may be scraped every few seconds. */
export function trendCounter(): (snapshot: Snapshot) => FleetTrend {
  const counted = new WeakMap<Snapshot, FleetTrend>();
  return (snapshot) => {
    const known = counted.get(snapshot);
    if (known !== undefined) return known;
    const trend = { risk: countsOf(snapshot, 'riskScore'), exposure: countsOf(snapshot, 'exposureLevel') };
    counted.set(snapshot, trend);
    return trend;
  };
}

function countsOf(
  snapshot: Snapshot,
  property: 'riskScore' | 'exposureLevel',
): Readonly<Record<string, number>> {
  const counts = countFacet(snapshot, select(snapshot, everything), property);
  return Object.fromEntries(
    counts.flatMap(({ value, count }) => (value === null ? [] : [[String(value), count]])),
  );
}
