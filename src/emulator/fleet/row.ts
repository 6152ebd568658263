import type { RawMachine } from '../machine.ts';
import { sortableDateTime } from '../odata/date-time-offset.ts';

/** A machine with what is worth working out once: its JSON text, and its last report in sortable form. */
export class Row {
  readonly machine: RawMachine;
  #json: string | undefined;
  #lastSeen: string | undefined;

  constructor(machine: RawMachine) {
    this.machine = machine;
  }

  get json(): string {
    this.#json ??= JSON.stringify(this.machine);
    return this.#json;
  }

  /** The sortable form of lastSeen; "" when there is none, which sorts as the oldest. */
  get lastSeen(): string {
    const { lastSeen } = this.machine;
    this.#lastSeen ??= (typeof lastSeen === 'string' ? sortableDateTime(lastSeen) : undefined) ?? '';
    return this.#lastSeen;
  }
}
