/**
 * The quota of the app registration: each upstream call acquires a permit first, and reports how it ended.
 * Made by {@link createQuota} (scheduler.ts) over a ledger: one in memory, or one in Redis for several replicas.
 */

/** A caller waits for interactive calls, which may burst; background calls spend only above a reserve. */
export type Lane = 'interactive' | 'background';

export interface QuotaRequest {
  readonly lane: Lane;
  /** Whose turn it takes: calls of a lane take turns by this. Stays in this process. */
  readonly turn: string;
  /** Time until the caller's deadline, in ms, the call itself included. 0 for a call that goes now or never. */
  readonly patienceMs: number;
  /** Gives the place in the queue up. */
  readonly signal: AbortSignal;
}

/**
 * How a call ended. `limited`: upstream said 429. `failed`: anything else that says nothing about the quota, a call that
 * was aborted as well.
 */
export type CallOutcome =
  | { readonly kind: 'answered' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'limited'; readonly retryAfterMs: number };

/** The right to send one call now. */
export interface Permit {
  /** To be called when the call has ended, whatever its end; repeats do nothing. */
  readonly done: (outcome: CallOutcome) => void;
  readonly waitedMs: number;
}

export interface Quota {
  /**
   * Waits for its turn.
   * @throws {QuotaError} at once where the wait would exceed the patience, and where the caller's time is up while it waits;
   *   the signal's reason where it goes off otherwise
   */
  readonly acquire: (request: QuotaRequest) => Promise<Permit>;
  readonly state: () => QuotaState;
  /** Rejects waiting calls and releases the ledger. */
  readonly close: () => Promise<void>;
}

/**
 * Why no permit: the `window`s are used up, the `gate` is shut because upstream said 429, the `queue` is full, or the
 * quota is `closed`.
 */
export type QuotaRefusalReason = 'window' | 'gate' | 'queue' | 'closed';

export class QuotaError extends Error {
  /** The wait that this call would have needed, as far as is known. */
  readonly retryAfterMs: number;
  readonly reason: QuotaRefusalReason;

  constructor(reason: QuotaRefusalReason, retryAfterMs: number) {
    super(messages[reason]);
    this.name = 'QuotaError';
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

const messages: Readonly<Record<QuotaRefusalReason, string>> = {
  window: 'The calls that upstream allows are used up.',
  gate: 'Upstream asked to wait.',
  queue: 'Too many calls wait for the quota.',
  closed: 'The quota is closed.',
};

/** Which ledger decides at the moment; `share`: Redis is away, and this replica lives on its part of the quota. */
export type LedgerKind = 'memory' | 'redis' | 'share';

export interface WindowState {
  readonly windowMs: number;
  /** Calls that we allow ourselves at the moment. */
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** Time until all of it is free again without further calls; 0 where nothing is used. */
  readonly resetsInMs: number;
}

export type GateState =
  | { readonly kind: 'open' }
  | { readonly kind: 'shut'; readonly opensInMs: number }
  | { readonly kind: 'probing' };

export interface QuotaState {
  readonly windows: readonly WindowState[];
  readonly gate: GateState;
  /** 0 to 1: the part of the quota that we allow ourselves; lowered while others use the registration. */
  readonly share: number;
  /** How often others were seen to use the registration. */
  readonly foreignUse: number;
  readonly waiting: Readonly<Record<Lane, number>>;
  readonly ledger: LedgerKind;
}

/** Events for log and metrics. */
export interface QuotaEvents {
  readonly onRefused?: (lane: Lane, reason: QuotaRefusalReason, retryAfterMs: number) => void;
  readonly onGate?: (gate: GateState) => void;
  /** Upstream said 429 while our own log showed room. */
  readonly onForeignUse?: (event: { readonly share: number; readonly foreignUse: number }) => void;
  /** The ledger that decides from now on, and why, in words without secrets. */
  readonly onLedger?: (ledger: LedgerKind, why: string) => void;
}
