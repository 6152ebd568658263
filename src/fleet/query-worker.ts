import type { FacetRequest, FleetQuery } from '../machines/fleet-view.ts';
import { answerMessages } from '../thread-body.ts';
import { Answering, type FacetAnswer, type FleetAnswer } from './answering.ts';
import { type Delta, deltaOf } from './changes/delta.ts';
import type { ChangesQuery, NetChanges } from './changes/net-changes.ts';
import type { SinceWhen } from './changes/past.ts';
import type { Snapshot, SnapshotId } from './snapshot.ts';

/**
 * The body of the thread that answers from large snapshots. It gets each snapshot once, and a message when to drop
 * it.
 */
export type QueryMessage =
  | { readonly kind: 'hold'; readonly snapshot: Snapshot }
  | { readonly kind: 'forget'; readonly id: SnapshotId }
  | { readonly kind: 'query'; readonly id: SnapshotId; readonly query: FleetQuery }
  | { readonly kind: 'facets'; readonly id: SnapshotId; readonly requests: readonly FacetRequest[] }
  | {
      readonly kind: 'changes';
      readonly id: SnapshotId;
      readonly since: SinceWhen;
      readonly query: ChangesQuery;
    }
  | { readonly kind: 'compare'; readonly id: SnapshotId; readonly earlier: SnapshotId };

export type QueryResult = FleetAnswer | FacetAnswer | NetChanges | Delta | undefined;

/** Bytes of selections and sorted rows that are kept. */
const keptBytes = 96 * 1024 * 1024;

const answering = new Answering(keptBytes);
const snapshots = new Map<SnapshotId, Snapshot>();

answerMessages((message: QueryMessage): QueryResult => {
  switch (message.kind) {
    case 'hold':
      snapshots.set(message.snapshot.id, message.snapshot);
      return undefined;
    case 'forget':
      snapshots.delete(message.id);
      return undefined;
    case 'query':
      return answering.query(snapshotOf(message.id), message.query);
    case 'facets':
      return answering.facets(snapshotOf(message.id), message.requests);
    case 'changes':
      return answering.changes(snapshotOf(message.id), message.since, message.query);
    case 'compare':
      return deltaOf(snapshotOf(message.earlier), snapshotOf(message.id));
    default:
      return message satisfies never;
  }
});

function snapshotOf(id: SnapshotId): Snapshot {
  const snapshot = snapshots.get(id);
  if (snapshot === undefined) throw new Error('The thread was not given this snapshot.');
  return snapshot;
}
