import type { Snapshot, SnapshotId } from '../../src/fleet/snapshot.ts';
import { SnapshotBuilder } from '../../src/fleet/snapshot-builder.ts';
import type { Machine } from '../../src/machines/machine.ts';
import type { Moment } from '../../src/machines/moment.ts';

export interface BuildOptions {
  readonly id: SnapshotId;
  readonly readAt: Moment;
  /** Arrays that did not change are shared with it. */
  readonly previous?: Snapshot | undefined;
}

/** Of machines with the same id, the later one counts. */
export function buildSnapshot(machines: Iterable<Machine>, { id, readAt, previous }: BuildOptions): Snapshot {
  const builder = new SnapshotBuilder(previous);
  for (const machine of machines) builder.add(machine);
  return builder.finish(id, readAt);
}
