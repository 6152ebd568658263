import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ageSecondsOf } from '../support/age-of.ts';
import { runFleetGateway } from '../support/fleet-gateway.ts';
import type { RunningGateway } from '../support/running-gateway.ts';
import { until } from '../support/until.ts';
import { type SimulatedClock, simulatedClock } from '../upstream/quota/simulated-clock.ts';

const minuteMs = 60_000;
const midnight = Date.UTC(2026, 8, 8);

/** What only the fleet answers. */
const queries = [
  'machines(first: 5, orderBy: [{ field: RISK_SCORE, direction: DESC }]) { totalCount asOf nodes { id } }',
  'machines(first: 5, search: "corp") { totalCount asOf nodes { id } }',
  'machines(first: 5, filter: { lastIpAddress: { inSubnets: ["10.0.0.0/8"] } }) { totalCount asOf nodes { id } }',
  'machines(first: 5, filter: { computerDnsName: { contains: "e" } }) { totalCount asOf facets { riskScore { value count } } }',
];

describe('an hour in which upstream answers 429', () => {
  let running: RunningGateway;
  let clock: SimulatedClock;
  beforeAll(async () => {
    clock = simulatedClock();
    running = await runFleetGateway({
      clock: { wall: () => midnight + clock.now(), monotonic: clock.now },
      quotaClock: clock,
      environment: { FLEET_REFRESH_SECONDS: '300' },
    });
  });
  afterAll(() => running.close());

  it('leaves every query of the fleet answered from the last reading, with its age', async () => {
    const answers = () => Promise.all(queries.map((query) => running.ask(`{ ${query} }`)));
    const before = (await answers()).map(({ data }) => data);
    running.emulator.faults.next(10_000, { kind: 'status', status: 429, headers: { 'retry-after': '30' } });
    for (let minute = 1; minute <= 60; minute++) {
      await clock.advance(minuteMs);
      const found = await answers();
      expect(found.map(({ errors }) => errors)).toEqual(queries.map(() => undefined));
      expect(found.map(({ data }) => data)).toEqual(before);
      for (const { extensions } of found) {
        expect(extensions.upstream).toMatchObject({ source: 'FLEET', calls: 0 });
        const ageSeconds = ageSecondsOf(extensions.upstream, midnight + clock.now());
        expect(ageSeconds).toBeGreaterThanOrEqual(minute * 60);
        expect(ageSeconds).toBeLessThanOrEqual(minute * 60 + 1);
      }
    }
    const { data } = await running.ask('{ fleet { state } }');
    expect(data.fleet.state).toBe('STALE');
    const refused = running.emulator.requests().filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(5);
    expect(refused.length).toBeLessThanOrEqual(125);
  });

  it('ends with another reading', async () => {
    running.emulator.faults.clear();
    await until(async () => {
      // Time stands still while the thread builds.
      const isRead = running.emulator.requests().some(({ status }) => status === 200);
      if (!isRead) await clock.advance(minuteMs);
      const { data } = await running.ask('{ fleet { state } }');
      expect(data.fleet.state).toBe('READY');
    });
    const { extensions } = await running.ask(
      '{ machines(first: 1, orderBy: [{ field: ID }]) { totalCount } }',
    );
    expect(ageSecondsOf(extensions.upstream, midnight + clock.now())).toBeLessThan(3_600);
  });
});
