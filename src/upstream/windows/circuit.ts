/**
 * Whether something that may fail is to be asked. While it is well, always. Once it has failed, not for a pause, and then
 * by one at a time: each failure of such a probe doubles the pause, up to a bound, and one success ends it. One that fails
 * again soon after it was well goes on with the pause that it had, so that what comes and goes is asked ever less too.
 */
export interface CircuitOptions {
  /** Clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** A number from 0 to 1: half of each pause is left to chance, so that replicas do not come back all at once. */
  readonly random: () => number;
}

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** What was well for this long begins with a short pause again. */
const settledMs = 60_000;

export class Circuit {
  readonly #options: CircuitOptions;
  #isWell = true;
  #isProbing = false;
  #pauseMs = firstPauseMs;
  #pauseEndsAt = Number.NEGATIVE_INFINITY;
  #wellSince = Number.NEGATIVE_INFINITY;

  constructor(options: CircuitOptions) {
    this.#options = options;
  }

  get isWell(): boolean {
    return this.#isWell;
  }

  /** Whether {@link enter} would let somebody through now. */
  get isPassable(): boolean {
    return this.#isWell || (!this.#isProbing && this.#options.now() >= this.#pauseEndsAt);
  }

  /** Lets somebody through, who then says how it went; undefined where it is not to be asked now. */
  enter(): Passage | undefined {
    if (!this.isPassable) return undefined;
    if (this.#isWell) return 'usual';
    this.#isProbing = true;
    return 'probe';
  }

  succeeded(passage: Passage): void {
    // What was sent before it failed says nothing of how it is now.
    if (passage !== 'probe') return;
    this.#isProbing = false;
    this.#isWell = true;
    this.#wellSince = this.#options.now();
  }

  failed(passage: Passage): void {
    if (passage === 'probe') this.#isProbing = false;
    // What was sent together fails together, and is one failure.
    else if (!this.#isWell) return;
    const { now, random } = this.#options;
    const isSettled = this.#isWell && now() - this.#wellSince >= settledMs;
    this.#pauseMs = isSettled ? firstPauseMs : Math.min(longestPauseMs, this.#pauseMs * 2);
    this.#pauseEndsAt = now() + this.#pauseMs * (0.5 + random() / 2);
    this.#isWell = false;
  }

  /** It went neither well nor wrong: another one may probe. */
  gaveUp(passage: Passage): void {
    if (passage === 'probe') this.#isProbing = false;
  }

  /** There is a reason to believe that it is well again: the next one may probe at once. */
  endPause(): void {
    this.#pauseEndsAt = Number.NEGATIVE_INFINITY;
  }
}

/** Who was let through: as ever, or to see whether it is well again. */
export type Passage = 'usual' | 'probe';
