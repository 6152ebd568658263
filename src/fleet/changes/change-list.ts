import { firstWhere } from '../../binary-search.ts';
import type { DeviceScope } from '../../machines/device-scope.ts';
import type { ViewChanges } from '../../machines/fleet-view.ts';
import type { PageTurn } from '../../machines/page-turn.ts';
import { rowAt, rowSourceOf, scalarAt } from '../machine-at.ts';
import type { Snapshot } from '../snapshot.ts';
import { changeKinds, type NetChanges } from './net-changes.ts';

/**
 * Net changes as the catalog reads them.
 * @param scope what the reader may see
 * @param turn waited for before machines are put together
 */
export function changeList(
  snapshot: Snapshot,
  net: NetChanges,
  scope: DeviceScope,
  turn: PageTurn,
): ViewChanges {
  const { kinds, rows, changed, sets } = net;
  const gone = goneByPlace(net);
  const source = rowSourceOf(snapshot, scope);
  const idAt = (place: number): string =>
    gone.get(place) ?? String(scalarAt(snapshot.columns.id, (rows[place] ?? 1) - 1));
  return {
    size: kinds.length,
    placeBehind: (id) => firstWhere(0, kinds.length, (place) => idAt(place) > id),
    read: async (from, to, signal) => {
      await turn(Math.max(0, to - from), signal);
      const places = Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
      return places.map((place) => {
        const kind = changeKinds[kinds[place] ?? 0] ?? 'ADDED';
        const isThere = kind !== 'REMOVED';
        return {
          kind,
          id: idAt(place),
          machine: isThere ? rowAt(source, (rows[place] ?? 1) - 1) : null,
          changed: kind === 'UPDATED' ? (sets[changed[place] ?? 0] ?? []) : [],
          at: snapshot.readAt,
        };
      });
    },
  };
}

function goneByPlace({ rows, gone }: NetChanges): ReadonlyMap<number, string> {
  const places = new Map<number, string>();
  if (gone.length === 0) return places;
  rows.forEach((row, place) => {
    if (row === 0) places.set(place, gone[places.size] ?? '');
  });
  return places;
}
