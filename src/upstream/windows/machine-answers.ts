import { LRUCache } from 'lru-cache';
import type { Principal } from '../../machines/source.ts';
import { type MachineKey, machineKeyOf } from './machine-key.ts';
import type { SharedMachine } from './shared-windows.ts';
import type { WindowListings } from './window-listings.ts';

/** A machine that is asked for by its id. */
export interface WantedMachine {
  readonly id: string;
  readonly key: MachineKey;
}

export const wantedMachine = (principal: Principal, id: string): WantedMachine => ({
  id,
  key: machineKeyOf(principal, id),
});

/** Bound on the answers kept, in bytes: some 10,000 machines. */
const maxAnswerBytes = 32 * 1024 * 1024;
/** An answer beside its text: key, object and place. */
const answerOverheadBytes = 500;

/** By estimate: the texts of an object take about as much as its JSON does in UTF-16. */
const answerBytes = ({ machine }: SharedMachine): number =>
  answerOverheadBytes + (machine === null ? 0 : JSON.stringify(machine).length * 2);

/** What is known in this process of machines by their ids: by earlier answers, and by the windows that are held. */
export class MachineAnswers {
  readonly #listings: WindowListings;
  readonly #answers = new LRUCache<MachineKey, SharedMachine>({
    maxSize: maxAnswerBytes,
    sizeCalculation: answerBytes,
  });

  constructor(listings: WindowListings) {
    this.#listings = listings;
  }

  /** Keeps an answer, unless a newer one is there. */
  keep(key: MachineKey, answer: SharedMachine): void {
    const known = this.#answers.peek(key);
    if (known === undefined || known.readAt <= answer.readAt) this.#answers.set(key, answer);
  }

  /** The newest that is known; of a window only where it shows the machine, as one that does not tells nothing. */
  find(principal: Principal, { id, key }: WantedMachine): SharedMachine | undefined {
    const answer = this.#answers.get(key);
    if (answer !== undefined && this.#listings.freshnessOf(answer) === 'fresh') return answer;
    const shown = this.#listings.find(principal, id);
    if (shown === undefined || shown.window.readAt < (answer?.readAt ?? '')) return answer;
    return { machine: shown.machine, readAt: shown.window.readAt };
  }
}
