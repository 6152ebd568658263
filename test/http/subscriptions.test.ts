import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FollowedFleet, numbered, runFollowedFleet } from '../support/followed-fleet.ts';
import { readMetric } from '../support/read-metric.ts';
import {
  type EventReader,
  openEvents,
  openSocket,
  type RawSubscriber,
  subscribe,
} from '../support/subscriber.ts';

const query = `subscription ($filter: MachineFilter, $after: String) {
  machineChanges(filter: $filter, after: $after) { kind id changed cursor machine { riskScore } }
}`;
const place = 'query ($filter: MachineFilter) { machineChanges(filter: $filter) { pageInfo { endCursor } } }';

interface Change {
  readonly kind: string;
  readonly id: string;
  readonly changed: readonly string[];
  readonly cursor: string;
  readonly machine: { readonly riskScore: string } | null;
}

const overSocket = ({ messages }: RawSubscriber): readonly Change[] =>
  messages.filter(({ type }) => type === 'next').map(({ payload }) => payload.data.machineChanges);
const byEvents = ({ events }: EventReader): readonly Change[] =>
  events
    .filter((event) => event.startsWith('event: next'))
    .map((event) => JSON.parse(event.slice(event.indexOf('{'))).data.machineChanges);

/** Machines of which the first few are at high risk. */
const risky = (count: number) => numbered(20, (number) => (number < count ? { riskScore: 'High' } : {}));
const ids = (changes: readonly Change[]): readonly string[] => changes.map(({ id }) => id);
const machines = (...numbers: readonly number[]): readonly string[] =>
  numbers.map((number) => `machine-${String(number).padStart(4, '0')}`);

