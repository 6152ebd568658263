import { afterEach, describe, expect, it } from 'vitest';
import { runFleetGateway } from '../support/fleet-gateway.ts';
import { forAll, type GoneAnswer, goneAnswers, goneButHeld } from '../support/gone-api.ts';
import { type Reply, type RunningGateway, runGateway, unkept } from '../support/running-gateway.ts';
import { type SetClock, setClock } from '../support/set-clock.ts';
import { until } from '../support/until.ts';
import { type SimulatedClock, simulatedClock } from './quota/simulated-clock.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const states: Readonly<Record<GoneAnswer, { readonly state: string; readonly says: string }>> = {
  410: { state: 'retired', says: '410' },
  '404 with a page': { state: 'retired', says: '404' },
  '404 in the form of the API': { state: 'retired', says: '404' },
  301: { state: 'moved', says: 'https://api.new.example/v9,' },
  403: { state: 'closed', says: 'Machine.Read.All' },
};
const all = [...goneButHeld, 403] as const;

let running: RunningGateway;
afterEach(() => running.close());

const calls = (): number => running.emulator.requests().length;
const beGone = (name: GoneAnswer): void => {
  running.emulator.clearRequests();
  running.emulator.faults.next(forAll, goneAnswers[name]);
};
const codeOf = ({ errors }: Reply): string | undefined => errors?.[0]?.extensions.code;

async function readiness() {
  const response = await fetch(`${running.gateway.url}/readyz`);
  const report = (await response.json()) as Record<string, unknown>;
  expect(response.status).toBe(report.status === 'ready' ? 200 : 503);
  return report;
}

async function stateMetric(): Promise<string | undefined> {
  const text = await (await fetch(`${running.gateway.url}/metrics`)).text();
  const current = [...text.matchAll(/^machines_gateway_upstream_state\{state="(\w+)"\} 1$/gm)];
  expect(current).toHaveLength(1);
  return current[0]?.[1];
}

/** Lines of the log about the state, as level and state. */
const told = () =>
  running.lines
    .filter(({ msg }) => typeof msg === 'string' && msg.startsWith('the Machines API '))
    .map(({ level, state }) => [level, state]);

const listing = '{ machines(first: 5) { nodes { id } totalCount } }';
const filtered = '{ machines(first: 5, filter: { riskScore: { ne: HIGH } }) { nodes { id } totalCount } }';

