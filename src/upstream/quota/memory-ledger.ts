import { Book, type Ending } from './book.ts';
import type { Clock } from './clock.ts';
import type { Ledger, LedgerEvents, LedgerFactory } from './ledger.ts';
import { checkRules, type QuotaRules } from './options.ts';

/** The ledger of a gateway that runs alone. */
export function memoryLedger(rules: QuotaRules, clock: Clock): LedgerFactory {
  const book = new Book(checkRules(rules));
  let calls = 0;
  return (events): Ledger => ({
    kind: () => 'memory',
    admit: async (lane) => {
      const id = String(++calls);
      const gateBefore = book.gate.kind;
      const refusal = book.admit(id, lane, clock.now());
      if (refusal !== undefined) return { kind: 'refused', ...refusal };
      if (book.gate.kind !== gateBefore) events.onGate(book.gateState(clock.now()));
      return { kind: 'admitted', id };
    },
    end: (id, ending) => {
      noteEnd(book, id, ending, clock.now(), events);
      events.onChange();
    },
    outlook: () => ({ book, now: clock.now(), notBefore: clock.now() }),
    close: async () => undefined,
  });
}

/** Notes an end in a book and tells what came of it. */
export function noteEnd(book: Book, id: string, ending: Ending, now: number, events: LedgerEvents): void {
  const gateBefore = book.gate;
  const { foreignUse } = book.end(id, ending, now);
  if (book.gate !== gateBefore) events.onGate(book.gateState(now));
  if (foreignUse) events.onForeignUse({ share: book.shareAt(now), foreignUse: book.share.lowered });
}
