import { LRUCache } from 'lru-cache';
import type { Filter } from '../machines/condition.ts';
import type { FacetCount, FacetRequest, FleetQuery } from '../machines/fleet-view.ts';
import { allAdded, type ChangesQuery, type NetChanges, netChanges } from './changes/net-changes.ts';
import { type Past, pastOf, type Since, type SinceWhen } from './changes/past.ts';
import { countFacet } from './facets.ts';
import { type FleetPage, pageOf } from './page.ts';
import { Permutations } from './permutations.ts';
import { select } from './select.ts';
import type { Selection } from './selection.ts';
import type { Snapshot } from './snapshot.ts';
import { byteLengthOf } from './snapshot-arrays.ts';

export interface FleetAnswer extends FleetPage {
  /** Machines that the filter selects. */
  readonly totalCount: number;
}

export type FacetAnswer = readonly (readonly FacetCount[])[];

/**
 * Answers from snapshots, in whichever thread it lies. Caches recent selections and orders: the pages of one list,
 * its total and its facets ask for the same selection.
 */
export class Answering {
  readonly #selections: LRUCache<string, Selection>;
  readonly #permutations: Permutations;
  readonly #pasts: LRUCache<string, Past>;

  /** @param maxBytes of the cache */
  constructor(maxBytes: number) {
    this.#permutations = new Permutations(maxBytes / 2);
    this.#selections = new LRUCache({
      maxSize: maxBytes / 2,
      sizeCalculation: ({ bits }, key) => bits.byteLength + key.length * 2 + 1,
    });
    this.#pasts = new LRUCache({
      maxSize: maxBytes / 2,
      sizeCalculation: ({ snapshot, came, devices }) =>
        snapshot.bytes + (snapshot.rows + came.length) * 8 + byteLengthOf(Object.values(devices)) + 1_000,
    });
  }

  query(snapshot: Snapshot, { filter, orders, page }: FleetQuery): FleetAnswer {
    const selection = this.#select(snapshot, filter);
    const found = pageOf(snapshot, selection, orders, page, this.#permutations);
    return { ...found, totalCount: selection.count };
  }

  facets(snapshot: Snapshot, requests: readonly FacetRequest[]): FacetAnswer {
    return requests.map(({ facet, filter, limit }) =>
      countFacet(snapshot, this.#select(snapshot, filter), facet, limit),
    );
  }

  changes(snapshot: Snapshot, since: SinceWhen, { filter, among }: ChangesQuery): NetChanges {
    if (since === 'nothing') return allAdded(this.#select(snapshot, filter));
    const past = this.#past(snapshot, since);
    return netChanges(snapshot, past, { filter, among }, (each) => this.#select(snapshot, each));
  }

  #past(snapshot: Snapshot, since: Since): Past {
    const key = `${snapshot.id} ${since.reading.id}`;
    const kept = this.#pasts.get(key);
    if (kept !== undefined) return kept;
    const past = pastOf(snapshot, since);
    this.#pasts.set(key, past);
    return past;
  }

  #select(snapshot: Snapshot, filter: Filter): Selection {
    const key = `${snapshot.id} ${meaningOf(filter)}`;
    const kept = this.#selections.get(key);
    if (kept !== undefined) return kept;
    const selection = select(snapshot, filter);
    this.#selections.set(key, selection);
    return selection;
  }
}

/** A condition's place in the query does not change its meaning. */
export function meaningOf(filter: Filter): string {
  return JSON.stringify(filter, (name, value: unknown) => (name === 'path' ? undefined : value));
}
