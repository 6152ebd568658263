import type { Span } from '../tracing/span.ts';
import type { DeviceScope } from './device-scope.ts';
import type { Moment } from './moment.ts';
import type { ODataFilter } from './odata.ts';
import type { RowBlock } from './row-block.ts';

/** The part of a list that one upstream call reads. */
export interface WindowQuery {
  /** Undefined lists everything. */
  readonly filter: ODataFilter | undefined;
  /** Rows to leave out from the front: `$skip`. */
  readonly skip: number;
  /** Most rows to bring: `$top`, 1 to 10,000 as documented. */
  readonly top: number;
  /**
   * What to do where no rows come. If left out, a first window is asked for again where rows of the list were seen before,
   * and a 404 behind `$skip` is looked into; by `doubt 404`, any 404 and nothing else is; by `believe`, nothing, as the asker
   * judges it; by `reject 404`, nothing, as machines are known to be there: a 404 to the whole list is an error.
   */
  readonly ifEmpty?: 'doubt 404' | 'believe' | 'reject 404';
}

/** The rows of one call. */
export interface Window {
  readonly block: RowBlock;
  /** Whether upstream has nothing behind these rows. */
  readonly ended: boolean;
  /** When the call was sent, which its rows are not older than. */
  readonly readAt: Moment;
}

/**
 * Identity for upstream calls. Answers differ by it (Defender shows users only the devices of their device groups), so
 * the principal is part of the key of all that is cached or shared.
 */
export type Principal = string & { readonly __brand: 'Principal' };

/** On whose behalf, and until when, upstream is called. */
export interface Call {
  readonly principal: Principal;
  /** What the principal may be shown of the answer; the same for all calls of one principal. */
  readonly scope: DeviceScope;
  /** Whose turn at the quota it takes: turns go round among these, whatever they may see. */
  readonly turn: string;
  /** A caller waits for `interactive` calls; `background` ones may come later, or not at all. */
  readonly lane: 'interactive' | 'background';
  /** Goes off when all waiting callers left or the time is up. */
  readonly signal: AbortSignal;
  /** When the time is up, by the monotonic clock, in milliseconds. */
  readonly deadline: number;
  /** Sent upstream and written to the log, so that one request can be followed through. */
  readonly requestId: string;
  /** What it is a part of, in the trace of the request. */
  readonly span: Span;
  /** Gets the upstream calls of this request. */
  readonly usage: Usage;
  /** Rows that were read longer ago do not answer it, in milliseconds, 1,000 or more; undefined for no bound of its own. */
  readonly maxAgeMs?: number | undefined;
}

/** Whether rows of an age may answer a call. @param ageMs from when the call was sent that brought the oldest of them */
export const isYoungEnough = (ageMs: number, { maxAgeMs }: Pick<Call, 'maxAgeMs'>): boolean =>
  maxAgeMs === undefined || ageMs <= maxAgeMs;

/** What answering a request took, reported as it happens. */
export interface Usage {
  /** A call was sent upstream for this request. */
  readonly called: () => void;
  /**
   * Rows were served: read just now, from the cache, from the cache past their time, or from the fleet.
   * @param readAt when the call was sent that brought the oldest of them
   */
  readonly served: (from: ServedFrom, readAt: Moment) => void;
}

export type ServedFrom = 'MISS' | 'HIT' | 'STALE' | 'FLEET';

/** Where machines come from. */
export interface MachineSource {
  /** @throws {UpstreamError} where upstream cannot or will not answer */
  readonly window: (query: WindowQuery, call: Call) => Promise<Window>;
}
