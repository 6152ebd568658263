interface Part {
  /** Ends it; must not fail. */
  readonly close: () => Promise<unknown>;
}

/** Parts that were started and must be closed, the last one first. */
export class Started {
  readonly #parts: Part[] = [];

  /** Keeps a part, and gives it back. */
  add<P extends Part>(part: P): P {
    this.#parts.push(part);
    return part;
  }

  /** Closes all parts, one after the other. */
  async close(): Promise<void> {
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) await part.close();
  }
}
