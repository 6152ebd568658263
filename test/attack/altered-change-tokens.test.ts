import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { users } from '../support/caller-gateway.ts';
import { runFleetGateway } from '../support/fleet-gateway.ts';
import { type RoleGateway, runRoleGateway } from '../support/role-gateway.ts';

const query = `query ($filter: MachineFilter, $after: String, $first: Int) {
  machineChanges(filter: $filter, after: $after, first: $first) {
    nodes { kind id changed machine { id rbacGroupId } cursor } pageInfo { endCursor hasNextPage }
  }
}`;

const decoded = (token: string): string => Buffer.from(token, 'base64url').toString('utf8');
const encoded = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');

describe("a token of changes that was altered, or is another caller's", () => {
  let directory: RoleGateway['directory'];
  let gateway: RoleGateway['gateway'];
  let tokenOf: RoleGateway['tokenOf'];
  let close: RoleGateway['close'];
  const ask = async (role: string, variables: unknown) =>
    await gateway.ask(await tokenOf(role), query, variables);
  const filter = { osPlatform: { startsWith: 'Windows' } };
  /** From the middle of a walk. */
  let token: string;

  beforeAll(async () => {
    ({ directory, gateway, tokenOf, close } = await runRoleGateway());
    const { data } = await ask('ada', { filter, after: '', first: 3 });
    token = data.machineChanges.pageInfo.endCursor;
    directory.emulator.clearRequests();
  });
  afterAll(() => close());

  const codeOf = async (role: string, variables: unknown): Promise<unknown> => {
    const { data, errors } = await ask(role, variables);
    expect(data).toBeNull();
    // It tells what is wrong with it, and nothing of how it is made or of what others see.
    expect(errors?.[0]?.message).not.toMatch(/snapshot|fingerprint|group \d|JSON/i);
    return errors?.[0]?.extensions.code;
  };

  it('goes on where it is given back as it was', async () => {
    const { data } = await ask('ada', { filter, after: token, first: 3 });
    expect(data.machineChanges.nodes).toHaveLength(3);
    for (const { machine } of data.machineChanges.nodes) {
      expect(users.ada.deviceGroups).toContain(machine.rbacGroupId);
    }
  });

  it.each([
    ['is a blank', () => ' '],
    ['is no base64url', () => '!!!!'],
    ['is padded', () => `${token}==`],
    ['has a line break behind it', () => `${token}\n`],
    ['stands twice', () => token + token],
    ['was cut', () => token.slice(0, -3)],
    ['is a megabyte long', () => token.repeat(400)],
    ['is of another version', () => encoded(decoded(token).replace(/^4/, '2'))],
    ['holds an object', () => encoded(decoded(token).replace('[', '[{"__proto__":[]},'))],
    ['holds numbers', () => encoded(decoded(token).replace('["', '[1,"'))],
    ['names a reading by a path', () => encoded(decoded(token).replace(/"[0-9a-f]{16}"/, '"../state"'))],
    ['names a key of Redis', () => encoded(decoded(token).replace(/"[0-9a-f]{16}"/, '"a:b}:state"'))],
    [
      'has its stretches out of order',
      () => encoded(decoded(token).replace(/\[.*\]/, '["b","a1","z","a2","a","a1"]')),
    ],
  ])('is rejected where it %s', async (_, altered) => {
    expect(await codeOf('ada', { filter, after: altered() })).toBe('BAD_USER_INPUT');
  });

  it('is rejected for another filter, and none', async () => {
    expect(await codeOf('ada', { after: token })).toBe('BAD_USER_INPUT');
    const other = { osPlatform: { startsWith: 'Linux' } };
    expect(await codeOf('ada', { filter: other, after: token })).toBe('BAD_USER_INPUT');
  });

  it('has expired for a caller with other rights, more of them too', async () => {
    expect(await codeOf('ben', { filter, after: token })).toBe('CHANGES_EXPIRED');
    expect(await codeOf('all', { filter, after: token })).toBe('CHANGES_EXPIRED');
  });

  it('shows no machine beyond the rights of a caller who alters the token to fit them', async () => {
    const { data } = await ask('ben', { filter, after: '', first: 1 });
    const [, list, scope] = decoded(data.machineChanges.pageInfo.endCursor).split('.');
    const own = decoded(token).replace(/^4\.[^.]*\.[^.]*/, `4.${list}.${scope}`);
    for (const made of [own, own.replace(/"[^"]*"/, '""'), own.replace('"nothing"', '"0000000000000000"')]) {
      const answer = await ask('ben', { filter, after: encoded(made), first: 1_000 });
      for (const { kind, machine } of answer.data?.machineChanges.nodes ?? []) {
        expect(kind).toBe('ADDED');
        expect(users.ben.deviceGroups).toContain(machine.rbacGroupId);
      }
    }
  });

  it('has expired at a gateway of another registration', async () => {
    const other = await runFleetGateway({ rows: [{ id: 'a', rbacGroupId: 1 }] });
    const { data } = await other.ask(query);
    const atRest = data.machineChanges.pageInfo.endCursor;
    await other.close();
    expect(await codeOf('all', { after: atRest })).toBe('CHANGES_EXPIRED');
  });

  it('asks nothing of upstream, whatever it is', () => {
    expect(directory.emulator.requests()).toEqual([]);
  });
});
