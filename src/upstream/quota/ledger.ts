import type { Book, Ending, Refusal } from './book.ts';
import type { GateState, Lane, LedgerKind } from './quota.ts';

/** Answer to a call that wants to go: its id in the ledger, or why not. */
export type Admission =
  | { readonly kind: 'admitted'; readonly id: string }
  | ({ readonly kind: 'refused' } & Refusal);

/**
 * Where calls are counted. Decides on one call at a time and knows nothing of queues; see ledger-suite.ts among the
 * tests for what every ledger must do.
 */
export interface Ledger {
  readonly kind: () => LedgerKind;
  /** Admits one call now or says when to ask again. Never throws: a ledger that fails refuses. */
  readonly admit: (lane: Lane) => Promise<Admission>;
  /** Notes how an admitted call ended. */
  readonly end: (id: string, ending: Ending) => void;
  /** What the ledger knows, for projections and for showing. Not to be changed. */
  readonly outlook: () => LedgerOutlook;
  readonly close: () => Promise<void>;
}

export interface LedgerOutlook {
  readonly book: Book;
  /** The instant in the ledger's own time. */
  readonly now: number;
  /** The ledger admits nothing before this. */
  readonly notBefore: number;
}

/** What a ledger tells. */
export interface LedgerEvents {
  /** Calls may go that could not before, or cannot that could. */
  readonly onChange: () => void;
  readonly onGate: (gate: GateState) => void;
  readonly onForeignUse: (event: { readonly share: number; readonly foreignUse: number }) => void;
  readonly onLedger: (ledger: LedgerKind, why: string) => void;
}

export type LedgerFactory = (events: LedgerEvents) => Ledger;
