import DataLoader from 'dataloader';
import type { MachinesById } from '../machines/catalog.ts';
import type { Machine } from '../machines/machine.ts';
import type { Call } from '../machines/source.ts';

export type MachineLoader = DataLoader<string, Machine | null>;

/** Gathers the ids asked for in one operation, so that they share upstream calls. An id asked for twice is asked for once. */
export function createMachineLoader(byIds: MachinesById, call: Call): MachineLoader {
  return new DataLoader((ids) => byIds.load(ids, call));
}
