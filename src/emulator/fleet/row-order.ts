import { integer, mulberry32 } from '../random.ts';
import type { Row } from './row.ts';

/**
 * The order of an answer; none is promised by the service. `insertion`: the order the machines were added in.
 * `newest-seen`: the latest report first, machines without one last; `oldest-seen`: the reverse. `unstable`: another
 * order on every call.
 */
export type RowOrder = 'insertion' | 'newest-seen' | 'oldest-seen' | 'unstable';

export const ROW_ORDERS = [
  'insertion',
  'newest-seen',
  'oldest-seen',
  'unstable',
] as const satisfies readonly RowOrder[];

/** All rows once, in an order of `seed`'s own (Fisher-Yates). */
export function shuffled(rows: readonly Row[], seed: number): readonly Row[] {
  const random = mulberry32(seed);
  const mixed = [...rows];
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = integer(random, last + 1);
    const row = mixed[last];
    const swapped = mixed[other];
    if (row === undefined || swapped === undefined) continue;
    mixed[last] = swapped;
    mixed[other] = row;
  }
  return mixed;
}
