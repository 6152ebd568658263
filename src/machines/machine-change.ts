import type { ShownMachine } from './machine.ts';
import type { Moment } from './moment.ts';

/** What became of one machine between the reading of a token and the newest one. */
export interface MachineChange {
  readonly kind: 'ADDED' | 'UPDATED' | 'REMOVED';
  readonly id: string;
  /** As it is in the newest reading; null where it is removed. */
  readonly machine: ShownMachine | null;
  /** Properties that differ, of `UPDATED` only: of others they would show what the filter or the rights hide. */
  readonly changed: readonly (keyof ShownMachine)[];
  /** When the reading was begun that shows the change. */
  readonly at: Moment;
}
