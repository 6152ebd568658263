import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  type CallerDirectory,
  type CallerGateway,
  startCallerDirectory,
  startCallerGateway,
} from '../support/caller-gateway.ts';
import { untilFleetIs } from '../support/fleet-gateway.ts';
import { type FollowedFleet, numbered, runFollowedFleet } from '../support/followed-fleet.ts';
import { readMetric } from '../support/read-metric.ts';
import { openEvents, openSocket, subscribe } from '../support/subscriber.ts';
import { simulatedClock } from '../upstream/quota/simulated-clock.ts';
import { expectWell } from './well.ts';

const query =
  'subscription ($after: String) { machineChanges(after: $after) { kind id machine { computerDnsName } } }';
const cursorQuery = 'subscription ($after: String) { machineChanges(after: $after) { id cursor } }';
const place = '{ machineChanges { pageInfo { endCursor } } }';

describe('a gateway that checks no callers', () => {
  let fleet: FollowedFleet;
  let url: string;
  beforeAll(async () => {
    fleet = await runFollowedFleet({
      environment: {
        MAX_SUBSCRIPTIONS: '6',
        SEND_TIMEOUT_SECONDS: '1',
        CORS_ORIGINS: 'https://app.example.com',
        CALLER_REQUESTS_PER_MINUTE: '100000',
      },
    });
    url = fleet.gateway.url;
  });
  afterAll(async () => {
    await expectWell(fleet);
    expect(await readMetric(url, 'subscriptions')).toBe(0);
    await fleet.close();
  });

  it('opens no WebSocket for a page of another origin', async () => {
    const own = url.replace('http://', '');
    for (const origin of [
      'https://evil.example.com',
      'null',
      `https://${own}.evil.example.com`,
      'http://localhost:1',
    ]) {
      await expect(openSocket(url, { origin })).rejects.toThrow('403');
      await expect(openSocket(url, { origin, headers: { 'sec-fetch-site': 'cross-site' } })).rejects.toThrow(
        '403',
      );
    }
    await expect(openSocket(url, { headers: { 'sec-fetch-site': 'cross-site' } })).rejects.toThrow('403');
    // One of another name for this machine, as by DNS rebinding.
    await expect(openSocket(url, { headers: { host: 'evil.example.com' } })).rejects.toThrow('421');
    for (const origin of [url, 'https://app.example.com']) {
      const { webSocket, closed } = await openSocket(url, { origin });
      webSocket.close();
      await closed;
    }
  });

  it('ends a connection that breaks the protocol, and says why', async () => {
    const cases = [
      [4429, [{ type: 'connection_init' }, { type: 'connection_init' }]],
      [4401, [{ type: 'subscribe', id: '1', payload: { query } }]],
      [4400, ['nonsense']],
      [4400, [{ type: 'connection_init' }, { type: 'unknown' }]],
      [4400, [{ type: 'connection_init' }, { type: 'subscribe', id: '1', payload: { query: 5 } }]],
      [1009, [{ type: 'connection_init', payload: { text: 'x'.repeat(300_000) } }]],
    ] as const;
    for (const [code, messages] of cases) {
      const socket = await openSocket(url);
      for (const message of messages) socket.send(message);
      expect((await socket.closed)[0]).toBe(code);
    }
    const doubled = await openSocket(url);
    await subscribe(doubled, query);
    doubled.send({ type: 'subscribe', id: '1', payload: { query } });
    expect((await doubled.closed)[0]).toBe(4409);
    const other = await openSocket(url, {}, '');
    expect((await other.closed)[0]).toBe(4406);
  });

  it('closes one that never says who it is', async () => {
    const silent = await openSocket(url);
    expect((await silent.closed)[0]).toBe(4408);
  });

  it('accepts no more subscriptions than set, over either transport, and further ones once there is room', async () => {
    const socket = await openSocket(url);
    await subscribe(socket, query);
    for (const id of ['2', '3', '4', '5', '6', '7', '8'])
      socket.send({ type: 'subscribe', id, payload: { query } });
    const refused = () => socket.messages.filter(({ type }) => type === 'error');
    await expect.poll(() => refused().map(({ id }) => id)).toEqual(['7', '8']);
    expect(refused()[0]?.payload[0].extensions.code).toBe('OVERLOADED');
    expect((await openEvents(url, query)).response.status).toBe(503);
    const crowded = await openSocket(url);
    crowded.send({ type: 'connection_init' });
    expect((await crowded.closed)[0]).toBe(1013);
    socket.send({ type: 'complete', id: '3' });
    await expect.poll(() => readMetric(url, 'subscriptions')).toBe(5);
    socket.send({ type: 'subscribe', id: '9', payload: { query } });
    await expect.poll(() => readMetric(url, 'subscriptions')).toBe(6);
    socket.webSocket.close();
    await expect.poll(() => readMetric(url, 'subscriptions')).toBe(0);
  });

  it('drops a reader that reads nothing, and buffers no more than its bound for it', async () => {
    const rows = (name: string) => numbered(4_000, () => ({ computerDnsName: name.repeat(60) }));
    await fleet.become(rows('a'));
    const after = (await fleet.ask(place)).data.machineChanges.pageInfo.endCursor;
    const names = Array.from({ length: 15 }, (_, index) => `a${index}: computerDnsName`).join(' ');
    const wide = query.replace('computerDnsName', names);
    const socket = await openSocket(url);
    await subscribe(socket, wide, { variables: { after } });
    socket.webSocket.pause();
    const raw = connect(Number(new URL(url).port), '127.0.0.1');
    const body = JSON.stringify({ query: wide, variables: { after } });
    raw.write(
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    raw.pause();
    await expect.poll(() => readMetric(url, 'subscriptions')).toBe(2);
    await fleet.become(rows('b'));
    let most = 0;
    await expect
      .poll(
        async () => {
          most = Math.max(most, await readMetric(url, 'unsent_bytes'));
          return await readMetric(url, 'subscriptions');
        },
        { interval: 20 },
      )
      .toBe(0);
    expect(most).toBeGreaterThan(200_000);
    expect(most).toBeLessThan(2 * 300_000);
    expect(await readMetric(url, 'unsent_bytes')).toBe(0);
    raw.destroy();
    socket.webSocket.resume();
    // What lay there is behind the reason, which a reader gets that comes to it in time.
    expect([1013, 1006]).toContain((await socket.closed)[0]);
    await fleet.become(numbered(20));
  });

  it('ends a connection that asks without reading what it is answered', async () => {
    const socket = await openSocket(url);
    await subscribe(socket, query);
    socket.webSocket.pause();
    const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(50_000) } });
    for (let count = 0; count < 400 && socket.webSocket.readyState === WebSocket.OPEN; count++) {
      socket.webSocket.send(ping);
      if (count % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => readMetric(url, 'subscriptions')).toBe(0);
    socket.webSocket.terminate();
  });
});

