import type { Timers } from '../../timers.ts';
import { type Admission, Book, type Ending, type LedgerEvents } from './book.ts';
import type { QuotaRules } from './options.ts';
import type { Lane, LedgerKind } from './quota.ts';

/**
 * Where calls are counted. Decides on one call at a time and knows nothing of queues; see ledger-suite.ts among the
 * tests for what every ledger must do.
 */
export interface Ledger {
  readonly kind: () => LedgerKind;
  /** Admits one call now or says when to ask again. Never throws: a ledger that fails rejects the call. */
  readonly admit: (lane: Lane) => Promise<Admission>;
  /** Notes how an admitted call ended. */
  readonly end: (id: string, ending: Ending) => void;
  /** What the ledger knows, for projections and for showing. Not to be changed. */
  readonly outlook: () => LedgerOutlook;
  readonly close: () => Promise<void>;
}

export interface LedgerOutlook {
  readonly book: Book;
  readonly now: number;
}

export type LedgerFactory = (events: LedgerEvents) => Ledger;

/** The ledger of a gateway that runs alone. */
export function memoryLedger(rules: QuotaRules, clock: Timers): LedgerFactory {
  const book = new Book(rules);
  let calls = 0;
  return (events) => ({
    kind: () => 'memory',
    admit: async (lane) => {
      // Not within the caller's own step: a call is either seen to wait or in the log, not both.
      await undefined;
      return book.admit(String(++calls), lane, clock.now(), events);
    },
    end: (id, ending) => {
      book.noteEnd(id, ending, clock.now());
      book.judge(id, ending, clock.now(), events);
      events.onChange();
    },
    outlook: () => ({ book, now: clock.now() }),
    close: async () => undefined,
  });
}
