import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FollowedFleet, runFollowedFleet } from '../support/followed-fleet.ts';
import { readMetric } from '../support/read-metric.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { openEvents } from '../support/subscriber.ts';

const aadDeviceId = '80fe8ff8-2624-418e-9591-41f0491218f9';
const older = { id: 'a', aadDeviceId, rbacGroupId: 1, riskScore: 'High', lastSeen: '2026-09-01T00:00:00Z' };
const newer = { ...older, id: 'b', riskScore: 'Low', lastSeen: '2026-09-02T00:00:00Z' };
const alone = { id: 'c', rbacGroupId: 1, riskScore: 'Low', lastSeen: '2026-09-02T00:00:00Z' };

const list =
  'query ($filter: MachineFilter) { machines(filter: $filter) { totalCount nodes { id isLatestOfDevice } } }';
const references = `query { nodes(ids: ["a", "b"]) { ... on Machine { isLatestOfDevice } }
  _entities(representations: [{ __typename: "Machine", id: "a" }]) { ... on Machine { isLatestOfDevice } } }`;

describe('a gateway that holds the fleet', () => {
  let fleet: FollowedFleet;
  beforeAll(async () => {
    fleet = await runFollowedFleet({ rows: [older, newer, alone] });
  });
  afterAll(() => fleet.close());

  it('shows of each record whether it is the latest, and finds those, executed or from a plan', async () => {
    const prepared = () => readMetric(fleet.gateway.url, 'graphql_prepared_answers_total');
    const before = await prepared();
    for (let times = 0; times < 2; times++) {
      const all = await fleet.ask(list);
      expect(all.data.machines).toEqual({
        totalCount: 3,
        nodes: [
          { id: 'a', isLatestOfDevice: false },
          { id: 'b', isLatestOfDevice: true },
          { id: 'c', isLatestOfDevice: true },
        ],
      });
      const latest = await fleet.ask(list, { filter: { latestOfDevice: true } });
      expect(latest.data.machines).toEqual({
        totalCount: 2,
        nodes: [
          { id: 'b', isLatestOfDevice: true },
          { id: 'c', isLatestOfDevice: true },
        ],
      });
    }
    expect(await prepared()).toBeGreaterThan(before + 1);
  });

  it('shows it of nodes and of references, too', async () => {
    const { data } = await fleet.ask(references);
    expect(data.nodes).toEqual([{ isLatestOfDevice: false }, { isLatestOfDevice: true }]);
    expect(data._entities).toEqual([{ isLatestOfDevice: false }]);
  });

  it('removes a record from what a subscriber follows, as it ceases to be the latest', async () => {
    await fleet.become([older, alone]);
    const filter = { latestOfDevice: true };
    const now = async (given?: object): Promise<string> =>
      (
        await fleet.ask(
          'query ($filter: MachineFilter) { machineChanges(filter: $filter) { pageInfo { endCursor } } }',
          { filter: given },
        )
      ).data.machineChanges.pageInfo.endCursor;
    const query = `subscription ($filter: MachineFilter, $after: String) {
      machineChanges(filter: $filter, after: $after) { kind id machine { isLatestOfDevice } }
    }`;
    const { events, leave } = await openEvents(fleet.gateway.url, query, {
      filter,
      after: await now(filter),
    });
    const after = await now();
    await fleet.become([older, newer, alone]);
    const told = () =>
      events
        .filter((event) => event.startsWith('event: next'))
        .map((event) => JSON.parse(event.slice(event.indexOf('{'))).data.machineChanges);
    await expect.poll(told).toEqual([
      { kind: 'REMOVED', id: 'a', machine: null },
      { kind: 'ADDED', id: 'b', machine: { isLatestOfDevice: true } },
    ]);
    leave();
    const { data } = await fleet.ask(
      `{ machineChanges(after: "${after}") { nodes { kind id changed machine { isLatestOfDevice } } } }`,
    );
    expect(data.machineChanges.nodes).toEqual([
      { kind: 'UPDATED', id: 'a', changed: ['isLatestOfDevice'], machine: { isLatestOfDevice: false } },
      { kind: 'ADDED', id: 'b', changed: [], machine: { isLatestOfDevice: true } },
    ]);
  });
});

describe('a gateway without a fleet', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runGateway({ rows: [older, newer, alone], environment: { FLEET: 'off' } });
  });
  afterAll(() => running.close());

  it('does not know which record is the latest, and says null, in lists and by id', async () => {
    for (let times = 0; times < 2; times++) {
      const { data, errors } = await running.ask(list);
      expect(errors).toBeUndefined();
      expect(new Set(data.machines.nodes.map((node: object) => Object.values(node)[1]))).toEqual(
        new Set([null]),
      );
    }
    const { data } = await running.ask(references);
    expect(data.nodes).toEqual([{ isLatestOfDevice: null }, { isLatestOfDevice: null }]);
  });

  it.each([{ latestOfDevice: true }, { not: { latestOfDevice: true } }, { or: [{ latestOfDevice: false }] }])(
    'rejects %j with FLEET_REQUIRED, before any upstream call',
    async (filter) => {
      running.emulator.clearRequests();
      const { errors } = await running.ask(list, { filter });
      expect(errors?.[0]?.extensions.code).toBe('FLEET_REQUIRED');
      expect(errors?.[0]?.message).toContain('latestOfDevice: is not available upstream');
      expect(running.emulator.requests()).toEqual([]);
    },
  );
});