describe('a subscription to changes of machines', () => {
  let fleet: FollowedFleet;
  let url: string;
  beforeAll(async () => {
    fleet = await runFollowedFleet();
    url = fleet.gateway.url;
  });
  afterAll(() => fleet.close());

  const now = async (variables: object = {}): Promise<string> =>
    (await fleet.ask(place, variables)).data.machineChanges.pageInfo.endCursor;
  const open = async () => {
    const socket = await openSocket(url);
    await subscribe(socket, query, { variables: { after: await now() } });
    const events = await openEvents(url, query, { after: await now() });
    return { socket, events };
  };

  it('sends what each reading changes, over WebSocket and by events alike, without an upstream call of its own', async () => {
    await fleet.become(risky(0));
    const { socket, events } = await open();
    const callsBefore = fleet.emulator.requests().length;
    await fleet.become(risky(2));
    await expect.poll(() => ids(overSocket(socket))).toEqual(machines(0, 1));
    await expect.poll(() => ids(byEvents(events))).toEqual(machines(0, 1));
    await fleet.become(risky(3).slice(1));
    await expect.poll(() => ids(overSocket(socket))).toEqual(machines(0, 1, 0, 2));
    expect(overSocket(socket).map(({ kind }) => kind)).toEqual(['UPDATED', 'UPDATED', 'REMOVED', 'UPDATED']);
    expect(overSocket(socket)[3]).toMatchObject({ changed: ['riskScore'], machine: { riskScore: 'HIGH' } });
    expect(overSocket(socket)[2]?.machine).toBeNull();
    await expect.poll(() => byEvents(events)).toEqual(overSocket(socket));
    // Two readings of one call each, and a plain page that each looks at.
    expect(fleet.emulator.requests().length - callsBefore).toBeLessThanOrEqual(4);
    socket.webSocket.close();
    events.leave();
  });

  it('goes on behind any cursor, so that a line that breaks loses nothing', async () => {
    await fleet.become(risky(0));
    const { socket, events } = await open();
    await fleet.become(risky(4));
    await expect.poll(() => overSocket(socket).length).toBe(4);
    socket.webSocket.terminate();
    events.leave();
    await fleet.become(risky(6));
    for (const seen of [1, 3]) {
      const after = overSocket(socket)[seen]?.cursor;
      const rest = machines(0, 1, 2, 3, 4, 5).slice(seen + 1);
      const again = await openSocket(url);
      await subscribe(again, query, { variables: { after } });
      await expect.poll(() => ids(overSocket(again))).toEqual(rest);
      const eventsAgain = await openEvents(url, query, { after });
      await expect.poll(() => ids(byEvents(eventsAgain))).toEqual(rest);
      again.webSocket.close();
      eventsAgain.leave();
    }
  });

  it('begins with all machines behind the empty cursor, and with now without one, whichever was first', async () => {
    await fleet.become(risky(0));
    for (const first of [{}, { after: '' }] as readonly { readonly after?: string }[]) {
      await fleet.become(risky(first.after === '' ? 1 : 2));
      const told = [];
      const ways: readonly { readonly after?: string | null }[] = [first, {}, { after: '' }, { after: null }];
      for (const variables of ways) {
        const socket = await openSocket(url);
        await subscribe(socket, query, { variables });
        socket.send({ type: 'subscribe', id: 'last', payload: { query: '{ fleet { state } }' } });
        await expect.poll(() => socket.messages.some(({ type }) => type === 'complete')).toBe(true);
        if (variables.after === '') await expect.poll(() => socket.messages.length).toBeGreaterThan(20);
        told.push(socket.messages.filter(({ id, type }) => id === '1' && type === 'next').length);
        socket.webSocket.close();
      }
      expect(told).toEqual([first.after === '' ? 20 : 0, 0, 20, 0]);
    }
  });

  it('sends only what its filter selects, and what enters and leaves that', async () => {
    await fleet.become(risky(1));
    const filter = { riskScore: { eq: 'HIGH' } };
    const socket = await openSocket(url);
    await subscribe(socket, query, { variables: { filter, after: await now({ filter }) } });
    await expect.poll(() => socket.messages.length).toBe(1);
    await fleet.become(risky(3));
    await expect.poll(() => overSocket(socket).map(({ kind }) => kind)).toEqual(['ADDED', 'ADDED']);
    await fleet.become(risky(2));
    await expect
      .poll(() => overSocket(socket).at(-1))
      .toMatchObject({ kind: 'REMOVED', id: machines(2)[0], machine: null });
    socket.webSocket.close();
  });

  it('ends with what is wrong with its arguments, with the message of a query', async () => {
    for (const variables of [{ after: 'nonsense' }, { filter: { computerDnsName: { eq: 5 } } }]) {
      const told = (
        await fleet.ask(
          'query ($filter: MachineFilter, $after: String) { machineChanges(filter: $filter, after: $after) { asOf } }',
          variables,
        )
      ).errors?.[0];
      const socket = await openSocket(url);
      await subscribe(socket, query, { variables });
      await expect.poll(() => socket.messages.at(-1)?.type).toBe('error');
      const [error] = socket.messages.at(-1)?.payload ?? [];
      expect([error.message, error.extensions.code]).toEqual([told?.message, told?.extensions.code]);
      const events = await openEvents(url, query, variables);
      expect(await events.ended).toBe('ended');
      expect(events.events[0]).toContain(JSON.stringify(told?.message));
      expect(events.events[1]).toBe('event: complete\ndata:');
      socket.webSocket.close();
    }
  });

  it('is rejected over plain HTTP, with how to ask', async () => {
    const { status, errors } = await fleet.ask(query);
    expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'BAD_REQUEST']);
    expect(errors?.[0]?.message).toContain('WebSocket');
  });

  it('leaves nothing behind when its reader goes', async () => {
    await expect.poll(() => readMetric(url, 'subscriptions')).toBe(0);
    const sockets = await Promise.all(Array.from({ length: 5 }, () => openSocket(url)));
    for (const socket of sockets) {
      await subscribe(socket, query);
      socket.send({ type: 'subscribe', id: '2', payload: { query } });
    }
    const events = await Promise.all(Array.from({ length: 5 }, () => openEvents(url, query)));
    await expect.poll(() => readMetric(url, 'subscriptions')).toBe(15);
    expect(await readMetric(url, 'requests_in_flight')).toBe(0);
    for (const { send } of sockets.slice(1)) send({ type: 'complete', id: '2' });
    await expect.poll(() => readMetric(url, 'subscriptions')).toBe(11);
    sockets[0]?.webSocket.terminate();
    for (const { webSocket } of sockets.slice(1)) webSocket.close();
    for (const { leave } of events) leave();
    await expect.poll(() => readMetric(url, 'subscriptions')).toBe(0);
  });

  it('lets queries be asked over the same line, with the same answers', async () => {
    const socket = await openSocket(url);
    await subscribe(socket, '{ fleet { state } }');
    await expect
      .poll(() => socket.messages.map(({ type }) => type))
      .toEqual(['connection_ack', 'next', 'complete']);
    expect(socket.messages[1]?.payload.data).toEqual({ fleet: { state: 'READY' } });
    socket.webSocket.close();
    const { events, ended } = await openEvents(url, '{ fleet { state } }');
    expect(await ended).toBe('ended');
    expect(events[0]).toContain('{"data":{"fleet":{"state":"READY"}}');
    expect(events[1]).toBe('event: complete\ndata:');
  });

  it('can be begun by a GET, as Hive Gateway does, but for pages of other origins', async () => {
    const address = `${url}/graphql?${new URLSearchParams({ query, variables: '{}' })}`;
    const headers = { accept: 'text/event-stream' };
    const controller = new AbortController();
    const response = await fetch(address, { headers, signal: controller.signal });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    expect(response.headers.get('cache-control')).toBe('no-store');
    controller.abort();
    const foreign = await fetch(address, { headers: { ...headers, 'sec-fetch-site': 'cross-site' } });
    expect(foreign.status).toBe(400);
    const broken = await fetch(`${url}/graphql?query=x&variables=%7B`, { headers });
    expect(broken.status).toBe(400);
  });
});

