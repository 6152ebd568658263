import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPromtool, promtool } from './support/promtool.ts';
import { type RunningGateway, runGateway } from './support/running-gateway.ts';

const folder = fileURLToPath(new URL('../examples/prometheus/', import.meta.url));
const rules = readFileSync(`${folder}alerts.yml`, 'utf8');
const tests = readFileSync(`${folder}alerts.test.yml`, 'utf8');
const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found);
const alerts = all(rules, /- alert: (\w+)/g);

describe.skipIf(!hasPromtool)('the alert rules, as promtool reads them', () => {
  it('are well-formed', () => {
    expect(promtool(folder, 'check', 'rules', 'alerts.yml')).toContain(`${alerts.length} rules found`);
  });

  it('fire for what they are about, and not in calm', () => {
    expect(promtool(folder, 'test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
  });
});

describe('the alert rules', () => {
  let running: RunningGateway;
  let metrics: string;
  beforeAll(async () => {
    running = await runGateway();
    metrics = await (await fetch(`${running.gateway.url}/metrics`)).text();
  });
  afterAll(() => running.close());

  it('are each tried by a test', () => {
    expect(alerts.length).toBeGreaterThan(10);
    expect(alerts.filter((alert) => !tests.includes(alert))).toEqual([]);
  });

  it('watch nothing that the gateway does not measure', () => {
    const names = new Set(
      all(rules, /\b((?:machines_gateway|nodejs|process)_\w+)/g).map((name) =>
        name.replace(/_(bucket|count)$/, ''),
      ),
    );
    expect(names.size).toBeGreaterThan(5);
    expect([...names].filter((name) => !metrics.includes(`# TYPE ${name} `))).toEqual([]);
  });

  it('see the first error of a code, since its series is there from the start', () => {
    const codes = all(rules, /code="(\w+)"/g);
    expect(codes.length).toBeGreaterThan(2);
    for (const code of codes) {
      expect(metrics).toContain(`graphql_operation_seconds_count{type="query",code="${code}"} 0`);
    }
  });
});
