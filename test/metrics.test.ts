import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readVersion } from '../src/version.ts';
import { deferred } from './support/deferred.ts';
import { askFailing, askPage } from './support/machine-pages.ts';
import { type RunningGateway, runGateway } from './support/running-gateway.ts';
import { startUpstream } from './support/stand-in-upstream.ts';
import { until } from './support/until.ts';

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
    await running.ask('{ nonsense');
    await running.ask('query ANameOfOurs { machines(first: -1) { asOf } }');
    for (const path of ['/healthz', '/path-of-ours', '/explorer', '/explorer/tabs.json']) {
      await (await fetch(`${running.gateway.url}${path}`)).text();
    }
    const response = await fetch(`${running.gateway.url}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    text = await response.text();
    samples = samplesOf(text);
  });
  afterAll(() => running.close());

  it.each([
    ['http_request_seconds_count{route="/graphql",status="200"}', 8],
    ['http_request_seconds_count{route="/healthz",status="200"}', 1],
    ['http_request_seconds_count{route="/explorer",status="200"}', 2],
    ['http_request_seconds_count{route="none",status="404"}', 1],
    ['graphql_operation_seconds_count{type="query",code="OK"}', 4],
    ['graphql_operation_seconds_count{type="query",code="QUOTA_EXHAUSTED"}', 1],
    ['graphql_operation_seconds_count{type="query",code="BAD_USER_INPUT"}', 1],
    ['graphql_operation_seconds_count{type="unknown",code="GRAPHQL_PARSE_FAILED"}', 1],
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

  it('has what runs: the version of the gateway and of Node', () => {
    const name = `machines_gateway_build_info{version="${readVersion()}",node="${process.versions.node}"}`;
    expect(samples.get(name)).toBe(1);
  });

  it('has the bytes of answers and of the cache', () => {
    expect(samples.get('machines_gateway_upstream_bytes_total')).toBeGreaterThan(10_000);
    expect(samples.get('machines_gateway_cache_bytes')).toBeGreaterThan(10_000);
  });

  it("has Node's own metrics: memory and the event loop", () => {
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
      new Set([
        'state',
        'outcome',
        'state',
        'lane',
        'from',
        'where',
        'window_seconds',
        'ledger',
        'le',
        'route',
        'status',
        'type',
        'code',
        'version',
        'node',
      ]),
    );
    expect(text).not.toMatch(/of-?ours/i);
    for (const { id } of running.emulator.rows()) expect(text).not.toContain(id);
  });
});

describe('a request whose connection ends ahead of the answer', () => {
  it('is counted as aborted, as is its operation', async () => {
    const asked = deferred();
    const upstream = await startUpstream(() => asked.resolve());
    const running = await runGateway({ environment: { MACHINES_API_URL: upstream.url } });
    onTestFinished(async () => {
      await running.close();
      await upstream.close();
    });
    const leaving = new AbortController();
    const reply = fetch(`${running.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ machines { asOf } }' }),
      signal: leaving.signal,
    }).catch(() => 'left');
    await asked.promise;
    leaving.abort();
    expect(await reply).toBe('left');
    const sample = async (name: string): Promise<number | undefined> => {
      const text = await (await fetch(`${running.gateway.url}/metrics`)).text();
      return samplesOf(text).get(`machines_gateway_${name}`);
    };
    const requests = 'http_request_seconds_count{route="/graphql",status="aborted"}';
    await expect.poll(() => sample(requests)).toBe(1);
    const operations = 'graphql_operation_seconds_count{type="query",code="ABORTED"}';
    await expect.poll(() => sample(operations)).toBe(1);
  });
});

describe('the metrics of the fleet', () => {
  it('show its machines, its age, its readings and, where set, its risks', async () => {
    const running = await runGateway({ environment: { FLEET: 'on', FLEET_TREND_METRICS: 'on' } });
    onTestFinished(running.close);
    const metric = async (): Promise<ReadonlyMap<string, number>> =>
      samplesOf(await (await fetch(`${running.gateway.url}/metrics`)).text());
    await until(async () => expect((await metric()).get('machines_gateway_fleet_machines')).toBe(100));
    const samples = await metric();
    expect(samples.get('machines_gateway_fleet_state{state="READY"}')).toBe(1);
    expect(samples.get('machines_gateway_fleet_snapshot_age_seconds')).toBeGreaterThan(0);
    expect(samples.get('machines_gateway_fleet_reads_total{outcome="published"}')).toBe(1);
    expect(samples.get('machines_gateway_fleet_read_calls_total')).toBe(1);
    expect(samples.get('machines_gateway_fleet_read_rows_total')).toBe(100);
    const risks = [...samples].filter(([name]) =>
      name.startsWith('machines_gateway_fleet_machines_by_risk{'),
    );
    expect(risks.length).toBeGreaterThan(2);
    expect(running.emulator.requests()).toHaveLength(1);
  });
});
