/** Which machines of a fleet were there while it was watched: the truth for checking a reader's result. */
export interface FleetPresence {
  /** Ids of the machines that were there all the time. */
  readonly throughout: () => ReadonlySet<string>;
  /** Ids of all machines that were there at any time. */
  readonly everThere: () => ReadonlySet<string>;
  /** Stops noting. */
  readonly end: () => void;
}

/** Notes what comes and goes. */
export class FleetWatch implements FleetPresence {
  readonly #throughout = new Set<string>();
  readonly #everThere = new Set<string>();
  #hasBegun = false;

  readonly throughout = (): ReadonlySet<string> => new Set(this.#throughout);
  readonly everThere = (): ReadonlySet<string> => new Set(this.#everThere);

  readonly #onEnd: (watch: FleetWatch) => void;

  constructor(onEnd: (watch: FleetWatch) => void) {
    this.#onEnd = onEnd;
  }

  readonly end = (): void => this.#onEnd(this);

  /** From now on, who comes was not there from the beginning. */
  begin(): void {
    this.#hasBegun = true;
  }

  came(id: string): void {
    this.#everThere.add(id);
    if (!this.#hasBegun) this.#throughout.add(id);
  }

  went(id: string): void {
    this.#throughout.delete(id);
  }
}
