import { untilAborted } from './cancellation.ts';

/** A caller that leaves when the signal goes off. */
export interface Waiting {
  readonly signal: AbortSignal;
}

/**
 * Any number of callers with the same key share one piece of work. A caller that leaves ends its own wait only; when the
 * last one leaves, the work is aborted, and a newcomer starts anew. Results and failures are not kept.
 */
export class SharedWork<Result, Caller extends Waiting = Waiting> {
  readonly #underWay = new Map<string, Work<Result, Caller>>();

  /** The caller that started the work under way. */
  startedBy(key: string): Caller | undefined {
    return this.#underWay.get(key)?.startedBy;
  }

  /**
   * @param start is called with this caller, but for the signal, which goes off when all waiting callers left
   * @throws what the work throws, or the reason of the caller's signal
   */
  async join(key: string, caller: Caller, start: (caller: Caller) => Promise<Result>): Promise<Result> {
    caller.signal.throwIfAborted();
    const work = this.#underWay.get(key) ?? this.#begin(key, caller, start);
    work.waiting += 1;
    try {
      return await untilAborted(work.result, caller.signal);
    } finally {
      work.waiting -= 1;
      if (work.waiting === 0) {
        this.#remove(key, work);
        work.stop.abort();
      }
    }
  }

  #begin(key: string, caller: Caller, start: (caller: Caller) => Promise<Result>): Work<Result, Caller> {
    const stop = new AbortController();
    const result = start({ ...caller, signal: stop.signal });
    const work = { result, stop, startedBy: caller, waiting: 0 };
    this.#underWay.set(key, work);
    // Each caller gets the failure; here only the end matters.
    result.catch(() => undefined).finally(() => this.#remove(key, work));
    return work;
  }

  #remove(key: string, work: Work<Result, Caller>): void {
    if (this.#underWay.get(key) === work) this.#underWay.delete(key);
  }
}

interface Work<Result, Caller> {
  readonly result: Promise<Result>;
  readonly stop: AbortController;
  readonly startedBy: Caller;
  waiting: number;
}
