import type { RawMachine } from '../machine.ts';
import { scramble32 } from '../random.ts';
import { Churn, type ChurnEvent, chosen } from './churn.ts';
import { type FleetSource, fleetMachine, fleetMachines } from './fleet-source.ts';
import type { FleetWatch } from './fleet-watch.ts';
import { changeOf, eventMoment } from './machine-change.ts';
import { NewestSeenOrder } from './newest-seen.ts';
import { Row } from './row.ts';
import { type RowOrder, shuffled } from './row-order.ts';

const SEED_OF_GIVEN_ROWS = 1;

/**
 * The machines as they are now. Rows are never changed, only replaced: an answer holds the fleet of one instant,
 * however long it takes to send.
 */
export class Fleet {
  readonly #seed: number;
  readonly #churn: Churn;
  readonly #rows: Row[];
  #nextIndex: number;
  readonly #newestSeen = new NewestSeenOrder();
  readonly #watches = new Set<FleetWatch>();

  /** @throws RangeError when a seeded fleet's size is out of bounds */
  constructor(source: FleetSource, now: number) {
    this.#seed = source.kind === 'seeded' ? source.seed : SEED_OF_GIVEN_ROWS;
    this.#churn = new Churn(this.#seed);
    this.#rows = fleetMachines(source, now).map((machine) => new Row(machine));
    this.#nextIndex = this.#rows.length;
  }

  /** Lets the events up to `now` (epoch ms) happen. */
  advance(now: number, churnPerMinute: number): void {
    this.#churn.setRate(churnPerMinute, now);
    for (const event of this.#churn.due(now)) this.#happen(event);
  }

  /**
   * All rows in an order.
   *
   * @param serial the call's number, from which `unstable` takes its order
   */
  inOrder(order: RowOrder, serial: number): readonly Row[] {
    switch (order) {
      case 'insertion':
        return [...this.#rows];
      case 'newest-seen':
        return this.#newestSeen.of(this.#rows);
      case 'oldest-seen':
        return this.#newestSeen.of(this.#rows).toReversed();
      case 'unstable':
        return shuffled(this.#rows, scramble32(this.#seed ^ scramble32(serial)));
    }
  }

  /** Notes from now on which machines are there. */
  watch(watch: FleetWatch): void {
    for (const { machine } of this.#rows) watch.came(machine.id);
    this.#watches.add(watch);
  }

  unwatch(watch: FleetWatch): void {
    this.#watches.delete(watch);
  }

  /** Makes way for another fleet, which is watched from now on. */
  handOver(next: Fleet): void {
    for (const watch of this.#watches) {
      for (const { machine } of this.#rows) watch.went(machine.id);
      next.watch(watch);
    }
  }

  /** The machine of an id; the first one, should there be several. */
  find(id: string): Row | undefined {
    return this.#rows.find((row) => row.machine.id === id);
  }

  #happen(event: ChurnEvent): void {
    const at = chosen(event, Math.max(1, this.#rows.length));
    const old = this.#rows[at];
    if (event.kind === 'added' || old === undefined) {
      const added = new Row(this.#newMachine(event));
      this.#rows.push(added);
      this.#newestSeen.note(undefined, added, this.#rows.length);
      for (const watch of this.#watches) watch.came(added.machine.id);
    } else if (event.kind === 'removed') {
      this.#rows.splice(at, 1);
      this.#newestSeen.note(old, undefined, this.#rows.length);
      for (const watch of this.#watches) watch.went(old.machine.id);
    } else {
      const changed = new Row({ ...old.machine, ...changeOf(event.kind, event) });
      this.#rows[at] = changed;
      this.#newestSeen.note(old, changed, this.#rows.length);
    }
  }

  #newMachine(event: ChurnEvent): RawMachine {
    const machine = fleetMachine(this.#seed, this.#nextIndex++, event.at);
    const seen = eventMoment(event);
    return { ...machine, firstSeen: seen, lastSeen: seen };
  }
}
