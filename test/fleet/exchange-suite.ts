import { expect, it } from 'vitest';
import type { Snapshot } from '../../src/fleet/snapshot.ts';
import type { ReadLease, SnapshotExchange } from '../../src/fleet/snapshot-exchange.ts';

/** For calls that nobody leaves. */
export const patient = new AbortController().signal;

export async function leaseOf(exchange: SnapshotExchange): Promise<ReadLease> {
  const lease = await exchange.lease(patient);
  if (lease === undefined) throw new Error('Another replica has the lease.');
  return lease;
}

/** What every exchange must do. */
export function itSharesSnapshots(open: () => SnapshotExchange, snapshot: Snapshot): void {
  it('gives the right to read, again and again', async () => {
    const exchange = open();
    for (let turn = 0; turn < 3; turn += 1) {
      const lease = await leaseOf(exchange);
      expect(lease.lost.aborted).toBe(false);
      await lease.release();
    }
  });

  it('allows publishing a snapshot read under it', async () => {
    const lease = await leaseOf(open());
    expect(await lease.publish({ snapshot, calls: 1 }, patient)).toBe(true);
    await lease.release();
  });

  it('brings only a snapshot newer than the known one', async () => {
    const exchange = open();
    const lease = await leaseOf(exchange);
    await lease.publish({ snapshot, calls: 1 }, patient);
    expect(await exchange.newest(snapshot, patient)).toBeUndefined();
  });

  it('has at least one reader', () => {
    expect(open().readers()).toBeGreaterThanOrEqual(1);
  });

  it('does nothing for a caller that has left, if it needs time for it', async () => {
    const exchange = open();
    const left = AbortSignal.abort(new Error('left'));
    const outcome = await exchange.newest(undefined, left).catch((error: Error) => error.message);
    expect([undefined, 'left']).toContain(outcome);
  });
}
