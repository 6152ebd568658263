import { arrangeBlock, type RowBlock } from '../machines/row-block.ts';
import { noTicks } from '../machines/ticks.ts';

/** The rows of one call of a reading. */
export interface Brought {
  readonly block: RowBlock;
  /** Whether upstream has nothing behind these rows. */
  readonly ended: boolean;
  /** Number of the call within its reading. */
  readonly call: number;
}

/** Machines of plain pages in a reading, with which its other calls are compared. */
export class Witness {
  /** Ids of the newest page that have a `lastSeen` and were not met yet. */
  #unmet = new Set<string>();
  #of = 0;
  readonly #neverSeen = new Set<string>();
  readonly #neverSeenRows: Pick<Brought, 'block' | 'call'>[] = [];
  /** Whether the pages went from the first row to the last. */
  isWhole = false;

  add({ block, call }: Brought): void {
    const fresh: number[] = [];
    this.#unmet = new Set();
    block.ids.forEach((id, row) => {
      if (id === '') return;
      if (block.seen[row] !== noTicks) this.#unmet.add(id);
      else if (!this.#neverSeen.has(id)) {
        this.#neverSeen.add(id);
        fresh.push(row);
      }
    });
    this.#of = this.#unmet.size;
    // Copied out, so that the page itself can go.
    if (fresh.length > 0) this.#neverSeenRows.push({ block: arrangeBlock(block, fresh), call });
  }

  /** Machines of the newest page come by another call. */
  meet({ ids }: RowBlock): void {
    for (const id of ids) this.#unmet.delete(id);
  }

  /** Machines of the newest page that no other call brought, of so many. */
  get missing(): number {
    return this.#unmet.size;
  }

  get of(): number {
    return this.#of;
  }

  get neverSeenIds(): ReadonlySet<string> {
    return this.#neverSeen;
  }

  /** Their rows, page by page. */
  get neverSeenRows(): readonly Pick<Brought, 'block' | 'call'>[] {
    return this.#neverSeenRows;
  }

  neverSeenBut(ids: ReadonlySet<string>): string[] {
    return [...this.#neverSeen].filter((id) => !ids.has(id));
  }
}
