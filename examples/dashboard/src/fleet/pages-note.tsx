import type { MachineFleetState } from '../generated/graphql.ts';

export interface PagesNoteProps {
  /** How the fleet stands; null where it is not known. */
  readonly state: MachineFleetState | null;
  readonly onDismiss: () => void;
}

/** Says why there is no order and no count of all: once, until it is put away. */
export function PagesNote({ state, onDismiss }: PagesNoteProps) {
  return (
    <div className="pages-note" role="note">
      <span>
        {reasonOf(state)} Devices come page by page in the order of the Machines API, and counts are of those
        that are loaded. There is no sorting, search or subnet.
      </span>
      <button type="button" className="button" onClick={onDismiss}>
        Understood
      </button>
    </div>
  );
}

function reasonOf(state: MachineFleetState | null): string {
  if (state === 'OFF') return 'This gateway does not hold the fleet (its setting FLEET is off).';
  if (state === 'TOO_LARGE') return 'The fleet is larger than this gateway may hold (FLEET_MAX_MACHINES).';
  return 'This gateway does not hold your devices as a whole.';
}
