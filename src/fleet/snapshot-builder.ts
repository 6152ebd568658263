import type { ListProperty, ScalarProperty } from '../machines/condition.ts';
import type { Machine } from '../machines/machine.ts';
import type { Moment } from '../machines/moment.ts';
import { valueOrders } from '../machines/order.ts';
import { ListDraft, ListPlaces, type ScalarDraft, scalarDraft } from './column-drafts.ts';
import { listOf, listProperties, scalarOf, scalarProperties } from './column-properties.ts';
import { linkRows, shareLinks } from './devices.ts';
import type { Dictionary } from './dictionary.ts';
import type { Column, Columns, Snapshot, SnapshotId } from './snapshot.ts';
import { arraysOf, byteLengthOf, columnsOf, shareArrays } from './snapshot-arrays.ts';
import { grown, sharedCodes } from './typed-arrays.ts';
import { SortedTextTable } from './value-tables.ts';

/**
 * Makes a snapshot of machines that arrive one after the other. None of them is kept: each value goes to its column at
 * once, as the number of a distinct value.
 *
 * Beginning with the values of an earlier snapshot spares sorting them again.
 */
export class SnapshotBuilder {
  readonly #earlier: Snapshot | undefined;
  /** The number of an id is the slot of its machine. */
  readonly #ids: SortedTextTable;
  /** By slot, 1 where there is a machine: not of an id that only the earlier snapshot had. */
  #isTaken = new Uint8Array(16);
  readonly #scalars = new Map<ScalarProperty, ScalarDraft>();
  readonly #lists = new Map<ListProperty, ListDraft>();
  readonly #tagPlaces = new ListPlaces();
  readonly #interfacePlaces = new ListPlaces();

  constructor(earlier: Snapshot | undefined) {
    this.#earlier = earlier;
    const known = (property: ScalarProperty | ListProperty): Dictionary | undefined =>
      earlier?.columns[property].dictionary;
    this.#ids = new SortedTextTable(valueOrders.id, known('id'));
    for (const property of scalarProperties) {
      if (property !== 'id') this.#scalars.set(property, scalarDraft(valueOrders[property], known(property)));
    }
    for (const property of listProperties) {
      const draft = new ListDraft(valueOrders[property], known(property), this.#placesOf(property));
      this.#lists.set(property, draft);
    }
  }

  /** Takes in a machine; it replaces an earlier one with the same id. */
  add(machine: Machine): void {
    const slot = this.#ids.intern(machine.id);
    this.#isTaken = grown(this.#isTaken, slot + 1);
    this.#isTaken[slot] = 1;
    for (const [property, draft] of this.#scalars) draft.set(slot, scalarOf(machine, property));
    const tags = this.#tagPlaces.take(slot, machine.machineTags.length);
    const interfaces = this.#interfacePlaces.take(slot, machine.ipAddresses.length);
    for (const [property, draft] of this.#lists) {
      draft.set(property === 'machineTags' ? tags : interfaces, listOf(machine, property));
    }
  }

  /** Makes the snapshot; the builder cannot be used any more. */
  finish(id: SnapshotId, readAt: Moment): Snapshot {
    const { column, slots } = this.#arrangeRows();
    const columns: [string, Column][] = [['id', column]];
    // Each draft goes when its column is there, so that there is never all of both.
    for (const [property, draft] of this.#scalars) {
      columns.push([property, draft.finish(slots)]);
      this.#scalars.delete(property);
    }
    const starts = new Map(
      [this.#tagPlaces, this.#interfacePlaces].map((each) => [each, each.starts(slots)]),
    );
    for (const [property, draft] of this.#lists) {
      const places = this.#placesOf(property);
      columns.push([property, draft.finish(slots, starts.get(places) ?? places.starts(slots))]);
      this.#lists.delete(property);
    }
    const made = arraysOf(Object.fromEntries(columns) as unknown as Columns);
    const arrays = this.#earlier === undefined ? made : shareArrays(made, arraysOf(this.#earlier.columns));
    const rows = slots.length;
    const finished = columnsOf(arrays, rows);
    const links = linkRows(finished, rows);
    const devices = this.#earlier === undefined ? links : shareLinks(links, this.#earlier.devices);
    const bytes = byteLengthOf([...arrays.values(), ...Object.values(devices)]);
    return { id, rows, readAt, columns: finished, devices, bytes };
  }

  #placesOf(property: ListProperty): ListPlaces {
    return property === 'machineTags' ? this.#tagPlaces : this.#interfacePlaces;
  }

  /** Rows by id; `slots` has the slot of each. */
  #arrangeRows(): { readonly column: Column; readonly slots: Uint32Array } {
    const isTaken = grown(this.#isTaken, this.#ids.size);
    const { dictionary, codeOf } = this.#ids.arrange(isTaken, false);
    const slots = new Uint32Array(dictionary.size);
    const codes = sharedCodes(dictionary.size, dictionary.size);
    for (let slot = 0; slot + 1 < codeOf.length; slot++) {
      const code = codeOf[slot + 1] ?? 0;
      if (code > 0) slots[code - 1] = slot;
    }
    for (let row = 0; row < codes.length; row++) codes[row] = row + 1;
    return { column: { shape: 'scalar', dictionary, codes }, slots };
  }
}
