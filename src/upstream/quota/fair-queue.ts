/** A queue in which those who wait take turns by their owners: one of each owner a round, an owner's own in order. */
export class FairQueue<T> {
  /** In the order of the turns: the first owner is next. */
  readonly #owners = new Map<string, Set<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  sizeOf(owner: string): number {
    return this.#owners.get(owner)?.size ?? 0;
  }

  push(owner: string, item: T): void {
    const items = this.#owners.get(owner);
    if (items === undefined) this.#owners.set(owner, new Set([item]));
    else items.add(item);
    this.#size++;
  }

  /** Takes the next one; its owner goes to the end of the turns. */
  take(): T | undefined {
    for (const [owner, items] of this.#owners) {
      for (const item of items) {
        this.#owners.delete(owner);
        items.delete(item);
        if (items.size > 0) this.#owners.set(owner, items);
        this.#size--;
        return item;
      }
    }
    return undefined;
  }

  /** Takes one out who no longer waits; its owner keeps the turn for the rest. */
  remove(owner: string, item: T): void {
    const items = this.#owners.get(owner);
    if (items === undefined || !items.delete(item)) return;
    this.#size--;
    if (items.size === 0) this.#owners.delete(owner);
  }

  /** How many would be taken before one that `owner` pushed now, if no other came. */
  aheadOfNewcomer(owner: string): number {
    const own = this.sizeOf(owner);
    let before = true;
    let ahead = own;
    for (const [other, items] of this.#owners) {
      if (other === owner) before = false;
      // Owners whose turn comes first take one more in the newcomer's own round.
      else ahead += Math.min(items.size, before || own === 0 ? own + 1 : own);
    }
    return ahead;
  }

  /** All in the order in which they would be taken. */
  inOrder(): T[] {
    let round = [...this.#owners.values()].map((items) => items.values());
    const order: T[] = [];
    while (round.length > 0) {
      round = round.filter((items) => {
        const { done, value } = items.next();
        if (done !== true) order.push(value);
        return done !== true;
      });
    }
    return order;
  }
}
