import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';

const post = (running: RunningGateway, host: string) =>
  request(`${running.gateway.url}/graphql`, {
    method: 'POST',
    headers: { host, origin: `http://${host}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ machines { nodes { id } } }' }),
  });

describe('a gateway that nothing but loopback guards', () => {
  let running: RunningGateway;
  let open: RunningGateway;
  beforeAll(async () => {
    running = await runGateway();
    open = await runGateway({ environment: { ALLOW_ANONYMOUS: 'on' } });
  });
  afterAll(() => Promise.all([running.close(), open.close()]));

  it.each(['localhost:4000', '127.0.0.1', '127.8.9.10:80', '[::1]:4000'])(
    'answers under %s',
    async (host) => {
      const { statusCode, body } = await post(running, host);
      expect(statusCode).toBe(200);
      await body.dump();
    },
  );

  it.each(['evil.example:4000', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1', '[::2]'])(
    'shows no machine to a page that calls it %s',
    async (host) => {
      const { statusCode, body } = await post(running, host);
      expect(statusCode).toBe(421);
      expect(await body.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    },
  );

  it('answers under any name where the operator says that something else checks callers', async () => {
    const { statusCode, body } = await post(open, 'machines.internal.example');
    expect(statusCode).toBe(200);
    await body.dump();
  });
});
