import type { Row } from './connection.ts';
import type { Moment } from './moment.ts';
import type { ODataFilter } from './odata.ts';

/** One call's worth of a list, as upstream is asked for it. */
export interface WindowQuery {
  /** Undefined lists everything. */
  readonly filter: ODataFilter | undefined;
  /** Rows to leave out from the front: `$skip`. */
  readonly skip: number;
  /** Most rows to bring: `$top`, 1 to 10,000 as documented. */
  readonly top: number;
}

/** What one call brought. */
export interface Window {
  readonly rows: readonly Row[];
  /** Whether upstream has nothing behind these rows. */
  readonly ended: boolean;
  /** When the call was sent, which its rows are not older than. */
  readonly readAt: Moment;
}

/** On whose behalf, and until when, upstream is asked. */
export interface Call {
  /** Goes off when nobody waits any longer or the time is up. */
  readonly signal: AbortSignal;
  /** Sent upstream and written to the log, so that one request can be followed through. */
  readonly requestId: string;
}

/** Where machines come from. */
export interface MachineSource {
  /** @throws {UpstreamError} where upstream cannot or will not answer */
  readonly window: (query: WindowQuery, call: Call) => Promise<Window>;
}
