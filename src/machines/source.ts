import type { DeviceScope } from './device-scope.ts';
import type { Moment } from './moment.ts';
import type { ODataFilter } from './odata.ts';
import type { RowBlock } from './row-block.ts';

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
  readonly block: RowBlock;
  /** Whether upstream has nothing behind these rows. */
  readonly ended: boolean;
  /** When the call was sent, which its rows are not older than. */
  readonly readAt: Moment;
}

/**
 * As whom upstream is asked. Answers differ by it (Defender shows a user only the devices of his device groups), so
 * whatever is kept or shared is kept and shared by principal.
 */
export type Principal = string & { readonly __brand: 'Principal' };

/** On whose behalf, and until when, upstream is asked. */
export interface Call {
  readonly principal: Principal;
  /** What the principal may be shown of the answer; the same for all calls of one principal. */
  readonly scope: DeviceScope;
  /** Whose turn at the quota it takes: turns go round among these, whatever they may see. */
  readonly turn: string;
  /** Somebody waits for `interactive` calls; `background` ones may come later, or not at all. */
  readonly lane: 'interactive' | 'background';
  /** Goes off when nobody waits any longer or the time is up. */
  readonly signal: AbortSignal;
  /** When the time is up, in epoch milliseconds. */
  readonly deadline: number;
  /** Sent upstream and written to the log, so that one request can be followed through. */
  readonly requestId: string;
  /** Told what was done for this request. */
  readonly usage: Usage;
}

/** What answering a request took, told as it happens. */
export interface Usage {
  /** A call was sent upstream for this request. */
  readonly called: () => void;
  /** Rows were served: read just now, from the cache, or from the cache past their time. */
  readonly served: (from: ServedFrom, readAt: Moment) => void;
}

export type ServedFrom = 'MISS' | 'HIT' | 'STALE';

/** Where machines come from. */
export interface MachineSource {
  /** @throws {UpstreamError} where upstream cannot or will not answer */
  readonly window: (query: WindowQuery, call: Call) => Promise<Window>;
}
