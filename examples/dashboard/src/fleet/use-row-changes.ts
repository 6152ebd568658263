import { useEffect, useEffectEvent, useState } from 'react';
import { follow } from '../gateway/client.ts';
import { RowChangesDocument } from '../generated/graphql.ts';
import type { RowChanges } from './row-changes.ts';

/** Devices that are followed: as many as a filter may name. */
const mostFollowed = 1_000;

/**
 * Follows what becomes of devices, the ones loaded first, as the gateway reads the fleet again.
 *
 * @param ids none to follow nothing
 * @param onMissed some changes are not known any more
 */
export function useRowChanges(ids: readonly string[], onMissed: () => void): RowChanges {
  const [changes, setChanges] = useState<RowChanges>(new Map());
  const missed = useEffectEvent(onMissed);
  const followed = JSON.stringify(ids.slice(0, mostFollowed));
  useEffect(() => {
    const names = JSON.parse(followed) as readonly string[];
    if (names.length === 0) return undefined;
    let place: string | null = null;
    const variables = {
      filter: { id: { in: names } },
      // Read each time that the line is connected: after a cut it goes on behind what was seen.
      get after() {
        return place;
      },
    };
    return follow(RowChangesDocument, variables, {
      onData: ({ machineChanges: change }) => {
        place = change.cursor;
        setChanges((known) => new Map(known).set(change.id, change));
      },
      onEnd: (code) => {
        if (code === 'CHANGES_EXPIRED') missed();
      },
    });
  }, [followed]);
  return changes;
}
