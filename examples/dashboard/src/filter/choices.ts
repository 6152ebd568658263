import type { FleetCounts } from '../fleet/fleet-counts.ts';
import { commonPlatforms } from '../fleet/terms.ts';
import type { FleetFilter } from './fleet-filter.ts';
import type { SeenValues } from './seen-values.ts';

/** What the filter bar offers to choose from. Counts are null where they are not known. */
export interface Choices {
  readonly platforms: readonly string[];
  readonly groups: readonly GroupChoice[];
  readonly tags: readonly string[];
}

export interface GroupChoice {
  readonly id: number;
  readonly name: string | null;
  readonly count: number | null;
}

/**
 * All values of the fleet where it counts them, else those seen in rows; and what is chosen, though it matches nothing.
 * @param counts null where the gateway holds no fleet
 */
export function choicesOf(counts: FleetCounts | null, seen: SeenValues, filter: FleetFilter): Choices {
  const platforms =
    counts === null
      ? [...commonPlatforms, ...seen.platforms]
      : [...counts.platforms.keys()].filter((platform) => platform !== null);
  const groups: readonly GroupChoice[] =
    counts === null
      ? [...seen.groups].map(([id, name]) => ({ id, name, count: null }))
      : counts.groups.flatMap(({ value, name, count }) => (value === null ? [] : { id: value, name, count }));
  const isMissing = filter.group !== null && !groups.some(({ id }) => id === filter.group);
  return {
    platforms: [...new Set([...platforms, ...filter.platforms])].toSorted(),
    groups:
      isMissing && filter.group !== null
        ? [...groups, { id: filter.group, name: seen.groups.get(filter.group) ?? null, count: null }]
        : groups,
    tags: counts === null ? [...seen.tags].toSorted() : counts.tags,
  };
}