describe('windows before an API that is gone', () => {
  let clock: SetClock;
  const open = async (environment: Readonly<Record<string, string>> = {}): Promise<void> => {
    clock = setClock();
    running = await runGateway({ clock, environment });
  };

  it.each(goneButHeld)('show what they hold, for as long as they may, and say why: %s', async (name) => {
    await open();
    const { data } = await running.ask(listing);
    beGone(name);
    clock.advance(6 * minuteMs);
    const { state, says } = states[name];

    const held = await running.ask(listing);
    expect(held).toMatchObject({ data, errors: undefined });
    expect(held.extensions.upstream.cache).toBe('STALE');
    // A 404 that may be a stray one is repeated once.
    expect(calls()).toBe(name === '404 in the form of the API' ? 2 : 1);
    expect(await stateMetric()).toBe(state);
    const since = expect.stringMatching(/^2026-09-08T00:06/);
    const upstream = { state, reason: expect.stringContaining(says), since };
    expect(await readiness()).toEqual({ status: 'ready', upstream });
  });

  it.each(goneButHeld)('end in an error after that, and are not ready: %s', async (name) => {
    await open();
    await running.ask(listing);
    beGone(name);
    clock.advance(hourMs);
    for (let tries = 0; tries < 3; tries++) {
      const { data, errors } = await running.ask(listing);
      expect(data).toBeNull();
      expect(errors?.[0]).toMatchObject({
        message: expect.stringMatching(/operator|Try again/),
        extensions: { code: 'UPSTREAM_UNAVAILABLE' },
      });
    }
    const { state, says } = states[name];
    expect(await readiness()).toMatchObject({
      status: 'not ready',
      reasons: [expect.stringContaining(says)],
      upstream: { state },
    });
    expect(told()).toEqual([['warn', state]]);
  });

  it('say UPSTREAM_FORBIDDEN at once, and are not ready, where it is closed to the gateway', async () => {
    await open();
    await running.ask(listing);
    beGone(403);
    clock.advance(6 * minuteMs);
    expect(codeOf(await running.ask(listing))).toBe('UPSTREAM_FORBIDDEN');
    expect(calls()).toBe(1);
    expect(await stateMetric()).toBe('closed');
    expect(await readiness()).toMatchObject({
      status: 'not ready',
      reasons: [expect.stringContaining('Machine.Read.All')],
    });
    // Without requests, nothing would show that the gateway is let in again.
    clock.advance(minuteMs);
    expect(await readiness()).toMatchObject({ status: 'ready', upstream: { state: 'closed' } });
  });

  it.each(all)('are as before with the first list, and both changes are logged once: %s', async (name) => {
    await open(unkept);
    const { data } = await running.ask(listing);
    beGone(name);
    await running.ask(listing);
    await running.ask(listing);
    running.emulator.faults.clear();
    expect(await running.ask(listing)).toMatchObject({ data, errors: undefined });
    expect(await readiness()).toEqual({ status: 'ready' });
    expect(await stateMetric()).toBe('answering');
    expect(told()).toEqual([
      ['warn', states[name].state],
      ['info', 'answering'],
    ]);
  });

  it('name no device in the address that they report', async () => {
    await open(unkept);
    await running.ask(listing);
    beGone(301);
    await running.ask(listing);
    const text = JSON.stringify([await readiness(), running.lines]);
    expect(text).toContain('https://api.new.example/v9');
    expect(text).not.toContain('a-device-of-ours');
    // Nothing was sent there: every call has come to the emulator.
    expect(running.emulator.requests().map(({ status }) => status)).toEqual([301]);
  });
});

describe('a query that is rejected', () => {
  const ownForm = '404 in the form of the API';
  let clock: SetClock;
  const open = async (environment: Readonly<Record<string, string>> = {}): Promise<void> => {
    clock = setClock();
    running = await runGateway({ clock, environment: { ...unkept, ...environment } });
    await running.ask(listing);
    running.emulator.clearRequests();
  };

  it.each(['404 with a page', ownForm, 403] as const)(
    'is about itself while lists come, at no call more: %s',
    async (name) => {
      await open();
      running.emulator.faults.next(1, goneAnswers[name]);
      await running.ask(filtered);
      expect(calls()).toBe(1);
      expect(await stateMetric()).toBe('answering');
      expect(await readiness()).toEqual({ status: 'ready' });
    },
  );

  it.each(['404 with a page', ownForm, 403] as const)(
    'is about itself where the whole list comes, for which one call a minute asks: %s',
    async (name) => {
      await open();
      clock.advance(minuteMs);
      running.emulator.faults.next(1, goneAnswers[name]);
      await running.ask(filtered);
      expect(running.emulator.requests().map(({ options }) => options.$top === '1')).toEqual([false, true]);
      running.emulator.faults.next(1, goneAnswers[name]);
      await running.ask('{ machines(filter: { riskScore: { eq: LOW } }) { totalCount } }');
      expect(calls()).toBe(3);
      expect(await stateMetric()).toBe('answering');
    },
  );

  it.each(['404 with a page', ownForm, 403] as const)(
    'is about all where the whole list is refused alike, and never an empty list: %s',
    async (name) => {
      await open();
      clock.advance(minuteMs);
      beGone(name);
      const first = await running.ask(filtered);
      expect(first.data).toBeNull();
      expect(codeOf(first)).toBe(name === 403 ? 'UPSTREAM_FORBIDDEN' : 'UPSTREAM_UNAVAILABLE');
      expect(calls()).toBe(2);
      expect(await stateMetric()).toBe(states[name].state);
      // It is known now.
      const byId = await running.ask('{ machine(id: "a-device") { id } }');
      expect(byId.errors).toHaveLength(1);
      expect(calls()).toBe(3);
    },
  );

  it('shares the call for the whole list with all who wait', async () => {
    await open();
    clock.advance(minuteMs);
    beGone(ownForm);
    const values = ['LOW', 'MEDIUM', 'HIGH', 'NONE', 'INFORMATIONAL'];
    running.emulator.configure({ latencyMs: 200 });
    const replies = await Promise.all(
      values.map((value) =>
        running.ask(`{ machines(filter: { riskScore: { eq: ${value} } }) { totalCount } }`),
      ),
    );
    expect(replies.map(codeOf)).toEqual(values.map(() => 'UPSTREAM_UNAVAILABLE'));
    const whole = running.emulator.requests().filter(({ options }) => options.$filter === undefined);
    expect(whole.length).toBeLessThanOrEqual(2);
  });
});

