import { describe, expect, it } from 'vitest';
import { call, type ErrorBody, list, runningEmulator } from './running-emulator.ts';

const CORRELATION_ID = /^\|[0-9a-f]{8}-[0-9a-f]{16}\.$/;

describe('an error', () => {
  it('has code, message and a correlation id of its own', async () => {
    const emulator = await runningEmulator();
    const first = (await list(emulator, { $top: '0' })).json<ErrorBody>();
    const second = (await list(emulator, { $top: '0' })).json<ErrorBody>();
    expect(first).toEqual({
      error: {
        code: 'BadRequest',
        message: expect.any(String),
        target: expect.stringMatching(CORRELATION_ID),
      },
    });
    expect(first.error.target).not.toBe(second.error.target);
  });

  it('of a filter is an ODataError', async () => {
    const answered = await list(await runningEmulator(), { $filter: "colour eq 'red'" });
    expect([answered.status, answered.json<ErrorBody>().error.code]).toEqual([400, 'ODataError']);
  });

  it('about a bad token has the recorded shape, without a target', async () => {
    const emulator = await runningEmulator();
    const answered = await call(emulator, '/api/machines', { token: 'unknown' });
    expect(answered.status).toBe(401);
    expect(answered.json()).toEqual({
      error: { code: 'Unauthorized', message: 'Unauthorized request - reason of failure: Invalid token' },
    });
  });

  it('about no token is 401 as well', async () => {
    const { url } = await runningEmulator();
    expect((await fetch(`${url}/api/machines`)).status).toBe(401);
    expect((await fetch(`${url}/api/machines`, { headers: { authorization: 'Basic eDp5' } })).status).toBe(
      401,
    );
  });

  it('about a machine that is not there names it', async () => {
    const answered = await call(await runningEmulator(), '/api/machines/123123123');
    expect(answered.status).toBe(404);
    expect(answered.json<ErrorBody>().error).toMatchObject({
      code: 'ResourceNotFound',
      message: 'Machine 123123123 was not found',
    });
  });

  it('is what an empty list is, when so switched', async () => {
    const emulator = await runningEmulator({ emptyListAs404: true });
    const nothing = await list(emulator, { $filter: "id eq 'nobody'" });
    expect([nothing.status, nothing.json<ErrorBody>().error.code]).toEqual([404, 'ResourceNotFound']);
    expect((await list(emulator)).status).toBe(200);
    expect((await list(emulator, { $skip: '500' })).status).toBe(200);
  });

  it('is the answer to a URL of more than 8,192 bytes', async () => {
    const emulator = await runningEmulator();
    const room = 8192 - '/api/machines?x='.length;
    expect((await call(emulator, `/api/machines?x=${'y'.repeat(room)}`)).status).toBe(200);
    expect((await call(emulator, `/api/machines?x=${'y'.repeat(room + 1)}`)).status).toBe(414);
  });

  it.each([
    ['GET', '/api/alerts', 404],
    ['GET', '/', 404],
    ['POST', '/api/machines', 405],
    ['GET', '/api/machines/%zz', 400],
  ])('is the answer to %s %s', async (method, path, status) => {
    expect((await call(await runningEmulator(), path, { method })).status).toBe(status);
  });
});
