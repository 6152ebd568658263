import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type CallerDirectory,
  type CallerGateway,
  clientId,
  frontEndId,
  startCallerDirectory,
  startCallerGateway,
  tenantId,
  users,
} from '../../support/caller-gateway.ts';

const query = '{ machines(first: 1) { nodes { id } } }';
const seconds = (): number => Math.floor(Date.now() / 1_000);

describe('CALLER_AUTH=entra', () => {
  let directory: CallerDirectory;
  let gateway: CallerGateway;
  beforeAll(async () => {
    directory = await startCallerDirectory();
    gateway = await startCallerGateway(directory, { environment: { CALLER_ROLES: 'Machines.Reader' } });
  });
  afterAll(async () => {
    await gateway.close();
    await directory.close();
  });

  const tokenOf = (claims: object) => directory.tokenOf('ada', { ...claims });

  it('accepts a token with a required scope', async () => {
    const { status, data, errors } = await gateway.ask(await tokenOf({}), query);
    expect({ status, errors }).toEqual({ status: 200, errors: undefined });
    expect(data.machines.nodes).toHaveLength(1);
  });

  it.each([
    ['with one scope of several', { scp: 'openid Machines.Read profile' }],
    ['of an application, with a role', { scp: undefined, roles: ['Machines.Reader'], idtyp: 'app' }],
    ['for the address of the app registration', { aud: `api://${clientId}` }],
    ['of version 1', { iss: `https://sts.windows.net/${tenantId}/`, ver: '1.0' }],
    ['that ran out just now, by clocks that differ', { exp: seconds() - 30 }],
  ])('lets in with a token %s', async (_, claims) => {
    expect((await gateway.ask(await tokenOf(claims), query)).status).toBe(200);
  });

  it('asks for a missing token, as RFC 6750 says', async () => {
    const { status, headers, errors } = await gateway.ask(undefined, query);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="machines-gateway"');
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it.each([
    ['that has run out', { exp: seconds() - 3_600 }, 'It has expired.'],
    ['that is not valid yet', { nbf: seconds() + 3_600 }, 'It is not valid yet.'],
    ['that never runs out', { exp: undefined }, 'It has no expiry (exp).'],
    ['for another audience', { aud: frontEndId }, 'It is for another audience.'],
    ['of another tenant', { iss: 'https://login.example/other/v2.0' }, 'Its issuer is not trusted here'],
    [
      'of its issuer, with the name of another tenant',
      { tid: frontEndId },
      'Its tenant is not the tenant of its issuer.',
    ],
    ['of nobody', { iss: undefined }, 'Its issuer is not trusted here'],
    ['without a subject', { sub: undefined }, 'It has no subject (sub).'],
    [
      'that is an ID token',
      { azp: undefined, scp: undefined, roles: ['Machines.Reader'] },
      'It is an ID token',
    ],
    ['that holds the digest of an access token', { at_hash: 'x' }, 'It is an ID token'],
  ])('rejects a token %s', async (_, claims, problem) => {
    const { status, headers, errors } = await gateway.ask(await tokenOf(claims), query);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toMatch(
      /^Bearer realm="machines-gateway", error="invalid_token", /,
    );
    expect(errors?.[0]?.message).toContain(problem);
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it.each([
    ['another scope', { scp: 'Machines.Write' }],
    ['the scope in other letters', { scp: 'machines.read' }],
    ['another role', { scp: undefined, roles: ['Reader'] }],
    ['the scope among its roles', { scp: 'x', roles: ['Machines.Read'] }],
  ])('forbids with %s, and says what is needed', async (_, claims) => {
    const { status, headers, errors } = await gateway.ask(await tokenOf(claims), query);
    expect(status).toBe(403);
    expect(headers.get('www-authenticate')).toContain('error="insufficient_scope"');
    expect(headers.get('www-authenticate')).toContain('scope="Machines.Read"');
    expect(errors?.[0]).toMatchObject({
      message: 'The token has too few rights: it needs scope Machines.Read or role Machines.Reader.',
      extensions: { code: 'FORBIDDEN' },
    });
  });

  it('makes no upstream call for a rejected caller', async () => {
    directory.emulator.clearRequests();
    await gateway.ask(
      undefined,
      '{ machines(first: 3, filter: { version: { eq: "none" } }) { nodes { id } } }',
    );
    expect(directory.emulator.requests()).toEqual([]);
  });

  it('accepts a token that is signed with a new key, and no longer one of a withdrawn key', async () => {
    const other = await startCallerGateway(directory);
    onTestFinished(other.close);
    const old = await tokenOf({});
    expect((await other.ask(old, query)).status).toBe(200);
    const before = directory.entra.keyRequests();

    await directory.entra.rotateKeys(false);
    const young = await tokenOf({});
    // Keys are not fetched again within 30 s, so that made-up key names cost nothing.
    expect((await other.ask(young, query)).status).toBe(401);
    expect(directory.entra.keyRequests()).toBe(before);

    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    expect((await other.ask(young, query)).status).toBe(200);
    expect((await other.ask(old, query)).status).toBe(401);
    expect(directory.entra.keyRequests()).toBe(before + 1);
  });

  it('names callers in the log by a digest, and nothing of their tokens', async () => {
    await gateway.ask(await tokenOf({}), query);
    const callers = gateway.lines.flatMap(({ caller }) => (typeof caller === 'string' ? [caller] : []));
    expect(callers.length).toBeGreaterThan(0);
    expect(callers.every((caller) => /^[\w-]{22}$/.test(caller))).toBe(true);
    expect(JSON.stringify(gateway.lines)).not.toContain(users.ada.id);
  });

  it('counts rejected callers', async () => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(text).toMatch(/machines_gateway_requests_refused_total\{reason="missing"\} [1-9]/);
    expect(text).toMatch(/machines_gateway_requests_refused_total\{reason="invalid_token"\} [1-9]/);
  });
});

describe('a gateway whose identity provider cannot be reached', () => {
  it('starts, says that it cannot check callers, and rejects all', async () => {
    const directory = await startCallerDirectory();
    const token = await directory.tokenOf('ada');
    await directory.close();
    const gateway = await startCallerGateway(directory);
    const { status, headers, errors } = await gateway.ask(token, query);
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('5');
    expect(errors?.[0]?.message).toContain('The keys of the identity provider cannot be fetched');
    expect(gateway.lines.some(({ msg }) => msg === 'callers cannot be checked')).toBe(true);
    await gateway.close();
  });
});