const rules = JSON.stringify({
  rules: [
    { claim: 'roles', value: 'one', deviceGroups: [1] },
    { claim: 'roles', value: 'two', deviceGroups: [2] },
  ],
});

describe('a gateway that checks its callers', () => {
  let directory: CallerDirectory;
  let gateway: CallerGateway;
  const clock = simulatedClock();
  const start = Date.now();
  const token = (role: string, claims = {}) => directory.tokenOf('ada', { roles: [role], ...claims });
  beforeAll(async () => {
    directory = await startCallerDirectory({ fleet: { kind: 'rows', rows: numbered(10) } });
    gateway = await startCallerGateway(directory, {
      environment: {
        FLEET: 'on',
        FLEET_REFRESH_SECONDS: '60',
        ROW_RULES_PATH: '/rules.json',
        CALLER_REQUESTS_PER_MINUTE: '0',
        MAX_SUBSCRIPTIONS_PER_CALLER: '3',
      },
      files: { '/rules.json': rules },
      clock: { wall: () => start + clock.now(), monotonic: clock.now },
      quotaClock: clock,
    });
    await untilFleetIs('READY', async (text) => gateway.ask(await token('one'), text));
  });
  afterAll(async () => {
    expect(await readMetric(gateway.url, 'subscriptions')).toBe(0);
    await gateway.close();
    await directory.close();
  });

  const become = async (groupOf: (number: number) => number): Promise<void> => {
    const snapshot = async () =>
      (await gateway.ask(await token('one'), '{ fleet { snapshot } }')).data.fleet.snapshot;
    const before = await snapshot();
    const rows = numbered(10, (number) => ({ rbacGroupId: groupOf(number) }));
    directory.emulator.replaceFleet({ kind: 'rows', rows });
    await clock.advance(60_000);
    await expect.poll(snapshot).not.toBe(before);
  };

  it('rejects callers without a token, wherever it could be sent', async () => {
    const bad = await token('one', { aud: 'somebody-else' });
    for (const params of [
      {},
      { authorization: 'Bearer x' },
      { Authorization: `Bearer ${bad}` },
      { authorization: 5 },
    ]) {
      const socket = await openSocket(gateway.url);
      socket.send({ type: 'connection_init', payload: params });
      expect((await socket.closed)[0]).toBe(4401);
    }
    await expect(openSocket(gateway.url, { headers: { authorization: `Bearer ${bad}` } })).rejects.toThrow(
      '401',
    );
    expect((await openEvents(gateway.url, query)).response.status).toBe(401);
    const good = `Bearer ${await token('one')}`;
    for (const [headers, params] of [
      [{ authorization: good }, {}],
      [{}, { authorization: good }],
      [{}, { Authorization: good }],
    ] as const) {
      const socket = await openSocket(gateway.url, { headers });
      await subscribe(socket, query, { params });
      socket.webSocket.close();
      await socket.closed;
    }
  });

  it('shows of a machine that leaves the rights of a subscriber nothing but that it is gone', async () => {
    await become(() => 1);
    const headers = { authorization: `Bearer ${await token('one')}` };
    const after = (await gateway.ask(await token('one'), place)).data.machineChanges.pageInfo.endCursor;
    const socket = await openSocket(gateway.url, { headers });
    await subscribe(socket, query, { variables: { after } });
    const other = await openSocket(gateway.url, {
      headers: { authorization: `Bearer ${await token('two')}` },
    });
    const begun = (await gateway.ask(await token('two'), place)).data.machineChanges.pageInfo.endCursor;
    await subscribe(other, query, { variables: { after: begun } });
    await become((number) => (number === 3 ? 2 : 1));
    await expect
      .poll(() => socket.messages.at(-1)?.payload?.data.machineChanges)
      .toEqual({
        kind: 'REMOVED',
        id: 'machine-0003',
        machine: null,
      });
    await expect
      .poll(() => other.messages.at(-1)?.payload?.data.machineChanges)
      .toEqual({
        kind: 'ADDED',
        id: 'machine-0003',
        machine: { computerDnsName: 'host-3' },
      });
    socket.webSocket.close();
    other.webSocket.close();
  });

  it('rejects cursors of another caller and altered ones', async () => {
    const theirs = (await gateway.ask(await token('two'), place)).data.machineChanges.pageInfo.endCursor;
    const own = (await gateway.ask(await token('one'), place)).data.machineChanges.pageInfo.endCursor;
    for (const after of [theirs, own.slice(0, -2), `${own}A`, 'x'.repeat(10_000)]) {
      const socket = await openSocket(gateway.url, {
        headers: { authorization: `Bearer ${await token('one')}` },
      });
      await subscribe(socket, query, { variables: { after } });
      await expect.poll(() => socket.messages.at(-1)?.type).toBe('error');
      expect(socket.messages.at(-1)?.payload[0].extensions.code).toMatch(/BAD_USER_INPUT|CHANGES_EXPIRED/);
      socket.webSocket.close();
    }
  });

  it('ends a stream with the token that it was begun with', async () => {
    const exp = Math.ceil((start + clock.now()) / 1_000) + 2;
    const headers = { authorization: `Bearer ${await token('one', { exp })}` };
    const socket = await openSocket(gateway.url, { headers });
    await subscribe(socket, query);
    const events = await openEvents(gateway.url, query, {}, headers);
    expect(await socket.closed).toEqual([4401, expect.stringContaining('expired')]);
    expect(await events.ended).toBe('ended');
    expect(events.events[0]).toContain('UNAUTHENTICATED');
    expect(events.events.at(-1)).toBe('event: complete\ndata:');
  });

  it('accepts no more subscriptions of one caller than set, and still those of others', async () => {
    const socket = await openSocket(gateway.url, {
      headers: { authorization: `Bearer ${await token('one')}` },
    });
    await subscribe(socket, query);
    for (const id of ['2', '3', '4']) socket.send({ type: 'subscribe', id, payload: { query } });
    await expect.poll(() => socket.messages.at(-1)).toMatchObject({ type: 'error', id: '4' });
    expect(socket.messages.at(-1)?.payload[0].extensions.code).toBe('RATE_LIMITED');
    const own = { authorization: `Bearer ${await token('one')}` };
    expect((await openEvents(gateway.url, query, {}, own)).response.status).toBe(429);
    const ben = { authorization: `Bearer ${await directory.tokenOf('ben', { roles: ['two'] })}` };
    const events = await openEvents(gateway.url, query, {}, ben);
    expect(events.response.status).toBe(200);
    events.leave();
    socket.webSocket.close();
    await expect.poll(() => readMetric(gateway.url, 'subscriptions')).toBe(0);
  });

  it('rejects a cursor from before its caller had other rights, and starts again under those', async () => {
    await become((number) => (number < 5 ? 1 : 2));
    const seen = async (roles: readonly string[], after: string) => {
      const socket = await openSocket(gateway.url, {
        headers: { authorization: `Bearer ${await directory.tokenOf('ada', { roles })}` },
      });
      await subscribe(socket, cursorQuery, { variables: { after } });
      return socket;
    };
    const both = await seen(['one', 'two'], '');
    await expect.poll(() => both.messages.length).toBe(11);
    const after = both.messages.at(-1)?.payload.data.machineChanges.cursor;
    both.webSocket.close();
    for (const [roles, numbers] of [
      [['one'], [0, 1, 2, 3, 4]],
      [['two'], [5, 6, 7, 8, 9]],
      [[], []],
    ] as const) {
      const again = await seen(roles, after);
      await expect.poll(() => again.messages.at(-1)?.type).toBe('error');
      expect(again.messages.at(-1)?.payload[0].extensions.code).toBe('CHANGES_EXPIRED');
      expect(again.messages).toHaveLength(2);
      again.send({ type: 'subscribe', id: '2', payload: { query: cursorQuery, variables: { after: '' } } });
      again.send({ type: 'subscribe', id: '3', payload: { query: '{ machines { totalCount } }' } });
      await expect.poll(() => again.messages.at(-1)?.type).toBe('complete');
      const shown = () => again.messages.filter(({ id, type }) => id === '2' && type === 'next');
      await expect.poll(() => shown().length).toBe(numbers.length);
      expect(shown().map(({ payload }) => payload.data.machineChanges.id)).toEqual(
        numbers.map((number) => `machine-000${number}`),
      );
      again.webSocket.close();
    }
    await expect.poll(() => readMetric(gateway.url, 'subscriptions')).toBe(0);
  });
});
