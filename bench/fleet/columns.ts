import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { diffSnapshots } from '../../src/fleet/diff.ts';
import { createFleetEngine, type FleetEngine } from '../../src/fleet/engine.ts';
import { machineAt } from '../../src/fleet/machine-at.ts';
import { sortKeyOf } from '../../src/fleet/row-order.ts';
import { select } from '../../src/fleet/select.ts';
import type { Snapshot, SnapshotId } from '../../src/fleet/snapshot.ts';
import type { Condition, Filter } from '../../src/machines/condition.ts';
import type { Facet } from '../../src/machines/fleet-view.ts';
import type { Moment } from '../../src/machines/moment.ts';
import type { MachineOrder } from '../../src/machines/order.ts';
import { bytesTogether } from '../../test/support/snapshots.ts';
import type { Measure } from '../measures.ts';
import { informed, percentiles, residentMb, within } from './measure.ts';
import { makeRowFiles, type RowFiles, reportedUntil, rowBlocks } from './row-files.ts';

/** What a snapshot of so many machines takes, and how fast it answers, in the engine alone: without HTTP or GraphQL. */
export interface ColumnTargets {
  readonly rows: number;
  /** p95 of a filter of three conditions, an order, a page of 50, the total and six facets, in ms. */
  readonly queryMs: number;
  /** Selecting by a text that most names contain, p95 in ms. */
  readonly containsMs: number;
  /** Buffers of a snapshot and the one after it with 5 % changed machines, in MB. */
  readonly twoSnapshotsMb: number;
}

const longestStallMs = 20;
const fiftyMachinesMs = 0.25;
const mb = 1_000_000;

export async function measureColumns(targets: ColumnTargets): Promise<Measure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-rows-'));
  const engine = createFleetEngine();
  try {
    return await measure(targets, folder, engine);
  } finally {
    await engine.close();
    await rm(folder, { recursive: true });
  }
}

async function measure(targets: ColumnTargets, folder: string, engine: FleetEngine): Promise<Measure[]> {
  const { rows } = targets;
  const plain: RowFiles = { folder, rows, changedPerThousand: 0 };
  const changed: RowFiles = { folder, rows, changedPerThousand: 50 };
  await makeRowFiles(plain);
  await makeRowFiles(changed);

  const idleMb = residentMb();
  const first = await build(engine, plain, 's1', undefined);
  const oneMb = residentMb();
  const second = await build(engine, changed, 's2', first.snapshot);
  const twoMb = residentMb();
  const { snapshot } = second;
  const together = bytesTogether([first.snapshot, snapshot]) / mb;

  const queries = await percentiles(rows > 500_000 ? 100 : 300, (round) =>
    queryOnce(engine, snapshot, round),
  );
  const common = await percentiles(30, () => select(snapshot, named('corp.northwind')));
  const short = await percentiles(30, () => select(snapshot, named('-')));
  const rare = await percentiles(30, () => select(snapshot, named('sql-0001')));
  const reading = await percentiles(200, (round) => {
    for (let each = 0; each < 50; each++) machineAt(snapshot, (round * 7919 + each * 104_729) % rows);
  });
  const diff = await percentiles(3, () => diffSnapshots(first.snapshot, snapshot));

  const told = `${rows.toLocaleString('en')} machines: `;
  const info = (what: string, measured: string) => informed(told, what, measured);
  const target = (what: string, value: number, most: number, unit: string) =>
    within(told, what, value, most, unit);
  return [
    info('building', `${(first.ms / 1000).toFixed(1)} s; the next one ${(second.ms / 1000).toFixed(1)} s`),
    target('longest stall while building', Math.max(first.stallMs, second.stallMs), longestStallMs, 'ms'),
    info('buffers of a snapshot', `${(snapshot.bytes / rows).toFixed(0)} bytes a machine`),
    target('buffers of two, 5 % changed', together, targets.twoSnapshotsMb, 'MB'),
    info('resident memory', `${idleMb} MB before, ${oneMb} MB with one, ${twoMb} MB with two`),
    target('query and six facets, p95', queries.p95, targets.queryMs, 'ms'),
    info('query and six facets, p50', `${queries.p50.toFixed(1)} ms`),
    target('common contains, p95', common.p95, targets.containsMs, 'ms'),
    info(
      'contains: common, one letter, rare, p50',
      [common, short, rare].map(({ p50 }) => p50.toFixed(1)).join(', '),
    ),
    target('50 machines from columns, p50', reading.p50, fiftyMachinesMs, 'ms'),
    info('difference of the two', `${diff.p50.toFixed(0)} ms`),
  ];
}

interface Built {
  readonly snapshot: Snapshot;
  readonly ms: number;
  readonly stallMs: number;
}

/** Builds as the gateway does, and looks at the event loop meanwhile, also while the new snapshot takes its place. */
async function build(
  engine: FleetEngine,
  files: RowFiles,
  id: string,
  previous: Snapshot | undefined,
): Promise<Built> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const startedAt = performance.now();
  delay.enable();
  const meta = { id: id as SnapshotId, readAt: reportedUntil as Moment, previous };
  const snapshot = await engine.build(rowBlocks(files), meta, new AbortController().signal);
  await new Promise((resolve) => setTimeout(resolve, 50));
  delay.disable();
  return { snapshot, ms: performance.now() - startedAt - 50, stallMs: delay.max / 1e6 };
}

const facets: readonly Facet[] = [
  'riskScore',
  'exposureLevel',
  'healthStatus',
  'osPlatform',
  'rbacGroup',
  'machineTags',
];
const orders: readonly MachineOrder[] = [
  { field: 'RISK_SCORE', direction: 'DESC' },
  { field: 'COMPUTER_DNS_NAME', direction: 'ASC' },
  { field: 'LAST_SEEN', direction: 'DESC' },
  { field: 'LAST_IP_ADDRESS', direction: 'ASC' },
];

/** A filter and a place that were not asked for before, so that no selection is kept. */
async function queryOnce(engine: FleetEngine, snapshot: Snapshot, round: number): Promise<void> {
  const order = orders[round % orders.length] as MachineOrder;
  const filter: Filter = {
    kind: 'and',
    parts: [
      condition('healthStatus', { operator: 'eq', value: 'ACTIVE', ignoreCase: false }),
      condition('riskScore', { operator: 'in', values: ['NONE', 'LOW', 'HIGH'], ignoreCase: false }),
      condition('lastSeen', { operator: 'newerThan', durationMs: 40_000_000 + round * 100_000 }),
    ],
  };
  const after = sortKeyOf(snapshot, (round * 104_729) % snapshot.rows, [order]);
  const { signal } = new AbortController();
  await Promise.all([
    engine.query(snapshot, { filter, orders: [order], page: { from: 'front', size: 50, after } }, signal),
    engine.facets(
      snapshot,
      facets.map((facet) => ({ facet, filter })),
      signal,
    ),
  ]);
}

const condition = (property: Condition['property'], test: Condition['test']): Condition => ({
  kind: 'condition',
  property,
  test,
  negated: false,
});
const named = (text: string): Condition =>
  condition('computerDnsName', { operator: 'contains', text, ignoreCase: true });
