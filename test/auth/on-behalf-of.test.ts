import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type CallerDirectory,
  type CallerGateway,
  frontEndId,
  startCallerDirectory,
  startCallerGateway,
  type users,
} from '../support/caller-gateway.ts';

const query = '{ machines(first: 1000) { totalCount nodes { id rbacGroupId } } }';
const identity = { UPSTREAM_IDENTITY: 'caller' } as const;

describe('UPSTREAM_IDENTITY=caller', () => {
  let directory: CallerDirectory;
  let gateway: CallerGateway;
  beforeAll(async () => {
    directory = await startCallerDirectory();
  });
  afterAll(() => directory.close());
  beforeEach(async () => {
    directory.emulator.clearRequests();
    gateway = await startCallerGateway(directory, { environment: identity });
  });
  afterEach(() => gateway.close());

  const groupsSeenBy = async (user: keyof typeof users): Promise<Set<number>> => {
    const { data } = await gateway.ask(await directory.tokenOf(user), query);
    return new Set(data.machines.nodes.map(({ rbacGroupId }: { rbacGroupId: number }) => rbacGroupId));
  };

  it('shows each user the machines of the device groups that Defender shows that user', async () => {
    expect(await groupsSeenBy('ada')).toEqual(new Set([140, 142]));
    expect(await groupsSeenBy('ben')).toEqual(new Set([367]));
  });

  it('asks for one upstream token a user, however often and by however many tokens the user asks', async () => {
    const before = directory.entra.tokenRequests();
    const tokens = await Promise.all([1, 2, 3].map(() => directory.tokenOf('ada')));
    await Promise.all([...tokens, ...tokens].map((token) => gateway.ask(token, query)));
    expect(directory.entra.tokenRequests() - before).toBe(1);
  });

  it('shares the calls of one user, and none between two', async () => {
    const [ada, ben] = await Promise.all([directory.tokenOf('ada'), directory.tokenOf('ben')]);
    await Promise.all([ada, ben, ada, ben, ada].map((token) => gateway.ask(token, query)));
    const calls = directory.emulator.requests().map(({ headers }) => headers.authorization);
    expect(calls).toHaveLength(2);
    expect(new Set(calls).size).toBe(2);
  });

  it('shows a machine by its id only to users to whom Defender shows it', async () => {
    const { data } = await gateway.ask(await directory.tokenOf('ben'), query);
    const [{ id }] = data.machines.nodes;
    const byId = `{ machine(id: "${id}") { id } node(id: "${id}") { id } }`;
    expect((await gateway.ask(await directory.tokenOf('ben'), byId)).data.machine).toEqual({ id });
    expect((await gateway.ask(await directory.tokenOf('ada'), byId)).data).toEqual({
      machine: null,
      node: null,
    });
  });

  it.each([
    [
      'withoutConsent',
      'UPSTREAM_FORBIDDEN',
      /must grant the delegated permission Machine\.Read .* \(AADSTS65001\)/,
    ],
    ['withoutViewData', 'UPSTREAM_FORBIDDEN', /a role with the permission "View Data"/],
    ['withoutScope', 'UPSTREAM_FORBIDDEN', /grant the delegated permission Machine\.Read/],
  ] as const)('tells a user %s what to have granted', async (user, code, problem) => {
    const { data, errors } = await gateway.ask(await directory.tokenOf(user), query);
    expect(data).toBeNull();
    expect(errors?.[0]).toMatchObject({ message: expect.stringMatching(problem), extensions: { code } });
  });

  it('hands on what Entra wants to see of the user', async () => {
    const { errors } = await gateway.ask(await directory.tokenOf('withoutFactor'), query);
    expect(errors?.[0]).toMatchObject({
      message: 'Microsoft Entra ID asks you to sign in again (AADSTS50076).',
      extensions: { code: 'UNAUTHENTICATED', claims: expect.stringContaining('capolids') },
    });
  });

  it('asks a user to sign in again, whose token is just over by the clock of Entra', async () => {
    const token = await directory.tokenOf('ada', { exp: Math.floor(Date.now() / 1_000) - 20 });
    const { errors } = await gateway.ask(token, query);
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('is not ready once Entra has rejected the gateway itself', async () => {
    const wrong = await startCallerGateway(directory, {
      environment: { ...identity, AZURE_CLIENT_SECRET: 'another secret' },
    });
    expect((await fetch(`${wrong.url}/readyz`)).status).toBe(200);
    await wrong.ask(await directory.tokenOf('ada'), query);
    const response = await fetch(`${wrong.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('AADSTS7000215');
    await wrong.close();
  });

  it('acquires a token at once for a rejected user who has signed in again', async () => {
    const before = directory.entra.tokenRequests();
    await gateway.ask(await directory.tokenOf('withoutFactor'), query);
    await gateway.ask(await directory.tokenOf('withoutFactor'), query);
    expect(directory.entra.tokenRequests() - before).toBe(2);
  });

  it('does not ask again with the token that was rejected just now', async () => {
    const before = directory.entra.tokenRequests();
    const token = await directory.tokenOf('withoutFactor');
    await gateway.ask(token, query);
    await gateway.ask(token, query);
    expect(directory.entra.tokenRequests() - before).toBe(1);
  });

  it('rejects a token of an application, on whose behalf no call is possible', async () => {
    const token = await directory.tokenOf('ada', { scp: undefined, idtyp: 'app', roles: ['Machines.Read'] });
    const roles = await startCallerGateway(directory, {
      environment: { ...identity, CALLER_ROLES: 'Machines.Read' },
    });
    const { status, errors } = await roles.ask(token, query);
    expect(status).toBe(403);
    expect(errors?.[0]?.message).toContain('The token is not of a user');
    await roles.close();
  });

  it('says that the audience of tokens is not the app registration, where it is not', async () => {
    const other = await startCallerGateway(directory, {
      environment: { ...identity, CALLER_AUDIENCES: frontEndId },
    });
    const token = await directory.tokenOf('ada', { aud: frontEndId });
    const { errors } = await other.ask(token, query);
    expect(errors?.[0]?.extensions.code).toBe('UPSTREAM_UNAUTHORIZED');
    expect(JSON.stringify(other.lines)).toContain('not meant for AZURE_CLIENT_ID');
    await other.close();
  });

  it('is ready before the first user has signed in', async () => {
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  });
});
