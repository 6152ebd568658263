import { afterEach, describe, expect, it } from 'vitest';
import { askFailing, askPage, bareRows, pageQuery } from '../support/machine-pages.ts';
import { type RunningGateway, type RunningGatewayOptions, runGateway } from '../support/running-gateway.ts';
import { type SetClock, setClock } from '../support/set-clock.ts';
import { until } from '../support/until.ts';

const filters = [{ riskScore: { eq: 'LOW' } }, { riskScore: { eq: 'HIGH' } }];
const quotaQuery = `{ upstreamQuota {
  windows { seconds limit remaining resetsInSeconds } gate gateOpensInSeconds share waiting
} }`;

describe('a quota that is used up', () => {
  let running: RunningGateway;
  let clock: SetClock;
  afterEach(() => running.close());

  const open = async (options: RunningGatewayOptions = {}): Promise<void> => {
    clock = setClock();
    running = await runGateway({ now: clock.now, rows: bareRows(5), ...options });
  };
  const calls = (): number => running.emulator.requests().length;
  const limited = (seconds: number) =>
    ({ kind: 'status', status: 429, headers: { 'retry-after': String(seconds) } }) as const;

  it('fails a query at once that would wait longer than its time, and says how long', async () => {
    await open({ environment: { QUOTA_PER_MINUTE: '1', REQUEST_TIMEOUT_SECONDS: '30' } });
    await askPage(running, { filter: filters[0] });
    const startedAt = performance.now();
    const { code, retryAfterSeconds, retryAfter } = await askFailing(running, { filter: filters[1] });
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(code).toBe('QUOTA_EXHAUSTED');
    expect(retryAfterSeconds).toBeGreaterThan(50);
    expect(retryAfterSeconds).toBeLessThanOrEqual(61);
    expect(retryAfter).toBe(String(retryAfterSeconds));
    expect(calls()).toBe(1);
  });

  it('goes on with cached rows', async () => {
    await open({ environment: { QUOTA_PER_MINUTE: '1', REQUEST_TIMEOUT_SECONDS: '30' } });
    await askPage(running);
    for (const minutes of [0, 2, 30]) {
      clock.advance(minutes * 60_000);
      expect((await askPage(running)).ids).toHaveLength(5);
    }
    expect(calls()).toBe(1);
  });

  it('by the word of upstream shuts the gate for everybody, for as long as upstream said', async () => {
    await open({ environment: { REQUEST_TIMEOUT_SECONDS: '10' } });
    await askPage(running);
    running.emulator.faults.next(1, limited(40));
    const first = await askFailing(running, { filter: filters[0] });
    expect(first).toMatchObject({ code: 'QUOTA_EXHAUSTED', retryAfterSeconds: 40, retryAfter: '40' });
    const second = await askFailing(running, { filter: filters[1] });
    expect(second).toMatchObject({ code: 'QUOTA_EXHAUSTED' });
    expect(second.retryAfterSeconds).toBeGreaterThan(30);
    expect((await askPage(running)).ids).toHaveLength(5);
    expect(calls()).toBe(2);
  });

  it('goes by the text of a 429 where it has no header', async () => {
    await open({
      emulator: { quota: { perMinute: 1, perHour: 100 }, retryAfterHeader: false },
      environment: { REQUEST_TIMEOUT_SECONDS: '10' },
    });
    await askPage(running);
    const { retryAfterSeconds } = await askFailing(running, { filter: filters[0] });
    expect(retryAfterSeconds).toBeGreaterThan(50);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
  });

  it('lets those wait whose time allows, and opens the gate by one probe', async () => {
    await open();
    running.emulator.faults.next(1, limited(1));
    await askFailing(running);
    const pages = await Promise.all(filters.map((filter) => askPage(running, { filter })));
    expect(pages.map(({ upstream }) => upstream.calls)).toEqual([1, 1]);
    const { data } = await running.ask(quotaQuery);
    expect(data.upstreamQuota).toMatchObject({ gate: 'OPEN', gateOpensInSeconds: 0 });
  });

  it('is one call for each Retry-After while upstream goes on rejecting', async () => {
    await open();
    await askPage(running);
    clock.advance(400_000);
    running.emulator.faults.next(100, limited(30));
    for (let query = 0; query < 30; query += 1) {
      const { upstream, ids } = await askPage(running);
      expect([upstream.cache, ids.length]).toEqual(['STALE', 5]);
    }
    expect(calls()).toBe(2);
  });

  it('is the longest one in answer and header where several fields failed', async () => {
    await open({ environment: { QUOTA_PER_MINUTE: '1', REQUEST_TIMEOUT_SECONDS: '10' } });
    await askPage(running);
    const { errors, headers } = await running.ask(
      '{ a: machines(filter: { version: { eq: "1" } }) { totalCount } b: machine(id: "x") { id } }',
    );
    const waits = (errors ?? []).map(({ extensions }) => Number(extensions.retryAfterSeconds));
    expect(waits.length).toBeGreaterThan(0);
    expect(headers.get('retry-after')).toBe(String(Math.max(...waits)));
  });

  it('gives no Retry-After where nothing was wrong with it', async () => {
    await open();
    expect((await running.ask(pageQuery)).headers.get('retry-after')).toBeNull();
    expect((await running.ask(pageQuery, { first: -1 })).headers.get('retry-after')).toBeNull();
  });
});

describe('upstreamQuota', () => {
  let running: RunningGateway;
  afterEach(() => running.close());

  it('shows the windows and the gate, and asks nothing of upstream', async () => {
    running = await runGateway({
      environment: { QUOTA_PER_MINUTE: '50', QUOTA_PER_HOUR: '700', QUOTA_MARGIN: '0.1' },
    });
    const quota = async () => (await running.ask(quotaQuery)).data.upstreamQuota;
    expect(await quota()).toEqual({
      windows: [
        { seconds: 60, limit: 45, remaining: 45, resetsInSeconds: 0 },
        { seconds: 3_600, limit: 630, remaining: 630, resetsInSeconds: 0 },
      ],
      gate: 'OPEN',
      gateOpensInSeconds: 0,
      share: 1,
      waiting: 0,
    });
    expect(running.emulator.requests()).toHaveLength(0);
    await askPage(running);
    const { windows } = await quota();
    expect(windows[0]).toMatchObject({ remaining: 44 });
    expect(windows[0].resetsInSeconds).toBeGreaterThan(50);
    expect(windows[1]).toMatchObject({ remaining: 629 });
  });

  it('shows the gate shut, and that another program uses the registration', async () => {
    running = await runGateway();
    running.emulator.faults.next(1, { kind: 'status', status: 429, headers: { 'retry-after': '20' } });
    await askFailing(running);
    const { data } = await running.ask(quotaQuery);
    expect(data.upstreamQuota.gate).toBe('SHUT');
    expect(data.upstreamQuota.gateOpensInSeconds).toBeGreaterThan(15);
    expect(data.upstreamQuota.gateOpensInSeconds).toBeLessThanOrEqual(20);
    expect(data.upstreamQuota.share).toBeLessThan(1);
    expect(running.lines.filter(({ msg }) => String(msg).startsWith('another program'))).toHaveLength(1);
  });

  it('shows the waiting calls', async () => {
    running = await runGateway({ rows: bareRows(3) });
    running.emulator.faults.next(1, { kind: 'status', status: 429, headers: { 'retry-after': '1' } });
    await askFailing(running);
    const waiting = askPage(running);
    await until(async () => expect((await running.ask(quotaQuery)).data.upstreamQuota.waiting).toBe(1));
    expect((await waiting).ids).toHaveLength(3);
  });
});
