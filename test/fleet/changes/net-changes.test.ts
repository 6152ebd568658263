import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChangeLog } from '../../../src/fleet/changes/change-log.ts';
import { deltaOf } from '../../../src/fleet/changes/delta.ts';
import { type ChangesQuery, changeKinds, netChanges } from '../../../src/fleet/changes/net-changes.ts';
import { pastOf } from '../../../src/fleet/changes/past.ts';
import { rowAt, rowSourceOf } from '../../../src/fleet/machine-at.ts';
import { select } from '../../../src/fleet/select.ts';
import type { Snapshot, SnapshotId } from '../../../src/fleet/snapshot.ts';
import { scopeFilter } from '../../../src/machines/device-scope.ts';
import { and } from '../../../src/machines/filter.ts';
import type { ShownMachine } from '../../../src/machines/machine.ts';
import { amongThose, arbitraryFleetFilter } from '../../support/arbitrary-machines.ts';
import { buildSnapshot } from '../../support/build-snapshot.ts';
import { cases } from '../../support/cases.ts';
import { arbitraryHistory, type PlainReading } from '../../support/history.ts';
import { plainLatest } from '../../support/plain-devices.ts';
import { plainMatches } from '../../support/plain-machines.ts';

/** Hundreds of histories are built and compared. */
const timeout = 120_000;

const scopes = fc.oneof(
  fc.constant({ kind: 'all' as const }),
  fc.uniqueArray(fc.constantFrom(0, 1, -5, 140, 7), { maxLength: 3 }).map((groupIds) => ({
    kind: 'groups' as const,
    groupIds,
  })),
);

function build(history: readonly PlainReading[]): { snapshots: readonly Snapshot[]; log: ChangeLog } {
  const log = new ChangeLog({ keepMs: Number.POSITIVE_INFINITY, maxBytes: 2 ** 30, now: Date.now });
  const snapshots: Snapshot[] = [];
  for (const [index, { machines, readAt }] of history.entries()) {
    const previous = snapshots.at(-1);
    const snapshot = buildSnapshot(machines, { id: `s${index}` as SnapshotId, readAt, previous });
    if (previous !== undefined) log.add(deltaOf(previous, snapshot));
    snapshots.push(snapshot);
  }
  return { snapshots, log };
}

interface Told {
  readonly kind: string;
  readonly id: string;
  readonly machine: ShownMachine | undefined;
  readonly changed: readonly string[];
}

function told(log: ChangeLog, from: Snapshot, to: Snapshot, query: ChangesQuery): readonly Told[] {
  const since = log.wayBack(to, from.id);
  if (since === undefined) throw new Error('There is no way back.');
  const net = netChanges(to, pastOf(to, since), query, (each) => select(to, each));
  const gone = [...net.gone];
  return [...net.kinds].map((kind, place) => {
    const row = net.rows[place] ?? 0;
    const machine = row === 0 ? undefined : rowAt(rowSourceOf(to, query.among), row - 1);
    const changed = net.sets[net.changed[place] ?? 0] ?? [];
    const name = changeKinds[kind] ?? '';
    return {
      kind: name,
      id: machine?.id ?? gone.shift() ?? '',
      machine,
      changed: name === 'UPDATED' ? changed : [],
    };
  });
}

const differing = (left: ShownMachine, right: ShownMachine): readonly string[] =>
  Object.keys(left).filter(
    (name) =>
      JSON.stringify(left[name as keyof ShownMachine]) !== JSON.stringify(right[name as keyof ShownMachine]),
  );

describe('net changes', { timeout }, () => {
  it('lead from what a filter and a scope showed to what they show, and report nothing else', () => {
    fc.assert(
      fc.property(
        arbitraryHistory(5),
        arbitraryFleetFilter,
        scopes,
        (history, { filter: plain, subnetTexts }, scope) => {
          const filter = and([scopeFilter(scope), amongThose(plain, scope)]);
          const { snapshots, log } = build(history);
          const viewAt = (index: number): ReadonlyMap<string, ShownMachine> => {
            const { machines, readAt } = history[index] as PlainReading;
            const latest = plainLatest(machines, scope);
            const context = { filter, subnetTexts, readAtMs: Date.parse(readAt), latest };
            const shown = machines.filter((machine) => plainMatches(filter, machine, context));
            return new Map(
              shown.map((machine) => [machine.id, { ...machine, isLatestOfDevice: latest.has(machine.id) }]),
            );
          };
          const last = snapshots.length - 1;
          for (let from = 0; from < last; from++) {
            for (let to = from; to <= last; to += 1 + from) {
              const was = viewAt(from);
              const is = viewAt(to);
              const changes = told(log, snapshots[from] as Snapshot, snapshots[to] as Snapshot, {
                filter,
                among: scope,
              });
              const ids = [...new Set([...was.keys(), ...is.keys()])].sort((a, b) => (a < b ? -1 : 1));
              const expected = ids.flatMap((id): Told[] => {
                const [before, machine] = [was.get(id), is.get(id)];
                if (machine === undefined) return [{ kind: 'REMOVED', id, machine, changed: [] }];
                if (before === undefined) return [{ kind: 'ADDED', id, machine, changed: [] }];
                const changed = differing(before, machine);
                return changed.length === 0 ? [] : [{ kind: 'UPDATED', id, machine, changed }];
              });
              const plain = changes.map((change) =>
                change.kind === 'REMOVED' ? { ...change, machine: undefined } : change,
              );
              expect(sorted(plain)).toEqual(sorted(expected));
            }
          }
        },
      ),
      { numRuns: cases(1_000, 1 / 25) },
    );
  });
});

const sorted = (changes: readonly Told[]): readonly Told[] =>
  changes.map((change) => ({ ...change, changed: [...change.changed].sort() }));
