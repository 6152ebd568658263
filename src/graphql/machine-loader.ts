import DataLoader from 'dataloader';
import type { MachinesById } from '../machines/catalog.ts';
import type { Machine } from '../machines/machine.ts';
import { withMaxAge } from '../machines/max-age.ts';
import type { Call } from '../machines/source.ts';

/** Machines by id, for one operation. */
export interface MachineLoader {
  /**
   * Null where there is no such machine.
   * @param maxAgeSeconds of the row; null for no bound
   * @throws {BadInput} for an age that cannot be meant
   */
  readonly load: (id: string, maxAgeSeconds?: number | null) => Promise<Machine | null>;
}

/** Batches the ids of one operation, so that they share upstream calls. Each id is fetched once for each age that is asked. */
export function createMachineLoader(byIds: MachinesById, call: Call): MachineLoader {
  const loaders = new Map<number | null, DataLoader<string, Machine | null>>();
  const loaderOf = (maxAgeSeconds: number | null): DataLoader<string, Machine | null> => {
    const known = loaders.get(maxAgeSeconds);
    if (known !== undefined) return known;
    const bounded = withMaxAge(call, maxAgeSeconds);
    const loader = new DataLoader<string, Machine | null>((ids) => byIds.load(ids, bounded));
    loaders.set(maxAgeSeconds, loader);
    return loader;
  };
  return { load: async (id, maxAgeSeconds = null) => await loaderOf(maxAgeSeconds).load(id) };
}
