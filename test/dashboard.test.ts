import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createMetrics } from '../src/metrics.ts';
import { hasPromtool, promtool } from './support/promtool.ts';
import { type RunningGateway, runGateway } from './support/running-gateway.ts';

const text = readFileSync(new URL('../examples/grafana/dashboard.json', import.meta.url), 'utf8');
const { panels, templating } = JSON.parse(text) as {
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: string }[];
  };
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
};
const targets = panels.flatMap((panel) => panel.targets ?? []);
const expressions = targets.map(({ expr }) => expr);

/** A metric of an expression, with the names of the labels that select its series. */
interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

const isMetric = /\b((?:machines_gateway|nodejs|process)_\w+)(?:\{([^}]*)\})?/g;
const baseName = (name: string): string => name.replace(/_(bucket|count|sum)$/, '');
const labelsIn = (pairs: string): string[] =>
  [...pairs.matchAll(/(\w+)(?:=|!)/g)].map(([, label = '']) => label);
const selectorsOf = (expression: string): readonly Selector[] =>
  [...expression.matchAll(isMetric)].map(([, metric = '', pairs = '']) => ({
    metric: baseName(metric),
    labels: labelsIn(pairs),
  }));
const names = new Set(expressions.flatMap(selectorsOf).map(({ metric }) => metric));

/** The labels that each metric of a text has, and its name alone for one without. */
function labelsOf(metrics: string): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, Set<string>>();
  for (const [, name = '', pairs = ''] of metrics.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const labels = known.get(baseName(name)) ?? new Set();
    for (const [, label = ''] of pairs.matchAll(/(\w+)="/g)) labels.add(label);
    known.set(baseName(name), labels);
  }
  return known;
}

/** Metrics in which everything that can happen has happened once, so that each has all of its labels. */
async function eventfulMetrics(): Promise<string> {
  const metrics = createMetrics({
    quota: () => ({
      windows: [{ windowMs: 60_000, limit: 100, used: 1, remaining: 99, resetsInMs: 0 }],
      share: 1,
      waiting: { interactive: 0, background: 0 },
      gate: { kind: 'open' },
      ledger: 'memory',
      foreignUse: 0,
    }),
    upstream: () => 'answering',
    cacheBytes: () => 0,
    cacheWindows: () => 0,
    fleet: () => ({ state: 'READY', machines: 1, ageMs: 1_000 }),
    keptChanges: () => ({ deltas: 0, bytes: 0 }),
    fleetTrend: () => ({ risk: { High: 1 }, exposure: { High: 1 } }),
  });
  metrics.requestEnded('/graphql', '200', 1);
  metrics.operationAnswered('query', 'OK', 1);
  metrics.preparedAnswered();
  metrics.called({ outcome: '200', lane: 'interactive', bytes: 1, ms: 1, waitedMs: 1 });
  metrics.served('HIT');
  metrics.parsed(1, false);
  metrics.evicted(1);
  metrics.refused('interactive', 'window');
  metrics.foreignUse();
  metrics.fleetRead({ outcome: 'published', rows: 1, calls: 1, ms: 1, waitedMs: 1 });
  metrics.requestRefused('missing');
  metrics.answerCut('timeout');
  metrics.streamEnded('slow');
  for (const name of [
    'connections',
    'unsent_bytes',
    'requests_in_flight',
    'subscriptions',
    'encoded_bytes',
    'rendered_bytes',
  ]) {
    metrics.gauge(name, 'A gauge that a part adds.', () => 0);
  }
  return metrics.print();
}

describe('the Grafana dashboard', () => {
  let running: RunningGateway;
  let metrics: string;
  beforeAll(async () => {
    running = await runGateway();
    metrics = await (await fetch(`${running.gateway.url}/metrics`)).text();
  });
  afterAll(() => running.close());

  it('shows nothing that the gateway does not measure', () => {
    const missing = [...names].filter((name) => !metrics.includes(`# TYPE ${name} `));
    expect(missing).toEqual([]);
  });

  it('has a place of its own for each panel', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it('shows everything that the gateway measures of its own', () => {
    const measured = [...metrics.matchAll(/^# TYPE (machines_gateway_\w+) /gm)].map(([, name = '']) => name);
    expect(measured.length).toBeGreaterThan(15);
    expect(measured.filter((name) => !names.has(name))).toEqual([]);
  });

  it('has rows for requests, the fleet and the quota', () => {
    expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual(
      expect.arrayContaining(['Requests', 'Fleet', 'Quota']),
    );
  });

  it('selects by labels, groups by labels and names series by labels that the metrics have', async () => {
    const known = labelsOf(await eventfulMetrics());
    for (const { expr, legendFormat } of targets) {
      const ofSelf = selectorsOf(expr).flatMap(({ metric, labels }) =>
        labels.filter((label) => !known.get(metric)?.has(label)),
      );
      expect(new Set(ofSelf), expr).toEqual(new Set(['job', 'instance']));
      const all = new Set([
        'instance',
        ...selectorsOf(expr).flatMap(({ metric }) => [...(known.get(metric) ?? [])]),
      ]);
      const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', '));
      const legend = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      expect(
        [...grouped, ...legend].filter((label) => !all.has(label)),
        expr,
      ).toEqual([]);
    }
  });

  it('has variables for job and instance, by which every query selects', () => {
    expect(templating.list.map(({ name, type }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['job', 'query'],
      ['instance', 'query'],
    ]);
    const asked = templating.list.flatMap(({ query }) => query.match(/machines_gateway_\w+/g) ?? []);
    expect(asked.filter((name) => !metrics.includes(`# TYPE ${name} `))).toEqual([]);
    for (const expression of expressions) {
      const metricsIn = expression.match(/\b(?:machines_gateway|nodejs|process)_\w+/g) ?? [];
      expect(expression.split('{job=~"$job",instance=~"$instance"').length - 1, expression).toBe(
        metricsIn.length,
      );
    }
  });

  it.skipIf(!hasPromtool)('has queries that promtool reads', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const rules = expressions.map((expr, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll('$__rate_interval', '5m'),
    }));
    writeFileSync(join(folder, 'rules.yml'), JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    expect(promtool(folder, 'check', 'rules', 'rules.yml')).toContain(`${expressions.length} rules found`);
  });
});
