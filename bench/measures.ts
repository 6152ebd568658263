/** A figure beside what is to be reached. */
export interface Measure {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  readonly reached: boolean;
}

/** Prints figures as they come, a line each. */
export class Measures {
  #areReached = true;

  /** Whether no target was missed. */
  get areReached(): boolean {
    return this.#areReached;
  }

  readonly note = (found: readonly Measure[]): void => {
    for (const { what, measured, target, reached } of found) {
      process.stdout.write(`${reached ? 'ok  ' : 'MISS'} | ${what} | ${measured} | ${target}\n`);
      this.#areReached &&= reached;
    }
  };
}
