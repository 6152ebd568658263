import type { ServedFrom } from '../gateway/upstream-report.ts';
import { useNow } from '../gateway/use-now.ts';
import { type LoadedFleet, totalText } from './fleet-pages.ts';
import { agoToTheSecond, exactly } from './moments.ts';

/** Age from which the rows are called old, in milliseconds: the gateway's own default for renewing them. */
const oldMs = 300_000;

const meanings: Readonly<Record<ServedFrom, string>> = {
  MISS: 'Read upstream for this page',
  HIT: 'From the memory of the gateway',
  STALE: 'Past their time: they could not be renewed upstream',
};

export interface StatusLineProps {
  readonly loaded: LoadedFleet;
  readonly fetching: boolean;
  readonly onRefresh: () => void;
}

/** How many rows are loaded, how old they are and what they cost. */
export function StatusLine({ loaded, fetching, onRefresh }: StatusLineProps) {
  const now = useNow(1_000);
  const { devices, total, asOf, servedFrom, calls } = loaded;
  const old = servedFrom === 'STALE' || (asOf !== null && now - Date.parse(asOf) >= oldMs);
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
        </span>
      )}
      <button type="button" className="button" onClick={onRefresh} disabled={fetching}>
        {fetching ? 'Loading…' : 'Refresh'}
      </button>
    </div>
  );
}