describe('what holds for queries', () => {
  it('holds for subscriptions: bounds, introspection, the safelist', async () => {
    const fleet = await runFollowedFleet({ environment: { MAX_QUERY_ALIASES: '2', INTROSPECTION: 'false' } });
    const { url } = fleet.gateway;
    const cases = [
      ['subscription { machineChanges { a: id b: id c: id } }', 'aliases'],
      ['subscription { machineChanges { idd } }', 'Cannot query field'],
      ['{ __schema { queryType { name } } }', 'introspection'],
      ['subscription { machineChanges { id } a: machineChanges { id } }', 'one top level field'],
    ] as const;
    for (const [text, words] of cases) {
      const socket = await openSocket(url);
      await subscribe(socket, text);
      await expect.poll(() => socket.messages.at(-1)?.type).toBe('error');
      expect(JSON.stringify(socket.messages.at(-1)?.payload)).toContain(words);
      expect(JSON.stringify(socket.messages.at(-1)?.payload)).not.toContain('Did you mean');
      socket.webSocket.close();
      const { events } = await openEvents(url, text);
      await expect.poll(() => events[0]).toContain(words);
    }
    await fleet.close();
  });
});

describe('a gateway that stops', () => {
  it('has its subscribers come back: 1012 over WebSocket, a stream that breaks off without complete', async () => {
    const fleet = await runFollowedFleet();
    const socket = await openSocket(fleet.gateway.url);
    await subscribe(socket, query);
    const silent = await openSocket(fleet.gateway.url);
    const events = await openEvents(fleet.gateway.url, query);
    await expect.poll(() => readMetric(fleet.gateway.url, 'subscriptions')).toBe(2);
    const startedAt = performance.now();
    await fleet.close();
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(await socket.closed).toEqual([1012, expect.stringContaining('last cursor')]);
    // It has not said who it is, and is dropped as an idle connection.
    expect((await silent.closed)[0]).toBe(1006);
    expect(await events.ended).toBe('ended');
    expect(events.events).toEqual([]);
  });
});
