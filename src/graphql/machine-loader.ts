import DataLoader from 'dataloader';
import type { MachinesById } from '../machines/catalog.ts';
import type { Machine } from '../machines/machine.ts';
import type { Call } from '../machines/source.ts';

export type MachineLoader = DataLoader<string, Machine | null>;

/**
 * Gathers the ids asked for in one operation into as few upstream calls as hold them: 100 ids are 5 calls. An id
 * asked for twice is asked for once, and a call that fails fails its own ids only.
 */
export function createMachineLoader(byIds: MachinesById, call: Call): MachineLoader {
  return new DataLoader((ids) => byIds.load(ids, call), { maxBatchSize: byIds.maxIds(call.scope) });
}
