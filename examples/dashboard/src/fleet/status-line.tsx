import type { ServedFrom } from '../gateway/upstream-report.ts';
import { useNow } from '../gateway/use-now.ts';
import type { FleetStanding } from '../gateway/use-standing.ts';
import { type LoadedFleet, totalText } from './fleet-pages.ts';
import { agoToTheSecond, exactly } from './moments.ts';
import { readingTimes } from './reading-times.ts';

/** Age from which the rows are called old, in milliseconds: the gateway's own default for renewing them. */
const oldMs = 300_000;

const meanings: Readonly<Record<ServedFrom, string>> = {
  MISS: 'Read upstream for this page',
  HIT: 'From the memory of the gateway',
  STALE: 'Past their time: they could not be renewed upstream',
  FLEET: 'Out of the fleet, which the gateway holds whole',
};

export interface StatusLineProps {
  readonly loaded: LoadedFleet;
  /** Null where the rows are not out of the fleet. */
  readonly standing: FleetStanding | null;
  readonly fetching: boolean;
  readonly onRefresh: () => void;
}

/** How many rows are loaded, how old they are and what they cost. */
export function StatusLine({ loaded, standing, fetching, onRefresh }: StatusLineProps) {
  const now = useNow(1_000);
  const { devices, total, asOf, servedFrom, calls } = loaded;
  const times = standing === null ? null : readingTimes(standing, asOf, now);
  // Rows of the newest reading are as new as can be, whatever their age.
  const old =
    times === null
      ? servedFrom === 'STALE' || (asOf !== null && now - Date.parse(asOf) >= oldMs)
      : times.late || times.newer;
  return (
    <div className="status">
      <span className="status-total" role="status">
        {asOf === null ? 'Nothing loaded' : totalText(devices.length, total)}
      </span>
      {asOf !== null && (
        <span className="status-age" data-old={old}>
          read <time title={exactly(asOf)}>{agoToTheSecond(asOf, now)}</time>
          {servedFrom !== null && (
            <abbr className="badge" title={meanings[servedFrom]} data-source={servedFrom}>
              {servedFrom}
            </abbr>
          )}
          <span className="minor" title="Upstream calls that the loaded rows cost">
            {calls} {calls === 1 ? 'call' : 'calls'}
          </span>
          {times?.next != null && (
            <span
              className="status-next"
              title={standing?.nextSnapshotAt == null ? undefined : exactly(standing.nextSnapshotAt)}
            >
              {times.late ? 'could not be read again; ' : ''}
              {times.next}
            </span>
          )}
        </span>
      )}
      <button type="button" className="button" onClick={onRefresh} disabled={fetching}>
        {fetching ? 'Loading…' : 'Refresh'}
      </button>
      {times?.newer === true && !fetching && (
        <span className="status-newer" role="status">
          newer rows are there
        </span>
      )}
    </div>
  );
}
