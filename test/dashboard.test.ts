import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, runGateway } from './support/running-gateway.ts';

const text = readFileSync(new URL('../examples/grafana/dashboard.json', import.meta.url), 'utf8');
const { panels } = JSON.parse(text) as {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
};
const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
const names = new Set(
  expressions
    .flatMap((expression) => expression.match(/\b(?:machines_gateway|nodejs|process)_\w+/g) ?? [])
    .map((name) => name.replace(/_bucket$/, '')),
);

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

  it('shows everything that the gateway measures of its own', () => {
    const measured = [...metrics.matchAll(/^# TYPE (machines_gateway_\w+) /gm)].map(([, name = '']) => name);
    expect(measured.length).toBeGreaterThan(15);
    expect(measured.filter((name) => !names.has(name))).toEqual([]);
  });
});