describe('the fleet before an API that is gone', () => {
  let clock: SimulatedClock;
  const changes = (after: string) =>
    running.ask(
      `{ machineChanges(after: ${JSON.stringify(after)}, first: 100) { nodes { kind id } pageInfo { endCursor } } }`,
    );
  const count = () =>
    running.ask('{ machines(first: 5, orderBy: [{ field: ID }]) { totalCount nodes { id } } }');
  const open = async (): Promise<void> => {
    clock = simulatedClock();
    running = await runFleetGateway({
      clock: { wall: () => Date.UTC(2026, 8, 8) + clock.now(), monotonic: clock.now },
      quotaClock: clock,
      environment: { FLEET_REFRESH_SECONDS: '300' },
    });
  };
  /** Lets time pass until the next reading has begun. */
  const untilAsked = (): Promise<void> =>
    until(async () => {
      if (calls() === 0) await clock.advance(minuteMs);
      expect(running.emulator.requests()[0]?.status).toBeDefined();
    });

  it.each(goneButHeld)(
    'goes on answering, reports no machine as removed, and stays ready: %s',
    async (name) => {
      await open();
      const { data: before } = await count();
      const { data: walked } = await changes('');
      let token: string = walked.machineChanges.pageInfo.endCursor;
      beGone(name);
      await untilAsked();
      expect(calls()).toBe(1);
      const { state, says } = states[name];
      await until(async () => expect(await stateMetric()).toBe(state));
      for (let minute = 0; minute < 60; minute++) {
        await clock.advance(minuteMs);
        if (minute % 10 > 0) continue;
        expect(await count()).toMatchObject({ data: before, errors: undefined });
        const { data } = await changes(token);
        expect(data.machineChanges.nodes.filter(({ kind }: { kind: string }) => kind === 'REMOVED')).toEqual(
          [],
        );
        token = data.machineChanges.pageInfo.endCursor;
        expect(await readiness()).toMatchObject({
          status: 'ready',
          upstream: { state, reason: expect.stringContaining(says) },
        });
      }
      const { data } = await running.ask('{ fleet { state machines } }');
      expect(data.fleet).toEqual({ state: 'STALE', machines: before.machines.totalCount });
      expect(calls()).toBeLessThanOrEqual(65);
      expect(told()).toEqual([['warn', state]]);
    },
  );

  it('is not shown, not empty, and ready again with the first reading, where it is closed to the gateway', async () => {
    await open();
    const { data: before } = await count();
    beGone(403);
    await untilAsked();
    await until(async () => expect(codeOf(await count())).toBe('UPSTREAM_FORBIDDEN'));
    expect(await readiness()).toMatchObject({ status: 'not ready', upstream: { state: 'closed' } });
    expect((await running.ask('{ fleet { machines } }')).data?.fleet.machines).toBeNull();
    running.emulator.faults.clear();
    await until(async () => {
      const isRead = running.emulator.requests().some(({ status }) => status === 200);
      if (!isRead) await clock.advance(minuteMs);
      expect(await count()).toMatchObject({ data: before });
    });
    expect(await readiness()).toEqual({ status: 'ready' });
    expect(await stateMetric()).toBe('answering');
  });
});
