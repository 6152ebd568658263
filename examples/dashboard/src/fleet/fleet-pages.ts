import type { Answer } from '../gateway/client.ts';
import type { ServedFrom } from '../gateway/upstream-report.ts';
import type { FleetPageQuery } from '../generated/graphql.ts';
import { type Counts, counted, numberText } from './counts.ts';
import { type FleetCounts, fleetCounts } from './fleet-counts.ts';

/** One row of the table. */
export type Device = FleetPageQuery['machines']['nodes'][number];

export type FleetPage = Answer<FleetPageQuery>;

/** What the pages that were loaded say together. */
export interface LoadedFleet {
  /** Each device once, in the order in which they came. */
  readonly devices: readonly Device[];
  readonly total: Total;
  /** How many of the loaded devices have each value; null stands for none. */
  readonly riskCounts: Counts<Device['riskScore']>;
  readonly exposureCounts: Counts<Device['exposureLevel']>;
  /** Counts of all devices of the fleet that match; null where the gateway holds no fleet. */
  readonly counts: FleetCounts | null;
  /** When the oldest row was read upstream; null where nothing is loaded. */
  readonly asOf: string | null;
  /** The most telling source of any page: stale rows above just read above held ones. */
  readonly servedFrom: ServedFrom | null;
  /** Upstream calls that the pages cost together. */
  readonly calls: number;
}

/** How many devices match, as far as it is known. */
export type Total =
  | { readonly kind: 'exact'; readonly count: number }
  | { readonly kind: 'at-least'; readonly count: number };

const telling: readonly ServedFrom[] = ['STALE', 'MISS', 'HIT', 'FLEET'];

/** Puts pages together. A device that came on an earlier page, as a moving fleet can have it, is left out of later ones. */
export function loadedFleet(pages: readonly FleetPage[]): LoadedFleet {
  const byId = new Map<string, Device>();
  for (const { data } of pages) {
    for (const device of data.machines.nodes) if (!byId.has(device.id)) byId.set(device.id, device);
  }
  const devices = [...byId.values()];
  const moments = pages.map(({ data }) => data.machines.asOf);
  const sources = pages.flatMap(({ upstream }) => upstream?.servedFrom ?? []);
  const facets = pages[0]?.data.machines.facets ?? null;
  return {
    devices,
    total: totalOf(devices.length, pages.at(-1)?.data),
    riskCounts: counted(devices.map(({ riskScore }) => riskScore)),
    exposureCounts: counted(devices.map(({ exposureLevel }) => exposureLevel)),
    counts: facets === null ? null : fleetCounts(facets),
    asOf: moments.reduce<string | null>(
      (oldest, moment) => (oldest === null || Date.parse(moment) < Date.parse(oldest) ? moment : oldest),
      null,
    ),
    servedFrom: telling.find((source) => sources.includes(source)) ?? null,
    calls: pages.reduce((sum, { upstream }) => sum + (upstream?.calls ?? 0), 0),
  };
}

/** The cursor to go on from; undefined at the end. */
export function nextCursor({ data }: FleetPage): string | undefined {
  const { hasNextPage, endCursor } = data.machines.pageInfo;
  return hasNextPage && endCursor !== null ? endCursor : undefined;
}

function totalOf(loaded: number, last: FleetPageQuery | undefined): Total {
  if (last === undefined) return { kind: 'at-least', count: 0 };
  const { totalCount, pageInfo } = last.machines;
  if (!pageInfo.hasNextPage) return { kind: 'exact', count: loaded };
  if (totalCount !== null) return { kind: 'exact', count: Math.max(totalCount, loaded) };
  return { kind: 'at-least', count: loaded + 1 };
}

/** `600 of 2,500 loaded`, `600 loaded of at least 601`, `All 2,500 loaded`, `No devices`. */
export function totalText(loaded: number, total: Total): string {
  if (total.kind === 'at-least') return `${numberText(loaded)} loaded of at least ${numberText(total.count)}`;
  if (total.count === 0) return 'No devices';
  if (loaded === total.count) return `All ${numberText(loaded)} loaded`;
  return `${numberText(loaded)} of ${numberText(total.count)} loaded`;
}
