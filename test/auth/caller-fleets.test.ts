import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ageSecondsOf } from '../support/age-of.ts';
import {
  type CallerDirectory,
  type CallerGateway,
  startCallerDirectory,
  startCallerGateway,
  users,
} from '../support/caller-gateway.ts';
import { type SetClock, setClock } from '../support/set-clock.ts';

const ordered = `{
  machines(first: 1000, orderBy: [{ field: RISK_SCORE, direction: DESC }]) {
    totalCount nodes { id rbacGroupId } facets { rbacGroup { value count } }
  }
}`;

/** Real time passes, and more of it where the test says so. */
function movedClock(): SetClock {
  const moved = setClock(0);
  return {
    ...moved,
    wall: () => Date.now() + moved.wall(),
    now: () => Date.now() + moved.wall(),
    monotonic: () => performance.now() + moved.monotonic(),
  };
}

describe('the lists of callers on whose behalf upstream is called', () => {
  let directory: CallerDirectory;
  let gateway: CallerGateway;
  let clock: SetClock;
  let ada: string;
  let ben: string;
  beforeAll(async () => {
    directory = await startCallerDirectory();
    [ada, ben] = await Promise.all([directory.tokenOf('ada'), directory.tokenOf('ben')]);
  });
  afterAll(() => directory.close());
  const start = async (environment: Readonly<Record<string, string>> = {}) => {
    directory.emulator.clearRequests();
    directory.emulator.faults.clear();
    clock = movedClock();
    gateway = await startCallerGateway(directory, {
      environment: { UPSTREAM_IDENTITY: 'caller', FLEET: 'auto', ...environment },
      clock,
    });
  };
  beforeEach(() => start());
  afterEach(() => gateway.close());

  const lists = () => directory.emulator.requests().map(({ options }) => options);
  const groupsOf = (nodes: readonly { rbacGroupId: number }[]) =>
    new Set(nodes.map(({ rbacGroupId }) => rbacGroupId));

  it('are read in one call when a query needs them whole, and ordered, counted and searched after', async () => {
    const { data, errors, extensions } = await gateway.ask(ada, ordered);
    expect(errors).toBeUndefined();
    expect(groupsOf(data.machines.nodes)).toEqual(new Set(users.ada.deviceGroups));
    expect(data.machines.totalCount).toBe(data.machines.nodes.length);
    expect(data.machines.facets.rbacGroup.map(({ value }: { value: number }) => value).sort()).toEqual([
      140, 142,
    ]);
    expect(extensions.upstream).toMatchObject({ calls: 1, source: 'FLEET' });
    expect(lists()).toEqual([{ $top: '10000' }]);

    const others = [
      'search: "a"',
      'filter: { computerDnsName: { contains: "a" } }',
      'first: 7',
      'filter: { riskScore: { eq: HIGH } }',
    ];
    for (const args of others) {
      const { extensions: later } = await gateway.ask(
        ada,
        `{ machines(${args}) { totalCount nodes { id } } }`,
      );
      expect(later.upstream).toMatchObject({ calls: 0, source: 'FLEET' });
    }
    const id = data.machines.nodes[0].id;
    const byId = await gateway.ask(ada, `{ machine(id: "${id}") { id } fleet { state machines } }`);
    expect(byId.data).toEqual({
      machine: { id },
      fleet: { state: 'READY', machines: data.machines.totalCount },
    });
    expect(lists()).toHaveLength(1);
  });

  it('are read again for callers who ask for younger rows alone, by one call for all', async () => {
    const young = (seconds: number) =>
      gateway.ask(ada, ordered.replace('first: 1000', `first: 9, maxAgeSeconds: ${seconds}`));
    await gateway.ask(ada, ordered);
    clock.advance(20_000);
    expect((await young(3_000)).extensions.upstream.calls).toBe(0);
    expect(lists()).toHaveLength(1);
    for (const { errors, extensions } of await Promise.all(Array.from({ length: 20 }, () => young(10)))) {
      expect(errors).toBeUndefined();
      expect(ageSecondsOf(extensions.upstream, clock.now())).toBeLessThanOrEqual(10);
    }
    expect(lists()).toHaveLength(2);
    clock.advance(20_000);
    directory.emulator.faults.next(9, { kind: 'status', status: 503 });
    expect((await young(10)).errors?.[0]?.extensions).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      retryAfterSeconds: 5,
    });
    directory.emulator.faults.clear();
  });

  it('are not read for queries that upstream can answer', async () => {
    const { extensions } = await gateway.ask(
      ada,
      '{ machines(first: 1, filter: { riskScore: { eq: HIGH } }) { nodes { id } } fleet { state } }',
    );
    expect(extensions.upstream).toMatchObject({ calls: 1, source: 'WINDOWS' });
    expect(lists()[0]?.$filter).toBe("riskScore eq 'High'");
  });

  it('are read once for simultaneous queries of a caller, and for each caller apart', async () => {
    const answers = await Promise.all([ada, ben, ada, ben, ada].map((token) => gateway.ask(token, ordered)));
    expect(lists()).toHaveLength(2);
    expect(groupsOf(answers[1]?.data.machines.nodes)).toEqual(new Set(users.ben.deviceGroups));
    expect(groupsOf(answers[2]?.data.machines.nodes)).toEqual(new Set(users.ada.deviceGroups));
  });

  it('never serve another caller, even by their cursors', async () => {
    const page =
      'query ($after: String) { machines(first: 2, after: $after, orderBy: { field: ID }) { nodes { rbacGroupId } pageInfo { endCursor } } }';
    const { data } = await gateway.ask(ada, page);
    const { data: his } = await gateway.ask(ben, page, { after: data.machines.pageInfo.endCursor });
    expect([...groupsOf(his.machines.nodes)].every((group) => group === 367)).toBe(true);
    const one = await gateway.ask(ada, '{ machines(first: 1, orderBy: { field: ID }) { nodes { id } } }');
    const id = one.data.machines.nodes[0].id;
    expect((await gateway.ask(ben, `{ nodes(ids: ["${id}"]) { id } }`)).data.nodes).toEqual([null]);
  });

  it('are served past their time while one call in the background reads them again', async () => {
    await gateway.ask(ada, ordered);
    clock.advance(90_000);
    const { extensions } = await gateway.ask(ada, ordered);
    expect(extensions.upstream.calls).toBe(0);
    expect(ageSecondsOf(extensions.upstream, clock.now())).toBeGreaterThanOrEqual(90);
    await expect.poll(() => lists().length).toBe(2);
    await expect
      .poll(async () => ageSecondsOf((await gateway.ask(ada, ordered)).extensions.upstream, clock.now()))
      .toBeLessThan(60);
    expect(lists()).toHaveLength(2);
  });

  it('are read again in walks, too, once they are past the age at which they must be', async () => {
    const page =
      'query ($after: String) { machines(first: 2, after: $after, orderBy: { field: ID }) { pageInfo { endCursor } } }';
    const { data } = await gateway.ask(ada, page);
    const after = data.machines.pageInfo.endCursor;
    clock.advance(290_000);
    expect((await gateway.ask(ada, page, { after })).extensions.upstream).toMatchObject({
      calls: 0,
      consistency: 'LISTING',
    });
    clock.advance(20_000);
    const { extensions } = await gateway.ask(ada, page, { after });
    expect(extensions.upstream.consistency).toBe('ANCHORED');
    expect(lists()).toHaveLength(2);
  });

  it('are not shown any more once upstream rejects the caller', async () => {
    await gateway.ask(ada, ordered);
    clock.advance(400_000);
    directory.emulator.faults.next(1, { kind: 'status', status: 403 });
    const { data, errors } = await gateway.ask(ada, ordered);
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions.code).toBe('UPSTREAM_FORBIDDEN');
  });

  it('that do not fit one call are rejected, for what needs them whole, and read no second time meanwhile', async () => {
    await gateway.close();
    await start({ UPSTREAM_WINDOW_ROWS: '10', MAX_PAGE_SIZE: '5' });
    for (let turn = 0; turn < 2; turn++) {
      const { errors } = await gateway.ask(
        ada,
        '{ machines(first: 1, orderBy: { field: ID }) { nodes { id } } }',
      );
      expect(errors?.[0]?.extensions.code).toBe('FLEET_REQUIRED');
      expect(errors?.[0]?.message).toContain('10 machines or more');
    }
    expect(lists()).toHaveLength(1);
    const { data } = await gateway.ask(
      ada,
      '{ machines(first: 1) { nodes { id } } fleet { state machines } }',
    );
    expect(data.machines.nodes).toHaveLength(1);
    expect(data.fleet).toEqual({ state: 'TOO_LARGE', machines: null });
  });

  it('have no changes, and are not read for them', async () => {
    const { errors } = await gateway.ask(ada, '{ machineChanges(after: "") { asOf } }');
    expect(errors?.[0]?.extensions).toEqual({ code: 'FLEET_REQUIRED' });
    expect(errors?.[0]?.message).toContain('UPSTREAM_IDENTITY=caller');
    expect(lists()).toEqual([]);
  });

  it('are never read where FLEET is off', async () => {
    await gateway.close();
    await start({ FLEET: 'off' });
    const { errors } = await gateway.ask(ada, ordered);
    expect(errors?.[0]?.extensions).toEqual({ code: 'FLEET_REQUIRED', inputPath: 'orderBy' });
    expect(lists()).toEqual([]);
  });
});
