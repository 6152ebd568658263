import { decodeFleetCursor, encodeFleetCursor } from './cursor.ts';
import { type FleetWish, filterWithin, fingerprintOfWish, requireFleet } from './fleet-pages.ts';
import type { FleetViews, SnapshotId } from './fleet-view.ts';
import type { Machine } from './machine.ts';
import type { Moment } from './moment.ts';
import { machinesOf } from './row-span.ts';
import type { Call } from './source.ts';

/** The machines of one reading of the fleet, from one end to the other. */
export interface FleetWalk {
  /** The reading that all of them are of. */
  readonly snapshot: SnapshotId;
  readonly readAt: Moment;
  /**
   * The machines, some at a time. Fulfilled once the first are found, so that what fails, fails before anything is sent.
   * @throws {UpstreamError} where more queries wait than can be answered in time, also later; the call's signal ends it
   */
  readonly begin: () => Promise<AsyncGenerator<WalkedMachines, void>>;
}

export interface WalkedMachines {
  readonly machines: readonly Machine[];
  /** The cursor of one of them, by its index: the same that a connection gives it. */
  readonly cursorOf: (index: number) => string;
}

/**
 * Walks through a list of the fleet. While the reading that the cursor was made from is kept, the walk is of it; else it goes
 * on by the sort key in the newest one.
 * @param after the cursor of the last machine had; null or undefined to begin at the front
 * @throws {BadInput} for a cursor of another list; {FleetRequired}; {UpstreamError} with the code `FLEET_LOADING`
 */
export async function walkFleet(
  wish: FleetWish,
  after: string | null | undefined,
  call: Call,
  views: FleetViews,
): Promise<FleetWalk> {
  const { orders } = wish;
  const fingerprint = fingerprintOfWish(wish, call.scope);
  const place =
    typeof after === 'string' ? decodeFleetCursor(after, orders, fingerprint, ['after']) : undefined;
  const kept = place && views.earlier(place.view, call);
  const view = kept ?? (await requireFleet(views, call, walkNeed));
  return {
    snapshot: view.id,
    readAt: view.readAt,
    async begin() {
      const filter = filterWithin(call.scope, wish);
      const found = await view.walk({ filter, orders, after: place?.key }, call.signal);
      call.usage.served('FLEET', view.readAt);
      return walk();

      async function* walk(): AsyncGenerator<WalkedMachines, void> {
        for await (const { spans, keyOf } of found) {
          yield {
            machines: machinesOf(spans),
            cursorOf: (index) => encodeFleetCursor({ view: view.id, key: keyOf(index) }, fingerprint),
          };
        }
      }
    },
  };
}

const walkNeed = { problem: 'An export needs the whole fleet.' };
