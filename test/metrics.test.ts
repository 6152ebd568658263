import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askFailing, askPage } from './support/machine-pages.ts';
import { type RunningGateway, runGateway } from './support/running-gateway.ts';

/** Samples of the gateway's own series: name with labels → value. */
const samplesOf = (text: string): ReadonlyMap<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line.startsWith('machines_gateway_'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );

describe('/metrics', () => {
  let running: RunningGateway;
  let text: string;
  let samples: ReadonlyMap<string, number>;

  beforeAll(async () => {
    running = await runGateway({ environment: { QUOTA_PER_MINUTE: '40', QUOTA_PER_HOUR: '400' } });
    await askPage(running);
    await askPage(running);
    await running.ask('{ machine(id: "a-device-of-ours") { id } }');
    await askPage(running, { filter: { computerDnsName: { startsWith: 'a-name-of-ours' } } });
    running.emulator.faults.next(1, { kind: 'reset' });
    await askFailing(running, { filter: { riskScore: { eq: 'LOW' } } });
    running.emulator.faults.next(1, { kind: 'status', status: 429, headers: { 'retry-after': '30' } });
    await askFailing(running, { filter: { riskScore: { eq: 'HIGH' } } });
    const response = await fetch(`${running.gateway.url}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    text = await response.text();
    samples = samplesOf(text);
  });
  afterAll(() => running.close());

  it.each([
    ['upstream_calls_total{outcome="200",lane="interactive"}', 3],
    ['upstream_calls_total{outcome="429",lane="interactive"}', 1],
    ['upstream_calls_total{outcome="broken",lane="interactive"}', 1],
    ['upstream_call_seconds_count{lane="interactive"}', 5],
    ['quota_wait_seconds_count{lane="interactive"}', 5],
    ['windows_served_total{from="MISS"}', 3],
    ['windows_served_total{from="HIT"}', 1],
    ['parse_seconds_count{where="main"}', 3],
    ['cache_windows', 2],
    ['cache_evictions_total', 0],
    ['cache_evicted_bytes_total', 0],
    ['quota_limit{window_seconds="3600"}', 200],
    ['quota_used{window_seconds="60"}', 5],
    ['quota_used{window_seconds="3600"}', 5],
    ['quota_share', 0.5],
    ['quota_waiting{lane="interactive"}', 0],
    ['quota_waiting{lane="background"}', 0],
    ['quota_gate_open', 0],
    ['quota_foreign_use_total', 1],
    ['quota_ledger{ledger="memory"}', 1],
    ['quota_ledger{ledger="redis"}', 0],
    ['quota_ledger{ledger="share"}', 0],
  ])('has %s', (name, value) => {
    expect(samples.get(`machines_gateway_${name}`)).toBeCloseTo(value, 2);
  });

  it('has the bytes of answers and of the cache', () => {
    expect(samples.get('machines_gateway_upstream_bytes_total')).toBeGreaterThan(10_000);
    expect(samples.get('machines_gateway_cache_bytes')).toBeGreaterThan(10_000);
  });

  it('has what Node tells of itself: memory and the event loop', () => {
    expect(text).toContain('process_resident_memory_bytes ');
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds ');
  });

  it('explains every series', () => {
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    const explained = [...text.matchAll(/^# HELP (\S+) \S/gm)].map(([, name]) => name);
    expect(names).toEqual(explained);
  });

  it('names no machine, no filter and no principal', () => {
    const labels = [...text.matchAll(/^machines_gateway_\w+\{(.*)\}/gm)].flatMap(([, pairs = '']) =>
      [...pairs.matchAll(/(\w+)="/g)].map(([, name]) => name),
    );
    expect(new Set(labels)).toEqual(
      new Set(['outcome', 'lane', 'from', 'where', 'window_seconds', 'ledger', 'le']),
    );
    expect(text).not.toContain('of-ours');
    for (const { id } of running.emulator.rows()) expect(text).not.toContain(id);
  });
});
