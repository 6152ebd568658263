/** Counts something, in all and of each caller, up to a bound of each. */
export class Places {
  readonly most: number;
  readonly mostOfOne: number;
  readonly #byCaller = new Map<string, number>();
  #taken = 0;

  constructor(most: number, mostOfOne: number) {
    this.most = most;
    this.mostOfOne = mostOfOne;
  }

  get taken(): number {
    return this.#taken;
  }

  /** @returns gives the place back, once however often it is called; undefined where none is free */
  take(): (() => void) | undefined {
    if (this.#taken >= this.most) return undefined;
    this.#taken += 1;
    return once(() => {
      this.#taken -= 1;
    });
  }

  /** The same of one caller alone; one who is not known is not counted, since an address can stand for many. */
  takeOf(caller: string | undefined): (() => void) | undefined {
    if (caller === undefined) return () => undefined;
    const own = this.#byCaller.get(caller) ?? 0;
    if (own >= this.mostOfOne) return undefined;
    this.#byCaller.set(caller, own + 1);
    return once(() => {
      const left = (this.#byCaller.get(caller) ?? 1) - 1;
      if (left > 0) this.#byCaller.set(caller, left);
      else this.#byCaller.delete(caller);
    });
  }
}

function once(give: () => void): () => void {
  let isGiven = false;
  return () => {
    if (!isGiven) give();
    isGiven = true;
  };
}
