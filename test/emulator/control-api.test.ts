import { describe, expect, it } from 'vitest';
import type { Emulator, RecordedRequest } from '../../src/emulator/emulator.ts';
import { call, list, MIDNIGHT, rows, runningEmulator, TOKEN } from './running-emulator.ts';

function send(emulator: Emulator, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(emulator.url + path, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
}

describe('recorded requests', () => {
  it('tell what was asked and what was answered', async () => {
    const emulator = await runningEmulator({ now: () => MIDNIGHT });
    await list(emulator, { $top: '3', $filter: "id ne 'a+b'" });
    expect(emulator.requests()).toEqual([
      {
        time: MIDNIGHT,
        method: 'GET',
        path: '/api/machines',
        rawQuery: '$top=3&$filter=id%20ne%20%27a%2Bb%27',
        options: { $top: '3', $filter: "id ne 'a+b'" },
        headers: expect.objectContaining({ host: new URL(emulator.url).host }),
        status: 200,
        rows: 3,
      },
    ]);
  });

  it('hold no token, but tell two tokens apart', async () => {
    const emulator = await runningEmulator();
    await list(emulator);
    await call(emulator, '/api/machines', { token: 'other' });
    await list(emulator);
    const [first, second, third] = emulator.requests().map(({ headers }) => headers.authorization);
    expect(first).toMatch(/^Bearer sha256:[0-9a-f]{12}$/);
    expect(JSON.stringify(emulator.requests())).not.toContain(TOKEN);
    expect(first).toBe(third);
    expect(first).not.toBe(second);
  });

  it('have no status where none was sent', async () => {
    const emulator = await runningEmulator();
    emulator.faults.next(1, { kind: 'reset' });
    await expect(list(emulator)).rejects.toThrow();
    expect(emulator.requests()[0]).toMatchObject({ path: '/api/machines', status: undefined });
  });

  it('are cleared', async () => {
    const emulator = await runningEmulator();
    await list(emulator);
    emulator.clearRequests();
    expect(emulator.requests()).toEqual([]);
  });
});

describe('the control API', () => {
  it('shows and clears the requests, without being one', async () => {
    const emulator = await runningEmulator();
    await list(emulator);
    const shown = (await (await send(emulator, 'GET', '/emulator/requests')).json()) as RecordedRequest[];
    expect(shown.map(({ path }) => path)).toEqual(['/api/machines']);
    expect((await send(emulator, 'DELETE', '/emulator/requests')).status).toBe(204);
    expect(emulator.requests()).toEqual([]);
  });

  it('queues faults', async () => {
    const emulator = await runningEmulator();
    const fault = { kind: 'status', status: 418 };
    expect(await (await send(emulator, 'POST', '/emulator/faults', { count: 2, fault })).json()).toEqual({
      pending: 2,
    });
    expect((await list(emulator)).status).toBe(418);
    expect((await send(emulator, 'DELETE', '/emulator/faults')).status).toBe(204);
    expect((await list(emulator)).status).toBe(200);
  });

  it('changes settings, and only those it is told to', async () => {
    const emulator = await runningEmulator();
    await send(emulator, 'PATCH', '/emulator/settings', { accept: { contains: true }, pageCap: 5 });
    await send(emulator, 'PATCH', '/emulator/settings', { accept: { not: true } });
    expect(emulator.settings()).toMatchObject({
      pageCap: 5,
      order: 'insertion',
      accept: { contains: true, not: true },
    });
    expect((await list(emulator, { $filter: "not contains(version,'x')" })).status).toBe(200);
  });

  it('shows the fleet', async () => {
    const emulator = await runningEmulator({ fleet: rows('a', 'b', 'c') });
    expect(await (await send(emulator, 'GET', '/emulator/fleet?limit=2')).json()).toEqual({
      total: 3,
      value: [{ id: 'a' }, { id: 'b' }],
    });
  });

  it('does not count on the quota', async () => {
    const emulator = await runningEmulator({ quota: { perMinute: 1, perHour: 1 } });
    for (let calls = 0; calls < 3; calls++) await send(emulator, 'GET', '/emulator/settings');
    expect((await list(emulator)).status).toBe(200);
  });

  it.each([
    ['PATCH', '/emulator/settings', { order: 'random' }, /order/],
    ['PATCH', '/emulator/settings', { orders: 'insertion' }, /orders/],
    ['PATCH', '/emulator/settings', { churnPerMinute: -1 }, /churnPerMinute/],
    ['PATCH', '/emulator/settings', { quota: { perMinute: 0, perHour: 1 } }, /quota/],
    ['PATCH', '/emulator/settings', { accept: { everything: true } }, /everything/],
    ['POST', '/emulator/faults', { count: 0, fault: { kind: 'reset' } }, /count/],
    ['POST', '/emulator/faults', { count: 1, fault: { kind: 'explode' } }, /kind/],
    ['POST', '/emulator/faults', { count: 1, fault: { kind: 'status' } }, /status/],
    ['GET', '/emulator/fleet?limit=0', undefined, /limit/],
    ['GET', '/emulator/fleet?limit=all', undefined, /limit/],
  ])('refuses %s %s %j', async (method, path, body, message) => {
    const emulator = await runningEmulator();
    const answered = await send(emulator, method, path, body);
    expect(answered.status).toBe(400);
    const { error } = (await answered.json()) as { error: { message: string } };
    expect(error.message).toMatch(message);
  });

  it('refuses a body that is no JSON', async () => {
    const { url } = await runningEmulator();
    const headers = { 'content-type': 'application/json' };
    const answered = await fetch(`${url}/emulator/settings`, { method: 'PATCH', headers, body: '{' });
    expect(answered.status).toBe(400);
  });
});
